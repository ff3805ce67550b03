"""Airflow's long-running components, one row each.

From a row follow the Deployment with its probes, its ServiceAccount, what it may do with the Kubernetes API, who may
talk to it, its place among the steps, the secrets that its pods get and no others. Replicas and size are settings: the
field of `airflow.<setting>`, from which the capacity of the cluster follows too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from k8s import names
from k8s.airflow.pods import login
from k8s.airflow.pods.options import environment
from k8s.airflow.pods.ports import API_PORT, SCHEDULER_HEALTH_PORT, TRIGGERER_LOG_PORT
from k8s.airflow.pods.probes import HeartbeatCheck, HttpCheck
from k8s.airflow.pods.secrets_backend import Kind
from settings.model.airflow import AirflowSettings

HEALTH_PATH = "/api/v2/version"
"""Of the API server. /monitor/health answers 200 whatever it finds, and asks the database each time; this answers
alone."""

Rules = Mapping[str, Sequence[str]]
"""Resource, with the API group if it is not the core one (`jobs.batch`) -> verbs, in Airflow's namespace."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """A long-running component of Airflow."""

    id: str
    """Of its step, and so of a CloudFormation resource: another id is another resource."""

    setting: str
    """Its field in `airflow`; the command and the label have hyphens for the underscores."""

    name: str
    """Of the Deployment and of the ServiceAccount of its pods."""

    check: HttpCheck | HeartbeatCheck
    """What its probes ask."""

    grace_seconds: int
    """From SIGTERM to SIGKILL."""

    drain_seconds: int = 0
    """Before SIGTERM, while requests still arrive because not every node has heard that the pod goes."""

    port: tuple[str, int] | None = None
    """Name and number of the port that it listens on."""

    callers: tuple[str, ...] | None = None
    """Labels of the components whose pods may connect to the port; empty: all pods of Airflow; None: nobody."""

    calls: tuple[str, ...] = ()
    """Labels of the components whose ports its pods connect to."""

    service: str | None = None
    """Name of the Service in front of its port."""

    kubernetes: Rules | None = None
    """Exactly the verbs that were seen in use; None: no Role and no token."""

    role: str | None = None
    """Name of its Role; default the component's."""

    role_binding: str | None = None
    """Name of its RoleBinding; default the component's."""

    secrets: tuple[str, ...] = ("database",)
    """Keys of the table settings.facts.secrets: what its pods read, and its AWS role may read. Measured: without one of
    them the component, or a part of it, does not work (docs/decisions/0008-what-authors-code-reaches.md)."""

    looks_up: tuple[Kind, ...] = ()
    """What it looks for in `airflow.secrets_backend`, and its AWS role may read there."""

    reads_logs_only: bool = False
    """Of the shared file system: no DAGs, and logs that it can't write."""

    reads_data_sets: bool = False
    """Has the folders of data sets, as tasks have them: what runs authors' code."""

    reads_bundles: bool = False
    """Runs the code of DAG bundles, and so mounts those that come from Git."""

    plugins: tuple[str, ...] = ()
    """Scripts of k8s/airflow/scripts/ that it loads as plugins of Airflow's."""

    makes_task_pods: bool = False
    """Reads the template of task pods."""

    modules: tuple[str, ...] = ()
    """Of k8s/airflow/modules/, for its Airflow to import."""

    options: Mapping[str, str] = field(default_factory=dict)
    """Airflow options of its own, in the place of the shared ones."""

    people_service: str | None = None
    """Name of the Service that the platform's front door leads to."""

    has_the_login: bool = False
    """People log in at it: `airflow.login` is its business, and the client secret nobody else's."""

    @property
    def label(self) -> str:
        """Value of the label app.kubernetes.io/component, and the sub-command of `airflow`."""
        return self.setting.replace("_", "-")

    @property
    def args(self) -> list[str]:
        """The command, for the entry point of Airflow's image."""
        return ["airflow", self.label]

    def environment(self, airflow: AirflowSettings) -> dict[str, str]:
        """Environment beside the shared one."""
        if not self.has_the_login:
            return environment(self.options)
        return {**environment({**self.options, **login.options(airflow)}), **login.environment(airflow)}


API_SERVER = Component(
    id="ApiServer",
    setting="api_server",
    name=names.API_SERVER,
    check=HttpCheck(HEALTH_PATH, API_PORT),
    grace_seconds=130,  # with the draining; 6 s as a rule, up to 120 s with requests in flight
    drain_seconds=10,
    port=("http", API_PORT),
    callers=(),  # components, Jobs and task pods
    calls=("triggerer",),  # shows the logs of running triggers
    service=names.WEB_SERVICE,
    # The executor's part here is to find the logs of running tasks. Kubernetes' would look for the task's pod, and
    # show each line twice; and who may list pods reads the tokens of tasks in their arguments. The name stays, for
    # tasks that ask for their executor by it.
    modules=("shared_logs",),
    options={"core.executor": "KubernetesExecutor:shared_logs.SharedLogs"},
    secrets=("database", "fernet_key", "jwt_secret", "api_secret_key"),
    looks_up=("connections", "variables"),  # in the name of tasks
    reads_logs_only=True,  # DAGs' code it has from the database
    plugins=("front", "earlier_signatures"),
    has_the_login=True,
    people_service=names.DOOR_SERVICE,
)

COMPONENTS = (
    API_SERVER,
    Component(
        id="Scheduler",
        setting="scheduler",
        name=names.SCHEDULER,
        check=HttpCheck("/health", SCHEDULER_HEALTH_PORT),
        grace_seconds=60,  # 20 to 22 s as a rule
        port=("health", SCHEDULER_HEALTH_PORT),
        kubernetes={"pods": ["create", "delete", "get", "list", "patch", "watch"]},
        # Signs tasks' tokens; encrypts the arguments of triggers that start without a task, and of deadlines.
        secrets=("database", "fernet_key", "jwt_secret"),
        looks_up=("variables",),  # deadlines whose interval is a variable
        role=names.POD_LAUNCHER_ROLE,
        role_binding=names.POD_LAUNCHER_ROLE_BINDING,
        makes_task_pods=True,
        # Airflow's own, with a log folder for each task that is its pod's alone.
        modules=("task_pods",),
        options={"core.executor": "KubernetesExecutor:task_pods.TaskPods"},
    ),
    Component(
        id="DagProcessor",
        setting="dag_processor",
        name=names.DAG_PROCESSOR,
        check=HeartbeatCheck("DagProcessorJob"),
        grace_seconds=60,
        reads_bundles=True,
        # Runs authors' code, and so never gets the key that signs tokens of users and tasks.
        secrets=("database", "fernet_key"),
        looks_up=("connections", "variables"),
        reads_data_sets=True,
    ),
    Component(
        id="Triggerer",
        setting="triggerer",
        name=names.TRIGGERER,
        check=HeartbeatCheck("TriggererJob"),
        grace_seconds=60,  # 3 s as a rule
        port=("logs", TRIGGERER_LOG_PORT),
        callers=(API_SERVER.label,),  # shows the logs of running triggers
        # Deferred KubernetesPodOperator tasks watch their pods.
        kubernetes={"events": ["list", "watch"], "pods": ["delete", "get"], "pods/log": ["get"]},
        # Runs authors' code too. The API secret key is what its log server knows the API server by.
        secrets=("database", "fernet_key", "api_secret_key"),
        looks_up=("connections", "variables"),
        reads_data_sets=True,
    ),
)
"""In the order in which they are applied; they do not wait for each other."""
