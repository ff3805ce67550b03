"""Where images come from."""

from tests.unit.settings.cases import ABSENT, Bad, Changes

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
CREDENTIAL = "images.pull_through_cache.docker_hub_credential_arn"
CACHE: Changes = {"account": "123456789012", "images pull_through_cache docker_hub_credential_arn": ARN}

BAD = [
    Bad(
        "prefix_and_cache_exclude_each_other",
        {**CACHE, "images registry_prefix": "registry.example.com"},
        "images.registry_prefix",
        "registry.example.com",
    ),
    Bad("cache_needs_the_account", {**CACHE, "account": ABSENT}, "account", CREDENTIAL),
    Bad(
        "cache_credential_is_of_the_account_and_region",
        {**CACHE, "account": "210987654321"},
        CREDENTIAL,
        "must be of account 210987654321",
    ),
    Bad(
        "cache_credential_is_of_the_account_and_region",
        {**CACHE, "images pull_through_cache docker_hub_credential_arn": ARN.replace("us-east-1", "eu-central-1")},
        CREDENTIAL,
        "must be of region us-east-1",
    ),
    Bad(
        "cache_needs_a_nat_gateway",
        {
            **CACHE,
            "network": {"nat_gateways": 0, "interface_endpoints": True},
            "cluster controller": {"enabled": False},
        },
        CREDENTIAL,
        "network.nat_gateways",
    ),
]

GOOD: list[Changes] = [
    CACHE,
    {**CACHE, "images repository": True},
    *(
        {"images": {"registry_prefix": prefix, "repository": True}}
        for prefix in (
            "registry.example.com/mirror",
            "registry.example.com:5000",
            "mirror:5000/a/b_c",
            "localhost",
            "localhost:5000",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/team",
        )
    ),
]
