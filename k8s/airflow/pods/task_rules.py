"""What a task's pod must be, whatever its author's `pod_override` says: rules in CEL, generated from the pod template.

The language is kept to what the type checker of Kubernetes takes for a Pod: an optional field is asked for with has()
before it is read, an object is never asked for its keys. Rules see the pod after every change that the cluster itself
makes (ServiceAccount tokens, EKS Pod Identity, tolerations), so those pass. What Pod Security `restricted` refuses in
the same namespace (privileges, host ports, capabilities, root) is not said again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from k8s.airflow.pods.cel import CLUSTERS_OWN_TOLERATIONS, Rule, literal
from k8s.airflow.pods.image import image_prefixes
from k8s.airflow.pods.profile_rules import profile_rules, profile_variables
from k8s.airflow.pods.task_profiles import TaskProfile, task_profiles
from k8s.airflow.pods.worker_pod import PROFILE_LABEL, worker_pod
from k8s.bindings import PlatformBindings, SecretsManagerSecrets
from settings.model.airflow import AirflowSettings

Json = dict[str, Any]

_VARIABLES = {
    "containers": "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])",
    "volumes": "has(object.spec.volumes) ? object.spec.volumes : []",
    "claimed": "variables.volumes.filter(v, has(v.persistentVolumeClaim)).map(v, v.name)",
    "labels": "has(object.metadata.labels) ? object.metadata.labels : {}",
    "annotations": "has(object.metadata.annotations) ? object.metadata.annotations : {}",
    "account": "has(object.spec.serviceAccountName) ? object.spec.serviceAccountName : ''",
}

AWS_TOKEN_AUDIENCES = ("pods.eks.amazonaws.com", "sts.amazonaws.com")
"""Of the token that EKS Pod Identity, or IAM roles for ServiceAccounts, puts into a pod whose account has a role."""

CONTROLLERS_LABELS = ("batch.kubernetes.io/controller-uid", "controller-uid", "pod-template-hash")
"""A controller takes a pod with its label for its own."""

DANGEROUS_ANNOTATIONS = (
    "airflow-on-eks/",
    "container.apparmor.security.beta.kubernetes.io/",
    "k8s.v1.cni.cncf.io/",
)
"""Beginnings: the platform's own, and what gives a pod another profile or network."""


def task_variables(airflow: AirflowSettings, bindings: PlatformBindings) -> dict[str, str]:
    """Name -> expression. A later one may use an earlier one."""
    return {**_VARIABLES, **profile_variables(airflow, task_profiles(airflow, bindings))}


def task_rules(airflow: AirflowSettings, bindings: PlatformBindings) -> list[Rule]:
    """The rules for the pod template of these settings."""
    profiles = task_profiles(airflow, bindings)
    template = worker_pod(airflow, profiles[0], bindings.data_folders)
    spec = template["spec"]
    return [
        *_identity(profiles),
        *_labels(template["metadata"]["labels"]),
        *_volumes(spec, on_aws=isinstance(bindings.secrets, SecretsManagerSecrets)),
        *_environment(_config_maps(spec), spec["containers"][0]["env"]),
        _images(airflow, profiles),
        *_placement(spec, bindings.task_tolerations),
        *_kubelet(),
        *profile_rules(airflow, profiles),
    ]


def _identity(profiles: Sequence[TaskProfile]) -> list[Rule]:
    accounts = tuple(each.account for each in profiles)
    return [
        Rule(
            expression=f"variables.account in {literal(accounts)}",
            message=f"spec.serviceAccountName must be {' or '.join(accounts)}",
        ),
        Rule(
            expression="has(object.spec.automountServiceAccountToken) && !object.spec.automountServiceAccountToken",
            message="spec.automountServiceAccountToken must be false",
        ),
        Rule(
            expression="!has(object.metadata.ownerReferences) && !has(object.metadata.finalizers)",
            message="metadata.ownerReferences and metadata.finalizers must not be set",
        ),
        Rule(
            expression=_none("variables.annotations", "a", DANGEROUS_ANNOTATIONS),
            message=f"metadata.annotations must not begin with {', '.join(DANGEROUS_ANNOTATIONS)}",
        ),
    ]


def _labels(labels: Mapping[str, str]) -> list[Rule]:
    held = {key: value for key, value in labels.items() if key not in ("app.kubernetes.io/version", PROFILE_LABEL)}
    return [
        Rule(
            expression=" && ".join(
                f"{literal(key)} in variables.labels && variables.labels[{literal(key)}] == {literal(value)}"
                for key, value in held.items()
            ),
            message="metadata.labels: Services and network policies select by these, which must be "
            + ", ".join(f"{key}={value}" for key, value in held.items()),
            of_a_change_too=True,
        ),
        Rule(
            expression=f"variables.labels.all(l, !(l in {literal(CONTROLLERS_LABELS)}))",
            message=f"metadata.labels must not have {', '.join(CONTROLLERS_LABELS)}",
            of_a_change_too=True,
        ),
    ]


def _volumes(spec: Json, *, on_aws: bool) -> list[Rule]:
    claims = tuple(
        each["persistentVolumeClaim"]["claimName"] for each in spec["volumes"] if "persistentVolumeClaim" in each
    )
    maps = _config_maps(spec)
    kinds = (
        "has(v.emptyDir)",
        f"has(v.persistentVolumeClaim) && v.persistentVolumeClaim.claimName in {literal(claims)}",
        f"has(v.configMap) && has(v.configMap.name) && v.configMap.name in {literal(maps)}",
        *([_AWS_TOKEN] if on_aws else []),
    )
    shared = {each["name"] for each in spec["volumes"] if "persistentVolumeClaim" in each}
    mounts = [mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"] in shared]
    allowed = " || ".join(f"({_mount(mount)})" for mount in mounts)
    folders = ", ".join(
        f"{mount.get('subPath') or mount['subPathExpr']} at {mount['mountPath']}"
        f"{' (readOnly)' if mount.get('readOnly') else ''}"
        for mount in mounts
    )
    return [
        Rule(
            expression=f"variables.volumes.all(v, {' || '.join(f'({kind})' for kind in kinds)})",
            message=f"spec.volumes: only emptyDir, claim {', '.join(claims)} and ConfigMaps {', '.join(maps)}",
        ),
        Rule(
            expression="variables.containers.all(c, !has(c.volumeMounts) || c.volumeMounts.all(m, "
            f"!(m.name in variables.claimed) || {allowed}))",
            message=f"volumeMounts of claim {', '.join(claims)}: only {folders}",
        ),
        Rule(
            expression="variables.containers.all(c, !has(c.volumeDevices))",
            message="volumeDevices must not be set",
        ),
    ]


_AWS_TOKEN = (
    "has(v.projected) && has(v.projected.sources) && v.projected.sources.all(s, has(s.serviceAccountToken) && "
    f"has(s.serviceAccountToken.audience) && s.serviceAccountToken.audience in {literal(AWS_TOKEN_AUDIENCES)})"
)
"""What the cluster itself adds for an AWS role."""


def _mount(mount: Json) -> str:
    """A mount of the shared file system, exactly as the template has it."""
    (place,) = {"subPath", "subPathExpr"} & mount.keys()
    same = [
        f"m.mountPath == {literal(mount['mountPath'])}",
        f"has(m.{place}) && m.{place} == {literal(mount[place])}",
    ]
    if mount.get("readOnly"):
        same.append("has(m.readOnly) && m.readOnly")
    return " && ".join(same)


def _config_maps(spec: Json) -> tuple[str, ...]:
    return tuple(sorted(each["configMap"]["name"] for each in spec["volumes"] if "configMap" in each))


def _environment(config_maps: Sequence[str], variables: Sequence[Json]) -> list[Rule]:
    of_map = "has({0}.name) && {0}.name in " + literal(tuple(config_maps))
    fields = {each["name"]: each["valueFrom"]["fieldRef"]["fieldPath"] for each in variables if "valueFrom" in each}
    # A container's last variable of a name counts, and the log folder that it mounts is named by these.
    kept = " || ".join(
        f"(e.name == {literal(name)} && e.valueFrom.fieldRef.fieldPath == {literal(path)})"
        for name, path in fields.items()
    )
    return [
        Rule(
            expression=f"variables.containers.all(c, !has(c.env) || c.env.all(e, !(e.name in {literal(tuple(fields))}) "
            f"|| (has(e.valueFrom) && has(e.valueFrom.fieldRef) && ({kept}))))",
            message="env: "
            + ", ".join(f"{name} must be {path}" for name, path in fields.items())
            + ", for the task's own log folder",
        ),
        Rule(
            expression="variables.containers.all(c, !has(c.env) || c.env.all(e, !has(e.valueFrom) || "
            "(!has(e.valueFrom.secretKeyRef) && (!has(e.valueFrom.configMapKeyRef) || "
            f"({of_map.format('e.valueFrom.configMapKeyRef')})))))",
            message=f"env: values only from fields and ConfigMaps {', '.join(config_maps)}, never from a Secret",
        ),
        Rule(
            expression="variables.containers.all(c, !has(c.envFrom) || c.envFrom.all(f, "
            f"has(f.configMapRef) && {of_map.format('f.configMapRef')}))",
            message=f"envFrom: only ConfigMaps {', '.join(config_maps)}, never a Secret",
        ),
    ]


def _images(airflow: AirflowSettings, profiles: Sequence[TaskProfile]) -> Rule:
    prefixes = image_prefixes(profiles[0].image, airflow.task_images)
    allowed = " || ".join(f"c.image.startsWith({literal(prefix)})" for prefix in prefixes)
    others = tuple(each.account for each in profiles if each.has_own_image)
    excepted = f"variables.account in {literal(others)} || " if others else ""
    return Rule(
        expression=f"{excepted}variables.containers.all(c, has(c.image) && ({allowed}))",
        message=f"image must begin with {' or '.join(prefixes)} (setting airflow.task_images has more)",
    )


def _placement(spec: Json, tolerations: Iterable[str]) -> list[Rule]:
    keys = (*CLUSTERS_OWN_TOLERATIONS, *sorted(set(tolerations)))
    # For a pod that asks for a GPU the API server adds a toleration of that name.
    requested = (
        "variables.containers.exists(c, has(c.resources) && has(c.resources.requests) && t.key in c.resources.requests)"
    )
    priority = spec.get("priorityClassName")
    same_priority = "" if priority is None else f" || object.spec.priorityClassName == {literal(priority)}"
    return [
        Rule(
            expression="!has(object.spec.tolerations) || object.spec.tolerations.all(t, has(t.key) && "
            f"(t.key in {literal(keys)} || {requested}))",
            message="spec.tolerations: only keys of the platform's node groups"
            + (f" ({', '.join(sorted(set(tolerations)))})" if tolerations else ", which have none"),
        ),
        Rule(expression="!has(object.spec.nodeName)", message="spec.nodeName must not be set: use a node selector"),
        Rule(
            expression=f"!has(object.spec.priorityClassName) || object.spec.priorityClassName == ''{same_priority}",
            message=f"spec.priorityClassName must {f'be {priority}' if priority else 'not be set'}",
        ),
        Rule(
            expression=f"has(object.spec.restartPolicy) && object.spec.restartPolicy == {literal(spec['restartPolicy'])}",  # noqa: E501
            message=f"spec.restartPolicy must be {spec['restartPolicy']}",
        ),
        Rule(expression="!has(object.spec.runtimeClassName)", message="spec.runtimeClassName must not be set"),
        Rule(
            expression=" && ".join(
                f"(!has(object.spec.{each}) || !object.spec.{each})" for each in ("hostNetwork", "hostPID", "hostIPC")
            ),
            message="spec.hostNetwork, hostPID and hostIPC must not be true",
        ),
    ]


def _kubelet() -> list[Rule]:
    """The kubelet asks from the node's own network, where the instance metadata answers."""
    handlers = [
        *(f"{probe}.{way}" for probe in ("livenessProbe", "readinessProbe", "startupProbe") for way in _WAYS),
        *(f"lifecycle.{hook}.{way}" for hook in ("postStart", "preStop") for way in _WAYS),
    ]
    named = " && ".join(f"!({_has_host(handler)})" for handler in handlers)
    return [
        Rule(
            expression=f"variables.containers.all(c, {named})",
            message="probes and lifecycle hooks must not name a host",
        )
    ]


_WAYS = ("httpGet", "tcpSocket")


def _has_host(path: str) -> str:
    steps = f"{path}.host".split(".")
    return " && ".join(f"has(c.{'.'.join(steps[:length])})" for length in range(1, len(steps) + 1))


def _none(mapping: str, key: str, prefixes: Sequence[str]) -> str:
    return f"{mapping}.all({key}, {' && '.join(f'!{key}.startsWith({literal(each)})' for each in prefixes)})"
