"""Order and progress: the tests of a file are the steps of one life, and a step that fails ends it."""

from collections.abc import Generator, Iterator

import pytest

from standins.aws.cdk import say
from tests.deploy.rehearsal import Rehearsal, rehearsal
from tests.machine import REHEARSAL, wanting

_failed: dict[str, str] = {}


def pytest_configure() -> None:
    """One line instead of an error in every test."""
    if line := wanting(REHEARSAL):
        raise pytest.UsageError(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        _failed.setdefault(item.nodeid.partition("::")[0], item.name)
    return report


@pytest.fixture(autouse=True)
def in_order(request: pytest.FixtureRequest) -> None:
    """Say which step begins; stop where an earlier one failed, for this one would only repeat its error."""
    earlier = _failed.get(request.node.nodeid.partition("::")[0])
    if earlier and "life" in request.node.nodeid:
        pytest.fail(f"not tried: {earlier} failed before it", pytrace=False)
    say(f"\n== {request.node.name}")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A platform for the steps of one file."""
    with rehearsal(tmp_path_factory.mktemp("rehearsal")) as running:
        yield running
