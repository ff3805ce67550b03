"""Kubernetes objects: what pods may, what they ask for, who comes in."""

from collections.abc import Iterator

from operations.evidence.finding import Rule
from operations.evidence.subject import Pod, Subject, name_of
from standins.pod_security import violations_of

ENFORCE = "pod-security.kubernetes.io/enforce"
ROLES, BINDINGS = ("Role", "ClusterRole"), ("RoleBinding", "ClusterRoleBinding")


def _pod_security(subject: Subject) -> Iterator[tuple[str, str]]:
    for namespace in subject.of_kind("Namespace"):
        level = namespace["metadata"].get("labels", {}).get(ENFORCE, "privileged")
        if level != "restricted":
            yield name_of(namespace), f"takes pods of Pod Security level {level}"
    levels = {each["metadata"]["name"]: each["metadata"].get("labels", {}) for each in subject.of_kind("Namespace")}
    for pod in subject.pods:
        # A namespace that is not ours has its own level, and no pod of ours has a reason to be less than restricted.
        level = levels.get(pod.namespace, {}).get(ENFORCE, "restricted")
        for violation in violations_of(level, pod.spec):
            yield pod.owner, violation


def _resources(subject: Subject) -> Iterator[tuple[str, str]]:
    for pod in subject.pods:
        for container in pod.containers:
            asked = container.get("resources", {})
            missing = [f"request of {each}" for each in ("cpu", "memory") if each not in asked.get("requests", {})]
            if "memory" not in asked.get("limits", {}):
                missing.append("limit of memory")
            if missing:
                yield pod.owner, f"{container['name']} has no {', no '.join(missing)}"


def _ephemeral_storage(subject: Subject) -> Iterator[tuple[str, str]]:
    for pod in subject.pods:
        limited = all("ephemeral-storage" in each.get("resources", {}).get("limits", {}) for each in pod.containers)
        read_only = all(each.get("securityContext", {}).get("readOnlyRootFilesystem") for each in pod.containers)
        empty = [each["emptyDir"] or {} for each in pod.spec.get("volumes", ()) if "emptyDir" in each]
        if not limited and not (read_only and all("sizeLimit" in each for each in empty)):
            yield pod.owner, "can fill the disk of its node: neither its ephemeral storage nor its /tmp has a limit"


def _tokens(subject: Subject) -> Iterator[tuple[str, str]]:
    bound = {
        (each.get("namespace", ""), each["name"])
        for binding in subject.of_kind(*BINDINGS)
        for each in binding.get("subjects", ())
        if each["kind"] == "ServiceAccount"
    }
    automatic = {
        (each["metadata"].get("namespace", ""), each["metadata"]["name"])
        for each in subject.of_kind("ServiceAccount")
        if each.get("automountServiceAccountToken", True)
    }
    for pod in subject.pods:
        account = (pod.namespace, pod.account)
        mounted = pod.spec.get("automountServiceAccountToken", account in automatic or pod.account == "default")
        if mounted and account not in bound:
            yield pod.owner, f"gets a token of {pod.account}, which has nothing to ask the Kubernetes API for"


def _images(subject: Subject) -> Iterator[tuple[str, str]]:
    for image in sorted({container["image"] for pod in subject.pods for container in pod.containers}):
        if "@sha256:" not in image:
            tag = image.rpartition("/")[2].partition(":")[2] or "latest"
            yield f"Image/{image}", f"whoever moves tag {tag} changes what runs"


def _priority(subject: Subject) -> Iterator[tuple[str, str]]:
    for pod in subject.pods:
        if pod.owner.startswith(("Deployment/", "StatefulSet/")) and not pod.spec.get("priorityClassName"):
            yield pod.owner, "waits behind task pods when a node is lost: no priority class"


def _permissions(subject: Subject) -> Iterator[tuple[str, str]]:
    for role in subject.of_kind(*ROLES):
        for rule in role.get("rules", ()):
            words = {*rule.get("verbs", ()), *rule.get("resources", ()), *rule.get("apiGroups", ())}
            if "*" in words:
                yield name_of(role), "has a wildcard: it grants what later versions add"
            if "secrets" in words:
                yield name_of(role), "reads or changes Kubernetes Secrets"
            if words & {"pods/exec", "pods/attach", "pods/ephemeralcontainers", "serviceaccounts/token"}:
                yield name_of(role), "can run commands in other pods, or take their identity"
            if words & {"escalate", "bind", "impersonate"}:
                yield name_of(role), "can give itself more than it has"
    for binding in subject.of_kind(*BINDINGS):
        if binding["roleRef"]["name"] in ("cluster-admin", "admin", "edit"):
            yield name_of(binding), f"binds {binding['roleRef']['name']}"


def _services(subject: Subject) -> Iterator[tuple[str, str]]:
    for service in subject.of_kind("Service"):
        if service["spec"].get("type", "ClusterIP") != "ClusterIP" or service["spec"].get("externalIPs"):
            yield name_of(service), f"is reached from outside the cluster: {service['spec'].get('type')}"
    for ingress in subject.of_kind("Ingress", "Gateway"):
        yield name_of(ingress), "is reached from outside the cluster, by what a controller makes and no stack knows"


def _default_deny(subject: Subject) -> Iterator[tuple[str, str]]:
    denied = {
        policy["metadata"]["namespace"]
        for policy in subject.of_kind("NetworkPolicy")
        if not policy["spec"].get("podSelector") and not policy["spec"].get("ingress")
        if "Ingress" in policy["spec"].get("policyTypes", ())
    }
    for namespace in sorted({pod.namespace for pod in subject.pods} - denied):
        yield f"Namespace/{namespace}", "no network policy keeps other pods out"


def selected(pod: Pod, selector: dict[str, object]) -> bool:
    """Whether a label selector means a pod."""
    wanted = selector.get("matchLabels") or {}
    assert isinstance(wanted, dict)
    if any(pod.labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = selector.get("matchExpressions") or []
    assert isinstance(expressions, list)
    return all(_holds(pod, each) for each in expressions)


def _holds(pod: Pod, expression: dict[str, object]) -> bool:
    key, values = str(expression["key"]), expression.get("values") or []
    assert isinstance(values, list)
    return {
        "In": pod.labels.get(key) in values,
        "NotIn": pod.labels.get(key) not in values,
        "Exists": key in pod.labels,
        "DoesNotExist": key not in pod.labels,
    }[str(expression["operator"])]


RULES = (
    Rule("pod-security", "Pods are as Pod Security `restricted` has them", _pod_security, ("CIS EKS 4.2.1-4.2.5",)),
    Rule("pod-resources", "Each container says what it needs, and how much memory it may take", _resources, ("SC-6",)),
    Rule("pod-storage", "No pod can fill the disk of its node", _ephemeral_storage, ("SC-6",)),
    Rule("pod-token", "Only who asks the Kubernetes API has a token for it", _tokens, ("CIS EKS 4.1.5-4.1.6", "AC-6")),
    Rule("pod-image", "Images are named by digest", _images, ("SI-7", "CM-14")),
    Rule("pod-priority", "Components come before tasks", _priority, ("SC-6",)),
    Rule("rbac", "No wildcard, no Secrets, no commands in pods", _permissions, ("CIS EKS 4.1.1-4.1.8", "AC-6")),
    Rule("service", "Nothing in the cluster opens a way in", _services, ("SC-7",)),
    Rule("default-deny", "In each namespace only named pods may connect", _default_deny, ("CIS EKS 4.3.2", "SC-7")),
)
