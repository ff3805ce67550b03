"""task_pods.py, the scheduler's executor, on top of an executor that writes down what it is asked."""

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

MODULE = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "modules" / "task_pods.py"
FOLDER = "dag_id=d/run_id=manual__2026-01-01T00:00:00+00:00/task_id=group.t"


class Workload(SimpleNamespace):
    """Stands for Airflow's ExecuteTask."""

    def model_copy(self, *, update: dict[str, Any]) -> "Workload":
        return Workload(**{**vars(self), **update})


def workload(log_path: str = f"{FOLDER}/attempt=1.log") -> Workload:
    task = SimpleNamespace(dag_id="d", run_id="manual__2026-01-01T00:00:00+00:00", task_id="group.t")
    return Workload(ti=task, log_path=log_path)


def override(**metadata: Any) -> SimpleNamespace:
    return SimpleNamespace(metadata=SimpleNamespace(**{"annotations": None, "labels": None, **metadata}))


class Executor:
    """What task_pods.TaskPods is built on, and what came of it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.failed: list[str] = []
        self.log = SimpleNamespace(error=lambda *_: None)

    def execute_async(self, **asked: Any) -> None:
        self.asked.append(asked)

    def fail(self, *, key: str, info: str) -> None:
        self.failed.append(info)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, logs: Path) -> Any:
    templates = tmp_path / "pod-template"
    templates.mkdir()
    for name in ("pod-template.yaml", "large.yaml"):
        (templates / name).touch()
    options = {
        ("kubernetes_executor", "pod_template_file"): str(templates / "pod-template.yaml"),
        ("logging", "base_log_folder"): str(logs),
    }
    base = "airflow.providers.cncf.kubernetes.executors.kubernetes_executor"
    names = ["airflow.configuration", *(base[: -len(rest) or None] for rest in _tails(base))]
    for name in {"airflow", *names}:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["airflow.configuration"], "conf", SimpleNamespace(get=lambda *of: options[of]), raising=False)  # noqa: E501  # fmt: skip
    monkeypatch.setattr(sys.modules[base], "KubernetesExecutor", Executor, raising=False)
    return runpy.run_path(str(MODULE))["TaskPods"]()


def _tails(name: str) -> list[str]:
    """What to take away from a module's name for each of the packages that it is in."""
    steps = name.split(".")
    return ["".join(f".{step}" for step in steps[number:]) for number in range(1, len(steps) + 1)]


def test_should_make_the_tasks_folder_before_its_pod(executor: Any, logs: Path) -> None:
    executor.execute_async("key", [workload()])
    assert (logs / FOLDER).is_dir()
    assert executor.failed == []


@pytest.mark.parametrize("file", ["attempt=1.log", "map_index=3/attempt=2.log"])
def test_should_name_the_log_as_the_pod_sees_it(executor: Any, file: str) -> None:
    executor.execute_async("key", [workload(f"{FOLDER}/{file}")], "queue", {"pod_override": None})
    (asked,) = executor.asked
    (passed_on,) = asked.pop("command")
    assert passed_on.log_path == file
    assert asked == {"key": "key", "queue": "queue", "executor_config": {"pod_override": None}}


def test_should_do_so_again_for_a_task_that_is_tried_again(executor: Any, logs: Path) -> None:
    for attempt in (1, 2):
        executor.execute_async("key", [workload(f"{FOLDER}/attempt={attempt}.log")])
    assert [asked["command"][0].log_path for asked in executor.asked] == ["attempt=1.log", "attempt=2.log"]


def test_should_never_let_an_author_name_another_task(executor: Any) -> None:
    theirs = {
        "dag_id": "other",
        "task_id": "other",
        "run_id": "other",
        "map_index": "1",
        "try_number": "9",
        "mine": "x",
    }
    given = override(annotations=dict(theirs), labels={**theirs, "airflow-worker": "1", "kubernetes_executor": "False"})
    executor.execute_async("key", [workload()], None, {"pod_override": given})
    metadata = executor.asked[0]["executor_config"]["pod_override"].metadata
    assert (metadata.annotations, metadata.labels) == ({"mine": "x"}, {"mine": "x"})
    # The workload, which is asked for again after a failure, keeps what was given.
    assert given.metadata.annotations == theirs


@pytest.mark.parametrize(
    "given", [None, {}, {"pod_override": None}, {"pod_override": SimpleNamespace(metadata=None)}], ids=str
)
def test_should_take_an_override_without_metadata_as_it_is(executor: Any, given: Any) -> None:
    executor.execute_async("key", [workload()], None, given)
    assert executor.asked[0]["executor_config"] == (given or {})


def test_should_take_the_platforms_templates(executor: Any, tmp_path: Path) -> None:
    large = {"pod_template_file": str(tmp_path / "pod-template" / "large.yaml")}
    executor.execute_async("key", [workload()], None, large)
    assert executor.asked[0]["executor_config"] == large


def test_should_find_a_profiles_template_by_its_name(executor: Any, tmp_path: Path) -> None:
    executor.execute_async("key", [workload()], None, {"profile": "large"})
    assert executor.asked[0]["executor_config"]["pod_template_file"] == str(tmp_path / "pod-template" / "large.yaml")


@pytest.mark.parametrize(
    "asked", [{"profile": "none"}, {"profile": "pod-template"}, {"profile": "../large"}, {"profile": 7}], ids=str
)
def test_should_fail_a_task_of_an_unknown_profile_and_name_those_there_are(executor: Any, asked: Any) -> None:
    executor.execute_async("key", [workload()], None, asked)
    (said,) = executor.failed
    assert (executor.asked, "profile must be one of the task profiles large," in said) == ([], True)


def test_should_fail_a_task_that_names_a_profile_and_a_template(executor: Any, tmp_path: Path) -> None:
    both = {"profile": "large", "pod_template_file": str(tmp_path / "pod-template" / "pod-template.yaml")}
    executor.execute_async("key", [workload()], None, both)
    assert (executor.asked, len(executor.failed)) == ([], 1)


def test_should_say_where_there_are_no_profiles(executor: Any, tmp_path: Path) -> None:
    (tmp_path / "pod-template" / "large.yaml").unlink()
    executor.execute_async("key", [workload()], None, {"profile": "large"})
    assert "there are no task profiles" in executor.failed[0]


@pytest.mark.parametrize("name", ["dags/mine.yaml", "pod-template/no.yaml", "pod-template/../dags/mine.yaml"])
def test_should_fail_a_task_that_brings_a_template_and_name_those_there_are(
    executor: Any, tmp_path: Path, name: str
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "mine.yaml").touch()
    executor.execute_async("key", [workload()], None, {"pod_template_file": str(tmp_path / name)})
    assert executor.asked == []
    (said,) = executor.failed
    assert "large.yaml" in said and "pod-template.yaml" in said and name in said


def test_should_fail_the_task_and_not_the_scheduler_when_the_folder_cant_be_made(executor: Any, logs: Path) -> None:
    logs.write_text("a file is in the way")
    executor.execute_async("key", [workload()])
    assert executor.asked == []
    assert "a directory" in executor.failed[0]


def test_should_fail_a_task_whose_log_would_be_elsewhere(executor: Any) -> None:
    executor.execute_async("key", [workload("d/group.t/attempt=1.log")])
    assert (executor.asked, len(executor.failed)) == ([], 1)
