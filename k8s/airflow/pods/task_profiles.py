"""Kinds of task pods, one row each: the default worker's, and those that the settings name.

From a row follow the template that the scheduler makes pods from, the ServiceAccount, what admission holds the pods to,
and, on AWS, the role that they get.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from k8s import names
from k8s.airflow.pods import paths
from k8s.bindings import PlatformBindings, Toleration
from settings.model.airflow import AirflowSettings
from settings.model.task_profile import TaskRoleSettings

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class TaskProfile:
    """A kind of task pod."""

    name: str
    """By which a task asks for it; `default` is what it gets unasked."""

    cpu_millicores: int
    memory_mib: int
    ephemeral_storage_gib: int | None
    image: str
    has_own_image: bool
    node_labels: Mapping[str, str]
    tolerations: tuple[Toleration, ...]

    @property
    def is_default(self) -> bool:
        return self.name == DEFAULT

    @property
    def account(self) -> str:
        """ServiceAccount of its pods."""
        return account_of(self.name)

    @property
    def file(self) -> str:
        """Its template, in the ConfigMap and in the scheduler's folder of templates."""
        return paths.DEFAULT_TEMPLATE if self.is_default else f"{self.name}.yaml"


def account_of(name: str) -> str:
    """ServiceAccount of the pods of a profile."""
    return names.WORKER if name == DEFAULT else f"{names.WORKER}-{name}"


def accounts(airflow: AirflowSettings) -> tuple[str, ...]:
    """ServiceAccounts of all task pods."""
    return tuple(account_of(name) for name in (DEFAULT, *airflow.task_profiles))


def task_roles(airflow: AirflowSettings) -> dict[str, TaskRoleSettings]:
    """Profile -> what its tasks may do with AWS; those that may do nothing are not in it."""
    roles = {DEFAULT: airflow.worker.role, **{name: each.role for name, each in airflow.task_profiles.items()}}
    return {name: role for name, role in roles.items() if role is not None}


def task_profiles(airflow: AirflowSettings, bindings: PlatformBindings) -> tuple[TaskProfile, ...]:
    """Every kind of task pod, the default first."""
    worker = airflow.worker
    default = TaskProfile(
        name=DEFAULT,
        cpu_millicores=worker.cpu_millicores,
        memory_mib=worker.memory_mib,
        ephemeral_storage_gib=None,
        image=airflow.image_of_pods,
        has_own_image=False,
        node_labels={},
        tolerations=(),
    )
    named = (
        TaskProfile(
            name=name,
            cpu_millicores=each.cpu_millicores or worker.cpu_millicores,
            memory_mib=each.memory_mib or worker.memory_mib,
            ephemeral_storage_gib=each.ephemeral_storage_gib,
            image=each.image or airflow.image_of_pods,
            has_own_image=each.image is not None,
            node_labels=each.node_labels,
            tolerations=bindings.task_profile_tolerations.get(name, ()),
        )
        for name, each in airflow.task_profiles.items()
    )
    return (default, *named)
