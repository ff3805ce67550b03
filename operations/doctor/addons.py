"""EKS add-ons and the Kubernetes version: what EKS offers, before it is asked for."""

import json
from typing import Any

import jsonschema
from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from settings.facts.addons import ADDONS, Addon
from settings.model.environment import AwsEnvironment

Json = dict[str, Any]


def pinned(settings: AwsEnvironment, addon: Addon) -> str | None:
    """The version that the environment file pins."""
    version: str | None = getattr(settings.cluster.addons, addon.setting).version
    return version


def kubernetes_version(context: Context) -> Answer:
    """Whether EKS still supports the version, and at the usual price."""
    version = context.settings.cluster.version
    answer = context.client("eks").describe_cluster_versions(clusterVersions=[version])
    found = next((each for each in answer["clusterVersions"] if each["clusterVersion"] == version), None)
    status = (found or {}).get("versionStatus") or str((found or {}).get("status", "UNSUPPORTED")).upper()
    raise_it = "raise cluster.version, one minor at a time"
    if found is None or status == "UNSUPPORTED":
        return Answer.failed(f"EKS does not offer Kubernetes {version}", raise_it)
    if status.startswith("EXTENDED"):
        return Answer.warned(
            f"{version} is in extended support, which costs 0.60 USD an hour instead of 0.10", raise_it
        )
    end = found.get("endOfStandardSupportDate")
    return Answer.passed(f"{version}, in standard support{f' until {end:%Y-%m-%d}' if end else ''}")


def _versions(context: Context, addon: Addon) -> list[Json]:
    """The versions of an add-on for the file's version of Kubernetes."""
    version = context.settings.cluster.version

    def ask() -> list[Json]:
        pages = (
            context.client("eks")
            .get_paginator("describe_addon_versions")
            .paginate(addonName=addon.name, kubernetesVersion=version)
        )
        found = [each for page in pages for each in page["addons"] if each["addonName"] == addon.name]
        return [offered for each in found for offered in each.get("addonVersions") or ()]

    try:
        return context.once(f"versions of {addon.name}", ask)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("InvalidParameterException", "ResourceNotFoundException"):
            return []  # an add-on that this version of Kubernetes does not have
        raise


def chosen(context: Context, addon: Addon) -> str | None:
    """The version that a deployment brings: the pin, or else EKS's default. None when there is none."""
    offered = _versions(context, addon)
    pin = pinned(context.settings, addon)
    if pin:
        return pin if any(each["addonVersion"] == pin for each in offered) else None
    target = context.settings.cluster.version
    for each in offered:
        for fits in each.get("compatibilities") or ():
            if fits.get("clusterVersion") == target and fits.get("defaultVersion"):
                version: str = each["addonVersion"]
                return version
    return None


def addon_versions(context: Context) -> Answer:
    """Whether every add-on exists for the file's version of Kubernetes: asked before the nodes move to it."""
    target, answers, found = context.settings.cluster.version, [], []
    for addon in ADDONS:
        version = chosen(context, addon)
        if version:
            found.append(f"{addon.name} {version}")
            continue
        offered = ", ".join(each["addonVersion"] for each in _versions(context, addon)[:3])
        path = f"cluster.addons.{addon.setting}.version"
        pin = pinned(context.settings, addon)
        if not offered:
            step = "stay on the deployed version of Kubernetes until EKS offers it"
            answers.append(Answer.failed(f"EKS has no {addon.name} for Kubernetes {target}", step))
        elif pin:
            answers.append(
                Answer.failed(
                    f"{addon.name} {pin} is not for Kubernetes {target}", f"set {path} to one of {offered}, or none"
                )
            )
        else:
            answers.append(
                Answer.failed(f"{addon.name} has no default for Kubernetes {target}", f"pin {path} to one of {offered}")
            )
    return worst(answers, Answer.passed(", ".join(found)))


def addon_configuration(context: Context) -> Answer:
    """Whether the schemas of the add-ons take what ClusterStack configures."""
    answers, asked = [], []
    for addon in ADDONS:
        values = addon.configuration_values(nodes_are_tainted=context.settings.cluster.nodes_are_tainted)
        version = chosen(context, addon) if values else None
        if not version:
            continue
        text = context.client("eks").describe_addon_configuration(addonName=addon.name, addonVersion=version)
        problem = _problem(text.get("configurationSchema") or "{}", values)
        asked.append(f"{addon.name} {version}")
        if problem:
            path = f"cluster.addons.{addon.setting}.version"
            answers.append(
                Answer.failed(
                    f"{addon.name} {version} does not take {json.dumps(values)}: {problem}",
                    f"pin {path} to an earlier version, and report it to the project",
                )
            )
    return worst(answers, Answer.passed(", ".join(asked) or "none has a configuration"))


def _problem(schema_text: str, values: dict[str, object]) -> str | None:
    schema = json.loads(schema_text)
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(values))
    return error.message if error else None


CHECKS = (
    Check("eks", "Kubernetes version", kubernetes_version, ("eks:DescribeClusterVersions",)),
    Check("eks", "add-on versions", addon_versions, ("eks:DescribeAddonVersions",)),
    Check(
        "eks",
        "add-on configuration",
        addon_configuration,
        ("eks:DescribeAddonVersions", "eks:DescribeAddonConfiguration"),
    ),
)
