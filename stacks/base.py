"""What every stack of the platform shares."""

from aws_cdk import Acknowledgment, CfnOutput, Environment, RemovalPolicy, Stack, Validations
from constructs import Construct

from settings.model.environment import AwsEnvironment


def platform_name(settings: AwsEnvironment) -> str:
    """The platform's physical name: the cluster has it, and the stacks' names begin with it."""
    return f"airflow-{settings.name}"


class PlatformStack(Stack):
    """A part of the platform, in the environment's account and region.

    Its physical name carries the environment (`airflow-dev-network`) and its construct id does not, so that `cdk deploy
    AirflowStack` is the same command everywhere. The environment's tags are stack tags: CloudFormation puts them on
    every resource that takes tags. No termination protection: `cdk destroy` has to work, and what must outlive it is
    retained resource by resource (`data_removal_policy`).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: AwsEnvironment, part: str, description: str
    ) -> None:
        # Before the constructor, which CDK's classes may call `availability_zones` from.
        self._zones = list(settings.availability_zones)
        super().__init__(
            scope,
            construct_id,
            env=Environment(account=settings.account, region=settings.region),
            stack_name=f"{platform_name(settings)}-{part}",
            description=description,
            tags=settings.tags or None,
            termination_protection=False,
        )
        zones_are_named = "An environment names its zones: a look-up needs credentials at synth, and may reorder them"
        Validations.of(self).acknowledge(Acknowledgment(id="CloudFormation-Validate::W3010", reason=zones_are_named))

    def export_all(self, *values: str) -> None:
        """Export what the stack offers, used or not.

        CDK exports what another stack names at the moment. An export that goes because a setting changed is still
        imported by the stack above, which is updated later: CloudFormation refuses that ("Export … cannot be deleted as
        it is in use"), and every further try as well. So which exports exist follows no setting.
        """
        for value in values:
            self.export_value(value)

    def add_outputs(self, **values: str) -> None:
        """What a person needs next. Each stands in the stack that owns it: the CLI prints them stack by stack."""
        for name, value in values.items():
            CfnOutput(self, name, value=value)

    @property
    def availability_zones(self) -> list[str]:
        """The zones that the environment names.

        CDK's own property looks them up in the account (synth then needs credentials) when the account is known, and
        leaves them to Fn::GetAZs, whose order AWS may change, when it is not.
        """
        return self._zones


def data_removal_policy(settings: AwsEnvironment) -> RemovalPolicy:
    """What happens to data, and to what data stands on, when a stack goes or a resource is replaced.

    Retained, but for what a first deployment made before it failed: that holds nothing yet, and would cost money, and
    a VPC of the account's few, at every further try.
    """
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if settings.retain_data else RemovalPolicy.DESTROY
