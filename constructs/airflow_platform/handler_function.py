"""The Lambda functions behind our custom resources."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from airflow_platform.handlers.limits import LAMBDA_SECONDS
from airflow_platform.house import LogGroup
from settings.model.base import LogRetentionDays

SOURCE_ROOT = Path(__file__).resolve().parents[1]
HANDLERS = "airflow_platform/handlers"


class HandlerFunction(lambda_.Function):
    """A function that answers CloudFormation itself, with a log group that goes with the stack.

    It is never retried by Lambda: CloudFormation has moved on by then, and a late repetition would apply what has been
    rolled back.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        description: str,
        log_retention_days: LogRetentionDays,
        environment: Mapping[str, str] | None = None,
        layers: Sequence[lambda_.ILayerVersion] = (),
        vpc: ec2.IVpc | None = None,
        vpc_subnets: Sequence[ec2.ISubnet] = (),
        security_group: ec2.ISecurityGroup | None = None,
    ) -> None:
        """`package`: a package of handlers/, whose index.handler is called. `vpc` None: outside of any network."""
        # Not inside the function, which is not there yet.
        log_group = LogGroup(scope, f"{construct_id}Logs", retention_days=log_retention_days)
        super().__init__(
            scope,
            construct_id,
            description=description,
            code=handler_code(),
            handler=f"{HANDLERS.replace('/', '.')}.{package}.index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,  # the kubectl layer's
            memory_size=1024,  # a share of CPU comes with it: kubectl starts in under a second
            timeout=Duration.seconds(LAMBDA_SECONDS),
            retry_attempts=0,
            log_group=log_group,
            environment=dict(environment or {}),
            layers=list(layers),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(vpc_subnets)) if vpc else None,
            security_groups=[security_group] if vpc and security_group else None,
        )


def handler_code() -> lambda_.Code:
    """handlers/ under its package names, and nothing else of the source tree."""
    package, folder = HANDLERS.split("/")
    return lambda_.Code.from_asset(
        str(SOURCE_ROOT),
        ignore_mode=IgnoreMode.GIT,
        exclude=["/*", f"!/{package}", f"/{package}/*", f"!/{package}/{folder}", "__pycache__"],
    )
