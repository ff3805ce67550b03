"""The custom resource Custom::UpgradeGate.

It stands before the cluster in the template. An upgrade moves control plane, node groups, add-ons, in this order, and
none of them comes back by itself: an add-on that the new version lacks would be found out when all else has moved.
"""

from typing import Any

from airflow_platform.handlers.limits import GATE_REQUEST_SECONDS, GATE_SECONDS, GATE_TRIES
from airflow_platform.handlers.response import Deadline, Json, LambdaContext, respond

UNKNOWN = ("InvalidParameterException", "ResourceNotFoundException")
"""What EKS answers for an add-on, or a version of Kubernetes, that it does not know."""

EXAMPLES = 3
"""So many versions to choose from are named."""


class GateError(Exception):
    """The version of Kubernetes must not be deployed with these add-ons."""


def handler(event: Json, context: LambdaContext) -> None:
    """Lambda's entry point."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=GATE_REQUEST_SECONDS,
        read_timeout=GATE_REQUEST_SECONDS,
        retries={"total_max_attempts": GATE_TRIES, "mode": "standard"},
    )
    respond(event, context, lambda event, deadline: handle(event, deadline, boto3.client("eks", config=config)))


def handle(event: Json, deadline: Deadline, eks: Any) -> None:
    """One request of CloudFormation's. Nothing but a Create, and an Update to a higher version, is asked about.

    Raises:
        GateError: EKS does not offer an add-on for the version, or could not be asked about all of them in time.
    """
    properties = event["ResourceProperties"]
    kubernetes = properties.get("KubernetesVersion", "")
    if event["RequestType"] == "Delete":
        return
    old = event.get("OldResourceProperties", {}).get("KubernetesVersion")
    if event["RequestType"] == "Update" and old and minor(kubernetes) <= minor(old):
        # No control plane moves up. It may be CloudFormation's rollback, which must end whatever EKS still offers.
        print(f"From {old} to {kubernetes}: nothing is asked")
        return
    deadline = deadline.within(GATE_SECONDS)
    problems = []
    for name, pin in properties["Addons"].items():
        if deadline.passed:
            raise GateError(f"EKS has not told in {GATE_SECONDS} s what it offers for {kubernetes}: deploy again")
        problems += problems_of(name, pin, kubernetes, offered(eks, name, kubernetes))
    if problems:
        stay = f", or stay at {old}" if old else ""
        raise GateError(
            f"Nothing was changed: Kubernetes {kubernetes} cannot be deployed. {'; '.join(problems)}."
            f" Mend that{stay} in the environment file, and deploy again"
        )
    print(f"EKS offers all add-ons for {kubernetes}")


def problems_of(name: str, pin: str, kubernetes: str, versions: list[Json]) -> list[str]:
    """What keeps an add-on from being deployed with a version of Kubernetes, and what to do; none when all is well.

    `pin`: the version that the settings name; empty for EKS's default.
    """
    setting = f"cluster.addons.{name.replace('-', '_')}.version"
    some = ", ".join(str(each["addonVersion"]) for each in versions[:EXAMPLES])
    if not versions:
        ask = f"aws eks describe-addon-versions --addon-name {name} --kubernetes-version {kubernetes}"
        return [f"EKS does not offer {name} for it (yet?): wait until `{ask}` lists it"]
    if pin and pin not in {each["addonVersion"] for each in versions}:
        return [f"{name} {pin} is not for it: set {setting} to one of {some}, or to none"]
    if not pin and not any(is_default(each, kubernetes) for each in versions):
        return [f"{name} has no default version for it: set {setting} to one of {some}"]
    return []


def is_default(version: Json, kubernetes: str) -> bool:
    """Whether EKS installs this version of an add-on where none is named."""
    return any(
        fit.get("defaultVersion") and fit.get("clusterVersion", kubernetes) == kubernetes
        for fit in version.get("compatibilities") or ()
    )


def offered(eks: Any, name: str, kubernetes: str) -> list[Json]:
    """The versions of an add-on for a version of Kubernetes, newest first, as EKS lists them."""
    from botocore.exceptions import ClientError

    try:
        pages = list(
            eks.get_paginator("describe_addon_versions").paginate(addonName=name, kubernetesVersion=kubernetes)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in UNKNOWN:
            return []
        raise
    return [
        version
        for page in pages
        for addon in page["addons"]
        if addon["addonName"] == name
        for version in addon.get("addonVersions") or ()
    ]


def minor(version: str) -> tuple[int, ...]:
    """A version of Kubernetes, to compare by: 1.36 is (1, 36)."""
    return tuple(int(part) for part in version.split("."))
