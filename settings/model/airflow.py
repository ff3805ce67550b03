"""Airflow itself."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from settings.facts.limits import LONGEST_ROLLOUT_MINUTES, LONGEST_TASK_GRACE_SECONDS, SHORTEST_ROLLOUT_MINUTES
from settings.model.base import AsTuple, Form, ImageReference, OneOfSeveral, Settings, broken
from settings.model.dag_bundles import EVERYTHING, BundleName, DagBundleSettings, GitSettings, GitSyncSettings
from settings.model.housekeeping import HousekeepingSettings
from settings.model.login import LOOPBACK, LoginSettings, UserName
from settings.model.secrets_backend import SecretsBackendSettings
from settings.model.task_profile import TaskProfileSettings, TaskRoleSettings

EgressCidrs = Annotated[tuple[str, ...], AsTuple, Field(max_length=50)]


class ComponentSettings(Settings):
    """A long-running Airflow component."""

    replicas: Annotated[int, Field(ge=1, le=10)] = 1
    """Pods. With more than one, a disruption budget keeps at least one running."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] = 500
    """CPU request of a pod, in thousandths of a core; no limit is set."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 1024
    """Memory request and limit of a pod, in MiB."""

    egress_cidrs: EgressCidrs = ()
    """IPv4 networks that its pods may connect to beside what Airflow needs, such as `198.51.100.0/24`; `0.0.0.0/0` is
    everything but the instance metadata."""


# Defaults of a component are its class's, not an instance's: a file that sets `replicas` alone must keep the others.
class ApiServerSettings(ComponentSettings):
    """The API server: the UI, the REST API, and what task pods talk to."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 2048
    """Memory request and limit of a pod, in MiB."""


class SchedulerSettings(ComponentSettings):
    """The scheduler, which also launches the task pods."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 1536
    """Memory request and limit of a pod, in MiB."""


class DagProcessorSettings(ComponentSettings):
    """The DAG processor, which runs the code at the top of DAG files."""

    egress_cidrs: EgressCidrs = EVERYTHING
    """IPv4 networks that its pods may connect to beside what Airflow needs; by default everything but the instance
    metadata, because DAG files ask for what they like."""


class TriggererSettings(ComponentSettings):
    """The triggerer, which waits for what deferred tasks wait for."""

    egress_cidrs: EgressCidrs = EVERYTHING
    """IPv4 networks that its pods may connect to beside what Airflow needs; by default everything but the instance
    metadata, because triggers ask for what they like."""


class WorkerSettings(Settings):
    """A task's pod."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] = 250
    """CPU request of a task's pod, in thousandths of a core; no limit is set."""

    memory_mib: Annotated[int, Field(ge=256, le=262_144)] = 512
    """Memory request and limit of a task's pod, in MiB."""

    termination_grace_seconds: Annotated[int, Field(ge=5, le=LONGEST_TASK_GRACE_SECONDS)] = 120
    """Seconds that a task gets to end when its pod is deleted; one that takes longer is killed, and may be retried."""

    egress_cidrs: EgressCidrs = EVERYTHING
    """IPv4 networks that task pods may connect to beside the API server and DNS; by default everything but the instance
    metadata. On EKS it may be that network policies don't hold task pods."""

    role: TaskRoleSettings | None = None
    """AWS role of task pods without a profile."""


class AdminSettings(Settings):
    """The first user, made once; its password is generated and never changed by a deployment."""

    # Both are arguments of a command: a hyphen at the start would be read as an option.
    username: UserName = "admin"
    """User name."""

    email: Annotated[
        str,
        Form(
            r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,63}",
            "must be an e-mail address, such as admin@example.com",
        ),
    ] = "admin@example.com"
    """E-mail address; Airflow wants one, nothing is sent to it."""


LARGEST_NUMBER = 2**63
"""CDK takes some larger ones for its own tokens, and Airflow none."""


def _option_value(value: Any) -> Any:
    """A value of an Airflow option, or a refusal."""
    if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
        raise broken("must be a finite number of at most 63 bits")
    if isinstance(value, str) and len(value) > 4096:
        raise broken("must have at most 4096 characters")
    if isinstance(value, str) and not value.isprintable():
        raise broken("must have no newline and no other control character")
    if isinstance(value, str) and "${Token[" in value:
        raise broken("must not hold ${Token[, which CDK takes for its own")
    if not isinstance(value, str | bool | int | float):
        raise broken("must be text, a number, true or false")
    return value


ImagePrefix = Annotated[
    str,
    Form(
        r"[a-z0-9][A-Za-z0-9._:/-]*[/:@]",
        "must be the beginning of an image's name that ends in /, : or @, such as registry.example.com/team/",
        255,
    ),
]
ProfileName = Annotated[
    str,
    Form(
        r"(?!(default|pod-template)$)[a-z]([a-z0-9]|-(?=[a-z0-9])){0,31}",
        "must be 1 to 32 small letters, digits and single hyphens, starting with a letter, and not default",
        32,
    ),
]
OptionName = Annotated[
    str,
    # Single underscores only: two part section and option in the environment variable that Airflow reads, three a team.
    Form(
        r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+",
        "must be an Airflow option, as section.option in small letters",
        128,
    ),
]
OptionValue = Annotated[
    str | int | float | bool,
    OneOfSeveral(
        _option_value,
        ({"type": "string", "maxLength": 4096}, {"type": "number"}, {"type": "boolean"}),
    ),
]


class AirflowSettings(Settings):
    """Airflow's version, size and behaviour."""

    version: Annotated[str, Form(r"3\.[0-9]{1,3}\.[0-9]{1,3}", "must be a release of Airflow 3, such as 3.3.2", 16)] = (
        "3.3.2"
    )
    """Airflow version, in quotes."""

    accept_unsupported: bool = False
    """Run a minor version that gets no fixes any more. The Airflow project fixes its newest minor version only, so an
    older one is refused 60 days after the next has come."""

    image: ImageReference | None = None
    """Container image of every Airflow pod; default `apache/airflow:<version>`."""

    task_images: Annotated[tuple[ImagePrefix, ...], AsTuple, Field(max_length=50)] = ()
    """Beginnings of further images that a task's pod may be made of, by its author's `pod_override`; default only the
    repository of `image`. Each ends in / (a folder of a registry), : or @ (one repository)."""

    base_url: Annotated[
        str,
        Form(
            r"https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]+)?",
            "must be a URL without a path, such as https://airflow.example.com",
        ),
    ] = "http://localhost:8080"
    """Where people open the UI, for redirects and for links in what Airflow sends. With `localhost`, as in the default,
    it is the near end of `kubectl port-forward`: any local port works then."""

    api_server: ApiServerSettings = ApiServerSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    dag_processor: DagProcessorSettings = DagProcessorSettings()
    triggerer: TriggererSettings = TriggererSettings()
    worker: WorkerSettings = WorkerSettings()
    admin: AdminSettings = AdminSettings()
    login: LoginSettings = LoginSettings()

    secrets_backend: SecretsBackendSettings = SecretsBackendSettings()

    task_profiles: Annotated[dict[ProfileName, TaskProfileSettings], Field(max_length=10)] = {}
    """Named kinds of task pods: size, nodes, image, AWS role. A task without one has a pod of `worker`."""

    dag_bundles: Annotated[dict[BundleName, DagBundleSettings], Field(max_length=20)] = {}
    """Where DAGs come from, by names of yours; default the whole DAG folder of the file system, which Airflow calls
    `dags-folder`. With entries here only these are read."""

    git_sync: GitSyncSettings = GitSyncSettings()

    housekeeping: HousekeepingSettings = HousekeepingSettings()

    parallelism: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Most task pods at once; default what the running nodes (`desired_size`) can hold beside Airflow itself."""

    max_active_tasks_per_dag: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Most running tasks of one DAG; default `parallelism`."""

    dag_refresh_seconds: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds between two looks at the DAG folder: how late a new DAG may appear."""

    task_queued_timeout_seconds: Annotated[int, Field(ge=60, le=86_400)] = 900
    """Seconds that a task may wait for its pod to start: a new node and an image pull fit in it."""

    rollout_timeout_minutes: Annotated[int, Field(ge=SHORTEST_ROLLOUT_MINUTES, le=LONGEST_ROLLOUT_MINUTES)] = 12
    """Minutes that each step of a deployment may take until its Job is done or its Deployments are available."""

    config: Annotated[dict[OptionName, OptionValue], Field(max_length=200)] = {}
    """More Airflow options, as `section.option: value`. Refused with their reason: what the platform sets itself,
    secrets, what loads code or turns a protection off, and names that Airflow does not know."""

    @property
    def image_of_pods(self) -> str:
        """The image of every Airflow pod."""
        return self.image or f"apache/airflow:{self.version}"

    @property
    def is_port_forwarded(self) -> bool:
        """Whether people come through a port of their own machine, whichever they choose."""
        return urlsplit(self.base_url).hostname in LOOPBACK

    @property
    def git_bundles(self) -> dict[str, GitSettings]:
        """Bundles of Git repositories, by name."""
        return {name: bundle.git for name, bundle in self.dag_bundles.items() if bundle.git}

    @property
    def components(self) -> dict[str, ComponentSettings]:
        """Every long-running component by its setting: what has replicas and takes room on the nodes."""
        fields = type(self).model_fields
        kinds = {name: field.annotation for name, field in fields.items() if isinstance(field.annotation, type)}
        return {name: getattr(self, name) for name, kind in kinds.items() if issubclass(kind, ComponentSettings)}
