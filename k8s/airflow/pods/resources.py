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


def resources(*, cpu_millicores: int, memory_mib: int) -> kube.ResourceRequirements:
    """Memory limit as requested, so that a pod is killed for its own growth only; no CPU limit, idle cores are free."""
    memory = binary_quantity(memory_mib)
    return kube.ResourceRequirements(
        requests={"cpu": cpu_quantity(cpu_millicores), "memory": memory}, limits={"memory": memory}
    )
