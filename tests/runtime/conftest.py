"""Fixtures: one cluster at a time, kept for as long as tests ask for the same one."""

from collections.abc import Callable, Iterator

import pytest

from tests.runtime.install import PREVIOUS
from tests.runtime.stage import Stage


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        action="append",
        default=[],
        metavar="SECTION.OPTION",
        help="leave this Airflow option out of the rendered manifests, to see which test fails without it",
    )


class Stages:
    """Changes from one cluster to another; two at once would be too much for a small machine."""

    def __init__(self, without: list[str]) -> None:
        self._without = without
        self._current: tuple[str, Stage] | None = None

    def get(self, name: str, prepare: Callable[[Stage], None]) -> Stage:
        """The stage of a name, prepared once. The one before is taken down."""
        if self._current is None or self._current[0] != name:
            self.close()
            stage = Stage(self._without)
            stage.__enter__()
            self._current = (name, stage)
            prepare(stage)
        return self._current[1]

    def close(self) -> None:
        if self._current is not None:
            current, self._current = self._current[1], None
            current.__exit__(None, None, None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n 2 --dist loadgroup`, each cluster's tests run in a process of their own, in their order."""
    for item in items:
        for cluster in ("airflow", "upgraded"):
            if cluster in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(cluster))


@pytest.fixture(scope="session")
def stages(request: pytest.FixtureRequest) -> Iterator[Stages]:
    made = Stages(request.config.getoption("--without"))
    yield made
    made.close()


@pytest.fixture
def airflow(stages: Stages) -> Stage:
    """Airflow as the local environment has it, fresh."""

    dags = ("wide", "chain", "pair", "talking", "tried_again", "looking_around")
    return stages.get("fresh", lambda stage: stage.release(twice="Migration", dags=dags))


@pytest.fixture
def upgraded(stages: Stages) -> Stage:
    """Airflow of the version before, where nothing has been upgraded yet when the first test gets it."""
    return stages.get("upgraded", lambda stage: stage.release(PREVIOUS))
