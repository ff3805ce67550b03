"""Resources of containers, and the images that run in them."""

from cdk8s_plus_28 import k8s

from settings.model.airflow import AirflowSettings


def image(airflow: AirflowSettings) -> str:
    """The image of every Airflow pod."""
    return airflow.image or f"apache/airflow:{airflow.version}"


def binary_quantity(mebibytes: int) -> k8s.Quantity:
    """Bytes as Kubernetes itself writes them (1Gi, not 1024Mi): `kubectl apply` compares texts."""
    units = ["Mi", "Gi", "Ti"]
    while mebibytes % 1024 == 0 and len(units) > 1:
        mebibytes //= 1024
        units.pop(0)
    return k8s.Quantity.from_string(f"{mebibytes}{units[0]}")


def cpu_quantity(millicores: int) -> k8s.Quantity:
    """Cores as Kubernetes itself writes them (1, not 1000m)."""
    whole = millicores % 1000 == 0
    return k8s.Quantity.from_string(f"{millicores // 1000}" if whole else f"{millicores}m")


def resources(*, cpu_millicores: int, memory_mib: int) -> k8s.ResourceRequirements:
    """Memory limit as requested, so that a pod is killed for its own growth only; no CPU limit, idle cores are free."""
    memory = binary_quantity(memory_mib)
    return k8s.ResourceRequirements(
        requests={"cpu": cpu_quantity(cpu_millicores), "memory": memory}, limits={"memory": memory}
    )
