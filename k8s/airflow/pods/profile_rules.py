"""What a pod of a task profile must be beside what every task's pod must be: nothing that its profile does not give.

A pod says by its ServiceAccount which profile it is of. The default worker's pods choose their size and nodes, within
the rules of all; those of a named profile take no more than it has. What a profile has stands in tables, so that the
policy grows by a few lines with each, and not by rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from k8s.airflow.pods.cel import CLUSTERS_OWN_TOLERATIONS, Rule, literal
from k8s.airflow.pods.image import image_prefixes
from k8s.airflow.pods.task_profiles import TaskProfile
from k8s.airflow.pods.worker_pod import PROFILE_LABEL, worker_pod
from settings.model.airflow import AirflowSettings

Json = dict[str, Any]


def profile_variables(airflow: AirflowSettings, profiles: Sequence[TaskProfile]) -> dict[str, str]:
    """Name -> expression, beside those of k8s/airflow/pods/task_rules.py: what each profile has, by ServiceAccount."""
    specs = {each.account: worker_pod(airflow, each)["spec"] for each in profiles if not each.is_default}
    if not specs:
        return {}
    resources = {account: spec["containers"][0]["resources"] for account, spec in specs.items()}
    most = {account: {**each["requests"], **each["limits"]} for account, each in resources.items()}
    return {
        "most": literal(most),
        "limited": literal({account: sorted(each["limits"]) for account, each in resources.items()}),
        "size": literal({account: ", ".join(f"{k} {v}" for k, v in each.items()) for account, each in most.items()}),
        "nodes": literal({account: spec["nodeSelector"] for account, spec in specs.items() if "nodeSelector" in spec}),
        "tolerated": literal(
            {
                each.account: sorted({*CLUSTERS_OWN_TOLERATIONS, *(taint.key for taint in each.tolerations)})
                for each in profiles
                if not each.is_default
            }
        ),
        "images": literal(_images(airflow, profiles)),
        "limits": "variables.containers.map(c, has(c.resources) && has(c.resources.limits) ? c.resources.limits : {})",
        "requests": "variables.containers.map("
        "c, has(c.resources) && has(c.resources.requests) ? c.resources.requests : {})",
    }


def profile_rules(airflow: AirflowSettings, profiles: Sequence[TaskProfile]) -> list[Rule]:
    """The rules for these profiles; the default is one of them."""
    if len(profiles) == 1:
        return []
    rules = [_label(profiles), *_size(), *_placement()]
    if _images(airflow, profiles):
        rules.append(
            _of_profile(
                "images",
                "variables.containers.all(c, has(c.image) && "
                "variables.images[variables.account].exists(i, c.image.startsWith(i)))",
                "image must begin as the profile's image",
            )
        )
    return rules


def _images(airflow: AirflowSettings, profiles: Sequence[TaskProfile]) -> Mapping[str, tuple[str, ...]]:
    return {each.account: image_prefixes(each.image, airflow.task_images) for each in profiles if each.has_own_image}


def _label(profiles: Sequence[TaskProfile]) -> Rule:
    key, names = literal(PROFILE_LABEL), {each.account: each.name for each in profiles if not each.is_default}
    return Rule(
        expression=f"({key} in variables.labels ? variables.labels[{key}] : '') == "
        f"(variables.account in {literal(names)} ? {literal(names)}[variables.account] : '')",
        message=f"metadata.labels: {PROFILE_LABEL} must be the profile of spec.serviceAccountName ("
        + ", ".join(f"{name} of {account}" for account, name in names.items())
        + "; none of the others)",
    )


def _of_profile(table: str, expression: str, message: str, told: str | None = None) -> Rule:
    """A rule for the pods whose ServiceAccount is in a table; `told`: what to add to the message, in CEL."""
    name = f"'task profile ' + variables.labels[{literal(PROFILE_LABEL)}]"
    return Rule(
        expression=f"!(variables.account in variables.{table}) || ({expression})",
        message=f"task profiles: {message}",
        message_expression=f"{name} + {literal(f': {message}')}" + (f" + {told}" if told else ""),
    )


def _size() -> list[Rule]:
    """Each container by itself: one runs, those of initContainers before it."""
    return [
        _of_profile(
            "most",
            "size(object.spec.containers) == 1 && !has(object.spec.resources) && (!has(object.spec.initContainers) || "
            "object.spec.initContainers.all(c, !has(c.restartPolicy)))",
            "spec.containers must be one, spec.initContainers none that goes on beside it, and spec.resources not set",
        ),
        _of_profile(
            "most",
            "variables.limits.all(r, variables.limited[variables.account].all(k, k in r)) && "
            "(variables.limits + variables.requests).all(r, r.all(k, k in variables.most[variables.account] && "
            "quantity(r[k]).compareTo(quantity(variables.most[variables.account][k])) <= 0))",
            "resources of each container, of initContainers too, must have limits and be at most ",
            "variables.size[variables.account]",
        ),
    ]


def _placement() -> list[Rule]:
    return [
        _of_profile(
            "nodes",
            "has(object.spec.nodeSelector) && variables.nodes[variables.account].all(k, k in object.spec.nodeSelector "
            "&& object.spec.nodeSelector[k] == variables.nodes[variables.account][k])",
            "spec.nodeSelector must have the profile's node_labels",
        ),
        _of_profile(
            "tolerated",
            "!has(object.spec.tolerations) || object.spec.tolerations.all(t, has(t.key) && "
            "t.key in variables.tolerated[variables.account])",
            "spec.tolerations: only keys of the taints of the profile's node groups",
        ),
    ]
