"""Resources of containers, and the images that run in them."""

from cdk8s_plus_28 import k8s

from settings.airflow import AirflowSettings


def image(airflow: AirflowSettings) -> str:
    """The image of every Airflow pod."""
    return airflow.image or f"apache/airflow:{airflow.version}"


def resources(*, cpu_millicores: int, memory_mib: int) -> k8s.ResourceRequirements:
    """Memory limit as requested, so that a pod is killed for its own growth only; no CPU limit, idle cores are free."""
    memory = k8s.Quantity.from_string(f"{memory_mib}Mi")
    return k8s.ResourceRequirements(
        requests={"cpu": k8s.Quantity.from_string(f"{cpu_millicores}m"), "memory": memory}, limits={"memory": memory}
    )
