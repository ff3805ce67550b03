"""ECR: what it refuses of a pull-through cache rule (CreatePullThroughCacheRule, Amazon ECR API reference)."""

import re
from typing import Any

from standins.aws.ledger import LEDGER, RefusedError, on_create
from standins.aws.resources.record import register

Json = dict[str, Any]
RULE = "AWS::ECR::PullThroughCacheRule"
PREFIX = r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
CREDENTIAL = r"arn:aws:secretsmanager:us-east-1:000000000000:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+"
UPSTREAMS = {"docker-hub": "registry-1.docker.io"}
"""By the registry's name: where it answers. Those that want a credential."""

register(
    RULE,
    "rule",
    lambda physical_id, _: {},
    replacing=(
        "EcrRepositoryPrefix", "UpstreamRegistryUrl", "CredentialArn", "UpstreamRegistry", "CustomRoleArn",
        "UpstreamRepositoryPrefix",
    ),
    named=lambda properties: properties["EcrRepositoryPrefix"],
)  # fmt: skip


@on_create(RULE)
def _rule_is_valid(properties: Json) -> None:
    prefix, upstream = properties["EcrRepositoryPrefix"], properties["UpstreamRegistry"]
    if not 2 <= len(prefix) <= 30 or not re.fullmatch(PREFIX, prefix):
        raise RefusedError(f"InvalidParameterException: repository prefix {prefix}")
    if LEDGER.find(RULE, prefix):
        raise RefusedError(f"PullThroughCacheRuleAlreadyExistsException: a rule with prefix {prefix} exists")
    if properties["UpstreamRegistryUrl"] != UPSTREAMS.get(upstream):
        raise RefusedError(f"UnsupportedUpstreamRegistryException: {properties['UpstreamRegistryUrl']}")
    if not re.fullmatch(CREDENTIAL, properties.get("CredentialArn", "")):
        raise RefusedError(f"SecretNotFoundException: {properties.get('CredentialArn')}")
