"""Who may read the store of connections and variables."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from settings.model.secrets_backend import SecretsBackendSettings

ACTIONS = {"secrets_manager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}
"""`airflow.secrets_backend.service` -> the one action that its backend takes (Amazon provider of Airflow, sources)."""

SERVICES = {"secrets_manager": ("secretsmanager", "secret", ArnFormat.COLON_RESOURCE_NAME), "ssm": (
    "ssm", "parameter", ArnFormat.SLASH_RESOURCE_NAME
)}  # fmt: skip
"""The same -> service and resource type of its ARNs."""


class StoreReaders(Construct):
    """The right to read what lies below a prefix, for each role that is granted it, and nothing else: not to list.

    The values are a person's, made and changed beside the platform, so their ARNs are known by prefix only. The prefix
    ends in a slash, which no name of the platform's own secrets has (CloudFormation makes them): none lies below it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: SecretsBackendSettings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings

    def grant_read(self, reader_id: str, role: iam.IRole, prefixes: Sequence[str]) -> None:
        """Let a role read what lies below these prefixes; none: nothing is made."""
        if not prefixes:
            return
        service, resource, form = SERVICES[str(self._settings.service)]
        stack = Stack.of(self)
        policy = iam.Policy(self, f"{reader_id}Policy", roles=[role])
        policy.add_statements(
            iam.PolicyStatement(
                sid="ReadStore",
                actions=[ACTIONS[str(self._settings.service)]],
                resources=[
                    stack.format_arn(
                        service=service,
                        resource=resource,
                        # A parameter's name begins with the slash that its ARN has anyway.
                        resource_name=f"{prefix.lstrip('/') if service == 'ssm' else prefix}/*",
                        arn_format=form,
                    )
                    for prefix in prefixes
                ],
            )
        )
        if self._settings.kms_key_arn:
            policy.add_statements(
                iam.PolicyStatement(
                    sid="DecryptStore",
                    actions=["kms:Decrypt"],
                    resources=[self._settings.kms_key_arn],
                    conditions={"StringEquals": {"kms:ViaService": f"{service}.{stack.region}.amazonaws.com"}},
                )
            )
