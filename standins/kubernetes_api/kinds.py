"""The kinds of objects that the stand-in serves, and where."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind, its API group and version, and its name in URLs."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    has_status: bool = False
    """Status is a subresource: a write to the object leaves it alone."""
    custom: bool = False
    """Made by a CustomResourceDefinition: served once something has installed it."""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The name in messages: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def path(self) -> str:
        """The URL prefix of the group's version."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"


_ADMISSION = "admissionregistration.k8s.io"
_RBAC = "rbac.authorization.k8s.io"
_SECRETS_STORE = "secrets-store.csi.x-k8s.io"

KINDS: tuple[Kind, ...] = (
    Kind("", "v1", "Namespace", "namespaces", False, ("ns",), has_status=True),
    Kind("", "v1", "Node", "nodes", False, ("no",), has_status=True),
    Kind("", "v1", "Pod", "pods", True, ("po",), has_status=True),
    Kind("", "v1", "Service", "services", True, ("svc",), has_status=True),
    Kind("", "v1", "Endpoints", "endpoints", True, ("ep",)),
    Kind("", "v1", "ConfigMap", "configmaps", True, ("cm",)),
    Kind("", "v1", "Secret", "secrets"),
    Kind("", "v1", "ServiceAccount", "serviceaccounts", True, ("sa",)),
    Kind("", "v1", "Event", "events", True, ("ev",)),
    Kind("", "v1", "PersistentVolume", "persistentvolumes", False, ("pv",), has_status=True),
    Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", True, ("pvc",), has_status=True),
    Kind("", "v1", "ResourceQuota", "resourcequotas", True, ("quota",), has_status=True),
    Kind("", "v1", "LimitRange", "limitranges", True, ("limits",)),
    Kind("apps", "v1", "Deployment", "deployments", True, ("deploy",), has_status=True),
    Kind("apps", "v1", "ReplicaSet", "replicasets", True, ("rs",), has_status=True),
    Kind("apps", "v1", "StatefulSet", "statefulsets", True, ("sts",), has_status=True),
    Kind("apps", "v1", "DaemonSet", "daemonsets", True, ("ds",), has_status=True),
    Kind("batch", "v1", "Job", "jobs", has_status=True),
    Kind("batch", "v1", "CronJob", "cronjobs", True, ("cj",), has_status=True),
    Kind(_RBAC, "v1", "Role", "roles"),
    Kind(_RBAC, "v1", "RoleBinding", "rolebindings"),
    Kind(_RBAC, "v1", "ClusterRole", "clusterroles", False),
    Kind(_RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", False),
    Kind(_ADMISSION, "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", False, has_status=True),
    Kind(_ADMISSION, "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", False),
    Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", True, ("netpol",)),
    Kind("networking.k8s.io", "v1", "Ingress", "ingresses", True, ("ing",), has_status=True),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", True, ("pdb",), has_status=True),
    Kind("storage.k8s.io", "v1", "StorageClass", "storageclasses", False, ("sc",)),
    Kind("storage.k8s.io", "v1", "CSIDriver", "csidrivers", False),
    Kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", False, ("pc",)),
    Kind("coordination.k8s.io", "v1", "Lease", "leases"),
    Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", True, ("hpa",), has_status=True),
    Kind(_SECRETS_STORE, "v1", "SecretProviderClass", "secretproviderclasses", has_status=True, custom=True),
)


class Kinds:
    """Looks kinds up, by what a manifest says or by what a URL says."""

    def __init__(self, kinds: Iterable[Kind] = KINDS) -> None:
        self._kinds = tuple(kinds)
        self.installed: set[str] = {kind.group for kind in self._kinds if kind.custom}
        """Groups of custom kinds that are served; a test takes one away to play a missing driver."""

    def all(self) -> list[Kind]:
        return [kind for kind in self._kinds if not kind.custom or kind.group in self.installed]

    def named(self, kind: str) -> Kind:
        """The kind of that name. Raises KeyError for an unknown one."""
        for candidate in self._kinds:
            if candidate.kind == kind:
                return candidate
        raise KeyError(kind)

    def at(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind behind a URL, or None."""
        for kind in self.all():
            if (kind.group, kind.version, kind.plural) == (group, version, plural):
                return kind
        return None
