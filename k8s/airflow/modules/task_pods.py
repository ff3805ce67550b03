"""The scheduler's executor: Airflow's own, which gives each task a log folder that is its pod's alone.

A task's pod mounts one folder of the shared logs, named by the annotations that say whose pod it is. An author's
`pod_override` is merged last, and could name another task's; and of two nodes that make the same folder at once, one
fails, and Airflow fails its task (kubernetes/kubernetes#94198). So the names are put right and the folder is made here.
"""

# mypy: disable-error-code="import-not-found,misc,no-untyped-call,no-untyped-def"
import copy
from pathlib import Path

from airflow.configuration import conf
from airflow.providers.cncf.kubernetes.executors.kubernetes_executor import KubernetesExecutor

OWN_METADATA = (
    "airflow-worker",
    "airflow_version",
    "dag_id",
    "execution_date",
    "kubernetes_executor",
    "logical_date",
    "map_index",
    "run_id",
    "task_id",
    "try_number",
)
"""Labels and annotations by which Airflow knows whose a pod is."""

TEMPLATES = Path(conf.get("kubernetes_executor", "pod_template_file")).parent


class TaskPods(KubernetesExecutor):
    """KubernetesExecutor; what it can't do for a task fails the task, never the scheduler."""

    def execute_async(self, key, command, queue=None, executor_config=None):
        """Ask for a task's pod, with the log file named as the pod sees it."""
        (workload,) = command
        try:
            executor_config = own(executor_config or {})
            workload = workload.model_copy(update={"log_path": in_own_folder(workload)})
        except (OSError, ValueError) as error:
            self.log.error("No pod for %s: %s", key, error)
            self.fail(key=key, info=str(error))
            return
        super().execute_async(key=key, command=[workload], queue=queue, executor_config=executor_config)


def own(executor_config):
    """What a task asks of its pod, without names of another task. Raises ValueError for a template of its own."""
    executor_config = with_template(executor_config)
    override = executor_config.get("pod_override")
    if override is None or override.metadata is None:
        return executor_config
    override = copy.deepcopy(override)
    for field in ("annotations", "labels"):
        given = getattr(override.metadata, field) or {}
        setattr(override.metadata, field, {name: value for name, value in given.items() if name not in OWN_METADATA})
    return {**executor_config, "pod_override": override}


def with_template(executor_config):
    """A profile's template for its name. Raises ValueError for a profile that is not there, or another template."""
    templates = {path.stem: str(path) for path in sorted(TEMPLATES.glob("*.yaml"))}
    template = executor_config.get("pod_template_file")
    if template and template not in templates.values():
        raise ValueError(
            f"executor_config: pod_template_file must be of {', '.join(templates.values())}, not {template}"
        )
    profile = executor_config.get("profile")
    if profile is None:
        return executor_config
    known = [name for name in templates if templates[name] != conf.get("kubernetes_executor", "pod_template_file")]
    if profile not in known or template:
        there = f"one of the task profiles {', '.join(known)}" if known else "left out: there are no task profiles"
        raise ValueError(f"executor_config: profile must be {there}, without pod_template_file, not {profile}")
    return {**executor_config, "pod_template_file": templates[profile]}


def in_own_folder(workload):
    """Make a task's folder, and name its log file from there. Raises OSError, or ValueError for a log elsewhere."""
    task = workload.ti
    folder = f"dag_id={task.dag_id}/run_id={task.run_id}/task_id={task.task_id}/"
    if not workload.log_path.startswith(folder):
        raise ValueError(f"logging.log_filename_template must begin with the task's folder, not {workload.log_path}")
    Path(conf.get("logging", "base_log_folder"), folder).mkdir(parents=True, exist_ok=True)
    return workload.log_path[len(folder) :]
