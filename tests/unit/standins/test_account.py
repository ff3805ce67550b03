"""What the loopback AWS says of its account."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from standins.aws.account import HEALTHY, STATE, change


@pytest.fixture(autouse=True)
def healthy_again() -> Iterator[None]:
    yield
    change({})


def test_should_lay_changes_over_a_healthy_account() -> None:
    change({"quotas": {"L-1216C47A": 5.0}, "images": []})
    assert STATE["quotas"] == {**HEALTHY["quotas"], "L-1216C47A": 5.0}
    assert STATE["images"] == []
    assert STATE["plan"] == HEALTHY["plan"]


def test_should_forget_earlier_changes() -> None:
    healthy = deepcopy(HEALTHY)
    change({"quotas": {"L-1216C47A": 5.0}})
    change({"pulls_left": 1})
    assert {**healthy, "pulls_left": 1} == STATE
    assert healthy == HEALTHY


def test_should_take_a_plan_away() -> None:
    change({"plan": None})
    assert STATE["plan"] is None
