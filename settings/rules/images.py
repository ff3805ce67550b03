"""Rules on where images come from."""

from collections.abc import Iterator

from settings.images import has_cache
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation

CREDENTIAL = "images.pull_through_cache.docker_hub_credential_arn"


def prefix_and_cache_exclude_each_other(environment: AwsEnvironment) -> Iterator[Violation]:
    """Each of them stands for Docker Hub."""
    prefix = environment.images.registry_prefix
    if prefix and has_cache(environment):
        yield Violation("images.registry_prefix", f"must not be set beside {CREDENTIAL}: choose one", prefix)


def cache_needs_the_account(environment: AwsEnvironment) -> Iterator[Violation]:
    """Image names are part of Job names and of the admission policy: what is known only at AWS can't stand in them."""
    if has_cache(environment) and environment.account is None:
        yield Violation("account", f"must be set with {CREDENTIAL}: each image's name carries it", None)


def cache_credential_is_of_the_account_and_region(environment: AwsEnvironment) -> Iterator[Violation]:
    """ECR takes a secret of its own account and region only ("Creating a pull through cache rule", Amazon ECR user
    guide)."""
    arn = environment.images.pull_through_cache.docker_hub_credential_arn
    if arn is None:
        return
    region, account = arn.split(":")[3:5]
    if region != environment.region:
        yield Violation(CREDENTIAL, f"must be of region {environment.region}", arn)
    elif environment.account is not None and account != environment.account:
        yield Violation(CREDENTIAL, f"must be of account {environment.account}", arn)


def cache_needs_a_nat_gateway(environment: AwsEnvironment) -> Iterator[Violation]:
    """An image's first pull goes out through the VPC of who pulls ("Amazon ECR interface VPC endpoints", Amazon ECR
    user guide)."""
    arn = environment.images.pull_through_cache.docker_hub_credential_arn
    if arn and environment.network.nat_gateways == 0:
        rule = "needs network.nat_gateways of 1 or more, for the first pull of each image: without one, copy the images"
        yield Violation(
            CREDENTIAL, f"{rule} to images.repository or to a registry that images.registry_prefix names", arn
        )
