"""The secrets that Airflow must never lose, and the right to read them."""

import json
from collections.abc import Iterable

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
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        encryption_key: kms.IKey | None,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._encryption_key = encryption_key
        self._removal_policy = removal_policy
        self.by_key = {row.key: self._secret(row) for row in facts.SECRETS}

    def grant_components(self, role: iam.IRole) -> None:
        """Let a role read what Airflow's components need."""
        self._grant("ComponentsPolicy", role, (row for row in facts.SECRETS if not row.only_for_the_first_user))

    def grant_admin_user_job(self, role: iam.IRole) -> None:
        """Let a role read what the Job that makes the admin user needs: it is a component with one secret more."""
        self._grant("AdminUserPolicy", role, facts.SECRETS)

    def _secret(self, row: facts.Secret) -> secretsmanager.Secret:
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

    def _grant(self, policy_id: str, role: iam.IRole, rows: Iterable[facts.Secret]) -> None:
        """A policy of its own, here: `Secret.grant_read` writes into the role's policy, in the stack of the role, which
        would then wait for this one, and with an encryption key each for the other.
        """
        policy = iam.Policy(self, policy_id, roles=[role])
        policy.add_statements(
            iam.PolicyStatement(
                sid="ReadSecrets",
                actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                resources=[self.by_key[row.key].secret_arn for row in rows],
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
