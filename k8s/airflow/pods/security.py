"""Security contexts, to the letter of Pod Security `restricted`."""

from cdk8s_plus_28 import k8s as kube

AIRFLOW_UID = 50_000
AIRFLOW_GID = 0


def pod_security(
    *, uid: int = AIRFLOW_UID, gid: int = AIRFLOW_GID, fs_group: int | None = None
) -> kube.PodSecurityContext:
    """A pod of one unprivileged user. `fs_group` is for volumes that Kubernetes hands over (the shared one is not)."""
    return kube.PodSecurityContext(
        run_as_non_root=True,
        run_as_user=uid,
        run_as_group=gid,
        fs_group=fs_group,
        fs_group_change_policy=None if fs_group is None else "OnRootMismatch",
        seccomp_profile=kube.SeccompProfile(type="RuntimeDefault"),
    )


def container_security() -> kube.SecurityContext:
    """A container without capabilities, that writes to its volumes only."""
    return kube.SecurityContext(
        allow_privilege_escalation=False,
        capabilities=kube.Capabilities(drop=["ALL"]),
        read_only_root_filesystem=True,
        run_as_non_root=True,
    )
