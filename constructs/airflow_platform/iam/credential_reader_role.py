"""The role of a pod that reads secrets which are not the platform's own, by their names."""

from collections.abc import Iterable, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.iam.pod_identity import PodIdentityRole

SUFFIX = "-??????"
"""Six characters, which Secrets Manager adds to a name in the ARN ("Secrets Manager ARNs", AWS Secrets Manager user
guide). A star would let in every secret whose name begins so."""


class CredentialReaderRole(PodIdentityRole):
    """Reads exactly the secrets of these names, in this account and region.

    It is for what a setting names, and comes and goes with it: it stands in the stack of its association. `keys` are
    the ARNs of keys of the user's own that encrypt them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster_arn: str,
        namespace: str,
        service_account: str,
        secret_names: Sequence[str],
        keys: Iterable[str],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Pods of {service_account}: reads secrets that the settings name",
            cluster_arn=cluster_arn,
            namespace=namespace,
            service_accounts=[service_account],
        )
        stack = Stack.of(self)
        any_secret = f"arn:{Aws.PARTITION}:secretsmanager:{stack.region}:{stack.account}:secret:"
        secrets = [f"{any_secret}{name}{SUFFIX}" for name in secret_names]
        self.add_to_policy(
            iam.PolicyStatement(
                sid="ReadSecrets",
                actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                resources=secrets,
            )
        )
        if key_arns := sorted(set(keys)):
            self.add_to_policy(
                iam.PolicyStatement(
                    sid="DecryptSecrets",
                    actions=["kms:Decrypt"],
                    resources=key_arns,
                    conditions={
                        "StringEquals": {"kms:ViaService": f"secretsmanager.{stack.region}.amazonaws.com"},
                        "StringLike": {"kms:EncryptionContext:SecretARN": secrets},
                    },
                )
            )
