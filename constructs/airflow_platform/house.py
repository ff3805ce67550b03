"""The house's defaults: what every log group and every key has, said once."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from airflow_platform.cloudformation import resource
from settings.model.base import LogRetentionDays


class LogGroup(logs.LogGroup):
    """A log group that keeps its events for so many days, and goes with its stack: logs are no data.

    `name`: physical, where a service writes to a group of that name, and would make it itself, without a retention.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        retention_days: LogRetentionDays,
        name: str | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        super().__init__(scope, construct_id, log_group_name=name, removal_policy=removal_policy)
        resource(self, logs.CfnLogGroup).retention_in_days = retention_days  # the L2 wants an enum member


class Key(kms.Key):
    """A KMS key (1 USD a month) that AWS rotates every year. It goes when what it encrypts may go."""

    def __init__(self, scope: Construct, construct_id: str, *, description: str, removal_policy: RemovalPolicy) -> None:
        super().__init__(
            scope, construct_id, description=description, enable_key_rotation=True, removal_policy=removal_policy
        )
