"""Rules on the store that connections and variables are looked for in."""

from collections.abc import Iterator

from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation
from settings.rules.shared import differing

PATH = "airflow.secrets_backend"
RESERVED = ("aws", "ssm")
"""What no parameter's name may begin with, in capitals or not ("PutParameter", Systems Manager API reference)."""


def only_a_service_has_the_rest(environment: AwsEnvironment) -> Iterator[Violation]:
    """A prefix that nobody asks for is a false promise."""
    store = environment.airflow.secrets_backend
    if store.service is None:
        yield from differing(PATH, store, f"must be left out unless {PATH}.service names a store")


def store_has_a_prefix(environment: AwsEnvironment) -> Iterator[Violation]:
    """A store that nothing is looked for in."""
    store = environment.airflow.secrets_backend
    if store.service and store.connections_prefix is None and store.variables_prefix is None:
        rule = "must be left out, as connections_prefix and variables_prefix are both null: nothing would be looked for"
        yield Violation(f"{PATH}.service", rule, store.service)


def prefixes_lie_apart(environment: AwsEnvironment) -> Iterator[Violation]:
    """Who asks for a connection could be given a variable."""
    store = environment.airflow.secrets_backend
    connections, variables = store.connections_prefix, store.variables_prefix
    if store.service is None or connections is None or variables is None:
        return
    one, other = (f"{each.strip('/')}/" for each in (connections, variables))
    if one.startswith(other) or other.startswith(one):
        rule = f"must not lie in {PATH}.connections_prefix ({connections}), nor the other way round"
        yield Violation(f"{PATH}.variables_prefix", rule, variables)


def parameters_have_allowed_names(environment: AwsEnvironment) -> Iterator[Violation]:
    """Systems Manager would refuse to make the parameters."""
    store = environment.airflow.secrets_backend
    for name in ("connections_prefix", "variables_prefix"):
        prefix = getattr(store, name)
        if store.service == "ssm" and prefix and prefix.lstrip("/").lower().startswith(RESERVED):
            rule = f"must not begin with {' or '.join(RESERVED)}: no parameter may be called so"
            yield Violation(f"{PATH}.{name}", rule, prefix)


def key_is_of_the_region(environment: AwsEnvironment) -> Iterator[Violation]:
    """A service decrypts with keys of its own region only."""
    key, region = environment.airflow.secrets_backend.kms_key_arn, environment.region
    if key and key.split(":")[3] != region:
        yield Violation(f"{PATH}.kms_key_arn", f"must be a key in {region}, the environment's region", key)


def no_store_without_aws(environment: LocalEnvironment) -> Iterator[Violation]:
    """Pods of another Kubernetes have no role of AWS's."""
    service = environment.airflow.secrets_backend.service
    if service:
        yield Violation(f"{PATH}.service", "must be left out without AWS: pods have no role to ask it with", service)
