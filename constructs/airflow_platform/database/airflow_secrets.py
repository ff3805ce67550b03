"""The secrets that Airflow must never lose, and the right to read them."""

import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct


class AirflowSecrets(Construct):
    """Generated secrets in AWS Secrets Manager: no value of theirs stands in a template.

    Letters and digits only: Airflow expands `$` and `~` in option values, and URLs and shells have opinions on the
    rest. `database` is JSON, to which RDS adds host, port and dbname; the others are plain strings. `fernet_key` is 43
    characters of base64url, to which whoever reads it adds the 44th, "=".

    Never change how a secret is generated: CloudFormation would generate a new value, and Airflow could not read its
    connections any more.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database_user: str,
        encryption_key: kms.IKey | None,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._encryption_key = encryption_key
        self._removal_policy = removal_policy

        self.database = self._secret("Database", "Airflow metadata database", length=32, user=database_user)
        self.fernet_key = self._secret("FernetKey", "Airflow Fernet key, without its trailing =", length=43)
        self.jwt_secret = self._secret("JwtSecret", "Airflow JWT secret", length=64)
        self.api_secret_key = self._secret("ApiSecretKey", "Airflow API secret key", length=64)
        self.admin_password = self._secret("AdminPassword", "Airflow admin user's first password", length=24)

    def grant_components(self, role: iam.IRole) -> None:
        """Let a role read what Airflow's components need: all but the admin password."""
        self._grant("ComponentsPolicy", role, [self.database, self.fernet_key, self.jwt_secret, self.api_secret_key])

    def grant_admin_user_job(self, role: iam.IRole) -> None:
        """Let a role read what the Job that makes the admin user needs: it is a component with one secret more."""
        self._grant(
            "AdminUserPolicy",
            role,
            [self.database, self.fernet_key, self.jwt_secret, self.api_secret_key, self.admin_password],
        )

    def _secret(
        self, secret_id: str, description: str, *, length: int, user: str | None = None
    ) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            secret_id,
            description=description,
            encryption_key=self._encryption_key,
            removal_policy=self._removal_policy,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=length,
                exclude_punctuation=True,
                generate_string_key=user and "password",
                secret_string_template=user and json.dumps({"username": user}),
            ),
        )

    def _grant(self, policy_id: str, role: iam.IRole, secrets: list[secretsmanager.Secret]) -> None:
        """A policy of its own, here: `Secret.grant_read` writes into the role's policy, in the stack of the role, which
        would then wait for this one, and with an encryption key each for the other.
        """
        policy = iam.Policy(self, policy_id, roles=[role])
        policy.add_statements(
            iam.PolicyStatement(
                sid="ReadSecrets",
                actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                resources=[secret.secret_arn for secret in secrets],
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
