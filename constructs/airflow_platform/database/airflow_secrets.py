"""The secrets that Airflow must never lose, and the right to read them."""

import json
from collections.abc import Iterable, Mapping

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from settings.facts import secrets as facts


class AirflowSecrets(Construct):
    """Generated secrets in AWS Secrets Manager, one for each row of the table `settings.facts.secrets`.

    No value of theirs stands in a template. Never change how a secret is generated: CloudFormation would generate a
    new value, and Airflow could not read its connections any more.

    Args:
        adopted: ARNs of existing secrets, by the keys of the rows whose place they take; no stack has them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        encryption_key: kms.IKey | None,
        removal_policy: RemovalPolicy,
        adopted: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._adopted = adopted or {}
        self._encryption_key = encryption_key
        self._removal_policy = removal_policy
        self.by_key = {row.key: self._secret(row) for row in facts.SECRETS}

    def grant_read(self, reader_id: str, role: iam.IRole, keys: Iterable[str]) -> None:
        """Let a role read exactly the secrets of these keys.

        A policy of its own, here: `Secret.grant_read` writes into the role's policy, in the stack of the role, which
        would then wait for this one, and with an encryption key each for the other.
        """
        policy = iam.Policy(self, f"{reader_id}Policy", roles=[role])
        policy.add_statements(
            iam.PolicyStatement(
                sid="ReadSecrets",
                actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                resources=[self.by_key[key].secret_arn for key in keys],
            )
        )
        if self._encryption_key:
            stack = Stack.of(self)
            policy.add_statements(
                iam.PolicyStatement(
                    sid="DecryptSecrets",
                    actions=["kms:Decrypt"],
                    resources=[self._encryption_key.key_arn],
                    conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{stack.region}.amazonaws.com"}},
                )
            )

    def _secret(self, row: facts.Secret) -> secretsmanager.ISecret:
        if row.key in self._adopted:
            return secretsmanager.Secret.from_secret_complete_arn(self, row.id, self._adopted[row.key])
        return secretsmanager.Secret(
            self,
            row.id,
            description=row.description,
            encryption_key=self._encryption_key,
            removal_policy=self._removal_policy,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=row.length,
                exclude_punctuation=True,
                generate_string_key=row.username and "password",
                secret_string_template=row.username and json.dumps({"username": row.username}),
            ),
        )
