"""The EKS cluster and what belongs to it."""

from typing import Annotated, Literal

from pydantic import Field

from settings.facts.versions import KubernetesVersion
from settings.model.base import AsTuple, Form, InstanceType, LogRetentionDays, Settings
from settings.model.node_group import NodeGroupSettings

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


PrincipalArn = Annotated[
    str,
    Form(
        r"arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/([\x21-\x7e]{1,510}/)?[A-Za-z0-9+=,.@_-]{1,64}",
        "must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/Admin",
        2048,
    ),
]
"""Not the root user, nor a session of a role (sts, assumed-role): EKS access entries are for roles and users."""


class EndpointSettings(Settings):
    """From where the Kubernetes API can be reached."""

    access: Literal["public", "public_limited", "private", "public_and_private"] = "public_and_private"
    """`public_limited` opens the endpoint to `public_cidrs` only, and turns the private endpoint on for the nodes."""

    public_cidrs: Annotated[tuple[str, ...], AsTuple] = ()
    """IPv4 ranges that may reach a `public_limited` endpoint."""


class AccessSettings(Settings):
    """IAM principals that get into the cluster, as EKS access entries."""

    admins: Annotated[tuple[PrincipalArn, ...], AsTuple] = ()
    """ARNs of IAM roles or users with AmazonEKSClusterAdminPolicy on the whole cluster."""

    viewers: Annotated[tuple[PrincipalArn, ...], AsTuple] = ()
    """ARNs of IAM roles or users with AmazonEKSViewPolicy on the whole cluster. They see running tasks' arguments."""


class AddonSettings(Settings):
    """An EKS add-on."""

    version: (
        Annotated[
            str,
            Form(
                r"v[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}-eksbuild\.[0-9]{1,4}",
                "must be an add-on version, such as v1.20.4-eksbuild.2",
            ),
        ]
        | None
    ) = None
    """Add-on version, such as v1.20.4-eksbuild.2; default: EKS's own default for the cluster's Kubernetes version."""


class AddonsSettings(Settings):
    """The EKS add-ons that the platform needs."""

    vpc_cni: AddonSettings = AddonSettings()
    kube_proxy: AddonSettings = AddonSettings()
    eks_pod_identity_agent: AddonSettings = AddonSettings()
    coredns: AddonSettings = AddonSettings()
    aws_fsx_csi_driver: AddonSettings = AddonSettings()
    aws_secrets_store_csi_driver_provider: AddonSettings = AddonSettings()


class ControllerSettings(Settings):
    """A small EC2 machine with AWS CLI v2, kubectl and a kubeconfig, reached through SSM Session Manager."""

    enabled: bool = False
    """Make the machine (a t4g.micro is about 6 USD a month). It downloads kubectl, so it needs a NAT gateway."""

    instance_type: InstanceType = "t4g.micro"
    """EC2 instance type, x86-64 or Graviton."""


class ClusterSettings(Settings):
    """The EKS cluster."""

    version: KubernetesVersion = "1.36"
    """Kubernetes version, in quotes. Raise it one at a time; node groups and add-ons follow the control plane."""

    support: Literal["standard", "extended"] = "standard"
    """`standard`: a version is refused at the end of its standard support; EKS raises a control plane that still has it
    by itself, and charges nothing. `extended`: it may stay for 12 months more, at 0.60 USD an hour instead of 0.10:
    about 365 USD a month more."""

    authentication_mode: Literal["API", "API_AND_CONFIG_MAP"] = "API"
    """How EKS maps IAM principals to the cluster. It can't go back from API to API_AND_CONFIG_MAP."""

    endpoint: EndpointSettings = EndpointSettings()
    access: AccessSettings = AccessSettings()

    secrets_encryption: bool = True
    """Encrypt Kubernetes Secrets with a KMS key of our own (1 USD a month). Changing it replaces the cluster."""

    control_plane_logs: Annotated[tuple[LogType, ...], AsTuple] = ("api", "audit", "authenticator")
    """Control-plane logs that go to CloudWatch Logs."""

    log_retention_days: LogRetentionDays = 30
    """Days that control-plane logs are kept."""

    addons: AddonsSettings = AddonsSettings()
    controller: ControllerSettings = ControllerSettings()

    node_groups: Annotated[dict[str, NodeGroupSettings], Field(min_length=1, max_length=10)] = {
        "workers": NodeGroupSettings()
    }
    """Managed node groups by name."""

    @property
    def nodes_are_tainted(self) -> bool:
        """Whether a node group has taints of the user's."""
        return any(group.taints for group in self.node_groups.values())
