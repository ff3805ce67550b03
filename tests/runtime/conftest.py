"""Fixtures: one cluster at a time in each process, kept for as long as tests ask for the same one."""

from collections.abc import Callable, Generator, Iterator

import pytest

from tests.machine import RUNTIME, wanting
from tests.runtime.install import PREVIOUS
from tests.runtime.stage import Stage, of_repository


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        action="append",
        default=[],
        metavar="SECTION.OPTION|FIELD",
        help="leave this Airflow option or field out of the rendered manifests, to see which test fails without it",
    )


def pytest_configure() -> None:
    """One line instead of an error in every test."""
    if line := wanting(RUNTIME):
        raise pytest.UsageError(line)


class Stages:
    """Changes from one cluster to another; more at once would be too much for a small machine."""

    def __init__(self, without: list[str]) -> None:
        self._without = without
        self._current: tuple[str, Stage] | None = None
        self._failed: set[str] = set()

    def get(self, name: str, prepare: Callable[[Stage], None]) -> Stage:
        """The stage of a name, prepared once. The one before is taken down."""
        if name in self._failed:
            pytest.fail(f"the cluster `{name}` did not come up: see the first test that failed")
        if self._current is None or self._current[0] != name:
            self.close()
            stage = Stage(self._without)
            stage.__enter__()
            self._current = (name, stage)
            self._failed.add(name)
            prepare(stage)
            self._failed.remove(name)
        return self._current[1]

    def output(self) -> str:
        """The end of what every pod has written."""
        return self._current[1].cluster.output("", lines=40) if self._current else ""

    def close(self) -> None:
        if self._current is not None:
            current, self._current = self._current[1], None
            current.__exit__(None, None, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test tells what the pods said last."""
    report = yield
    stages = getattr(item, "funcargs", {}).get("stages")
    if report.failed and isinstance(stages, Stages):
        report.sections.append(("pods", stages.output()))
    return report


@pytest.fixture(scope="session")
def stages(request: pytest.FixtureRequest) -> Iterator[Stages]:
    made = Stages(request.config.getoption("--without"))
    yield made
    made.close()


def fresh(stages: Stages) -> Stage:
    """The cluster of the fixture `airflow`, for fixtures that live longer than a test."""
    dags = ("wide", "chain", "pair", "talking", "tried_again", "looking_around")

    def prepare(stage: Stage) -> None:
        stage.serve_git(of_repository("one"))
        stage.install(twice="Migration", dags=dags)

    return stages.get("fresh", prepare)


@pytest.fixture
def airflow(stages: Stages) -> Stage:
    """Airflow as the local environment has it, fresh, and a Git bundle beside its DAG folder."""
    return fresh(stages)


@pytest.fixture
def upgraded(stages: Stages) -> Stage:
    """Airflow of the version before, where nothing has been upgraded yet when the first test gets it."""
    return stages.get("upgraded", lambda stage: stage.release(PREVIOUS))


@pytest.fixture
def behind_a_door(stages: Stages) -> Stage:
    """Airflow as it is behind a load balancer."""

    def prepare(stage: Stage) -> None:
        stage.public_url = "https://airflow.example.com"
        stage.install(twice="Migration", dags=("chain",))

    return stages.get("behind a door", prepare)
