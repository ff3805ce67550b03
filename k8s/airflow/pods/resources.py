"""Resources of containers."""

from cdk8s_plus_28 import k8s as kube


def binary_quantity(mebibytes: int) -> kube.Quantity:
    """Bytes as Kubernetes itself writes them (1Gi, not 1024Mi): `kubectl apply` compares texts."""
    units = ["Mi", "Gi", "Ti"]
    while mebibytes % 1024 == 0 and len(units) > 1:
        mebibytes //= 1024
        units.pop(0)
    return kube.Quantity.from_string(f"{mebibytes}{units[0]}")


def cpu_quantity(millicores: int) -> kube.Quantity:
    """Cores as Kubernetes itself writes them (1, not 1000m)."""
    whole = millicores % 1000 == 0
    return kube.Quantity.from_string(f"{millicores // 1000}" if whole else f"{millicores}m")


def resources(
    *, cpu_millicores: int, memory_mib: int, ephemeral_storage_gib: int | None = None
) -> kube.ResourceRequirements:
    """Memory limit as requested, so that a pod is killed for its own growth only; no CPU limit, idle cores are free.

    Disk of the node likewise, where it is said.
    """
    limits = {"memory": binary_quantity(memory_mib)}
    if ephemeral_storage_gib is not None:
        limits["ephemeral-storage"] = binary_quantity(ephemeral_storage_gib * 1024)
    return kube.ResourceRequirements(requests={"cpu": cpu_quantity(cpu_millicores), **limits}, limits=limits)
