"""Airflow itself."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings


class ComponentSettings(Settings):
    """A long-running Airflow component."""

    replicas: Annotated[int, Field(ge=1, le=10)] = 1
    """Pods. With more than one, a disruption budget keeps at least one running."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] = 500
    """CPU request of a pod, in thousandths of a core; no limit is set."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 1024
    """Memory request and limit of a pod, in MiB."""


class WorkerSettings(Settings):
    """A task's pod."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] = 250
    """CPU request of a task's pod, in thousandths of a core; no limit is set."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 512
    """Memory request and limit of a task's pod, in MiB."""

    termination_grace_seconds: Annotated[int, Field(ge=5, le=240)] = 120
    """Seconds that a task gets to end itself when its pod is deleted."""


class AdminSettings(Settings):
    """The first user, made once; its password is generated and never changed by a deployment."""

    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{1,64}$")] = "admin"
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=256)] = "admin@example.com"


class AirflowSettings(Settings):
    """Airflow's version, size and behaviour."""

    version: Annotated[str, Field(pattern=r"^3\.\d+\.\d+$")] = "3.3.2"
    """Airflow version, in quotes."""

    image: Annotated[str, Field(pattern=r"^[a-z0-9][a-zA-Z0-9._/:@-]*$", max_length=255)] | None = None
    """Container image of every Airflow pod; default `apache/airflow:<version>`."""

    base_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")] = "http://localhost:8080"
    """Where people open the UI. The default is the far end of `kubectl port-forward`."""

    api_server: ComponentSettings = ComponentSettings(memory_mib=2048)
    scheduler: ComponentSettings = ComponentSettings(memory_mib=1536)
    dag_processor: ComponentSettings = ComponentSettings()
    triggerer: ComponentSettings = ComponentSettings()
    worker: WorkerSettings = WorkerSettings()
    admin: AdminSettings = AdminSettings()

    parallelism: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Most task pods at once; default what the node groups can hold at their largest."""

    max_active_tasks_per_dag: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Most running tasks of one DAG; default `parallelism`."""

    dag_refresh_seconds: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between two looks at the DAG folder: how late a new DAG may appear."""

    task_queued_timeout_seconds: Annotated[int, Field(ge=60, le=86_400)] = 900
    """Seconds that a task may wait for its pod to start: a new node and an image pull fit in it."""

    rollout_timeout_minutes: Annotated[int, Field(ge=2, le=13)] = 12
    """Minutes that each step of a deployment may take until its Job is done or its Deployments are available."""

    config: Annotated[dict[str, str | int | float | bool], Field(max_length=200)] = {}
    """More Airflow options, as `section.option: value`; those that the platform sets itself are refused."""
