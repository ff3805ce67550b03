"""What stands before the control plane."""

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.handler_function import HandlerFunction
from airflow_platform.handlers.limits import GATE_ANSWER_SECONDS, GATE_SECONDS
from settings.facts.addons import ADDONS
from settings.model.cluster import ClusterSettings


class UpgradeGate(Construct):
    """Asks EKS whether it offers every add-on for the version of Kubernetes, before a cluster is made with it or moves
    to it, and fails the deployment if not: nothing has changed then.

    `make doctor` asks the same before `make deploy`; this is for whoever uses the CDK's own command. It knows nothing
    of the cluster, which depends on it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, settings: ClusterSettings) -> None:
        """`name`: the cluster's."""
        super().__init__(scope, construct_id)
        function = HandlerFunction(
            self,
            "Function",
            package="upgrade_gate",
            description=f"Asks what EKS offers before {name} is upgraded",
            log_retention_days=settings.log_retention_days,
        )
        # Of no cluster, so EKS knows no resource to limit it to.
        function.add_to_role_policy(iam.PolicyStatement(actions=["eks:DescribeAddonVersions"], resources=["*"]))
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::UpgradeGate",
            service_token=function.function_arn,
            service_timeout=Duration.seconds(GATE_SECONDS + GATE_ANSWER_SECONDS),
            properties={
                "KubernetesVersion": settings.version,
                # An empty pin is EKS's default.
                "Addons": {row.name: getattr(settings.addons, row.setting).version or "" for row in ADDONS},
            },
        )
