"""Interface endpoints, one row each: the AWS services that are called from the private subnets, and who calls them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InterfaceEndpoint:
    """An AWS service that has an address in the private subnets."""

    id: str
    """Construct id. A changed one replaces the endpoint."""

    service: str
    """The last part of its name, `com.amazonaws.<region>.<service>`."""

    caller: str
    """Who calls it from there: without one an endpoint is 7 USD a month and zone for nothing."""


INTERFACE_ENDPOINTS = (
    InterfaceEndpoint("Eks", "eks", "the manifest handler (DescribeCluster), nodes that join, `aws eks` in a task"),
    InterfaceEndpoint("EksAuth", "eks-auth", "the Pod Identity agent: every AWS role that a pod has"),
    InterfaceEndpoint("Ec2", "ec2", "vpc-cni, for the addresses of pods; nodes, for their own names"),
    InterfaceEndpoint("EcrApi", "ecr.api", "nodes, for the token that they pull images with"),
    InterfaceEndpoint("EcrDocker", "ecr.dkr", "nodes, for manifests of images; layers come through the gateway of S3"),
    InterfaceEndpoint("Sts", "sts", "tasks whose AWS connection assumes a role or asks who it is"),
    InterfaceEndpoint("Logs", "logs", "tasks and agents of yours that write to CloudWatch Logs"),
    InterfaceEndpoint(
        "SecretsManager", "secretsmanager", "the secrets store's AWS provider; components, for connections"
    ),
    InterfaceEndpoint("Fsx", "fsx", "the FSx CSI driver, for claims that make a file system of their own"),
    InterfaceEndpoint("CloudFormation", "cloudformation", "the manifest handler: is this update a rollback?"),
)
"""Not among them: S3 has a gateway endpoint, which costs nothing. Lambda calls the handlers from its own side, and
Session Manager has no machine: the controller is refused without NAT, and nodes have no role for it."""

STORE_ENDPOINTS = {
    "ssm": (InterfaceEndpoint("Ssm", "ssm", "components, for connections and variables in the Parameter Store"),),
}
"""`airflow.secrets_backend.service` -> what comes with it; Secrets Manager's is there anyway."""
