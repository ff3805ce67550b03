"""The time limits, added up: each one leaves the others their time."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from airflow_platform.handlers import limits
from settings.facts import front_door
from settings.facts import limits as settings_limits

FIVE_MINUTES = 300

RULES: dict[str, Callable[[SimpleNamespace], bool]] = {
    "Lambda and EKS allow it": lambda it: it.LAMBDA_SECONDS <= 900 and it.EKS_TOKEN_SECONDS <= 900,
    "the handler answers before Lambda ends it": lambda it: (
        it.LONGEST_ROLLOUT_MINUTES * 60 + it.WORK_SECONDS + it.RESERVE_SECONDS < it.LAMBDA_SECONDS
    ),
    "CloudFormation waits longer than the handler works, and shorter than Lambda does": lambda it: (
        0 < it.ANSWER_SECONDS < it.LAMBDA_SECONDS - it.LONGEST_ROLLOUT_MINUTES * 60 - it.WORK_SECONDS
    ),
    "running tasks end before their deletion is given up": lambda it: (
        it.LONGEST_TASK_GRACE_SECONDS + it.REQUEST_TIMEOUT_SECONDS <= it.DELETE_SECONDS
    ),
    "what holds a deletion is told within five minutes": lambda it: (
        it.DELETE_SECONDS + it.RESERVE_SECONDS < FIVE_MINUTES
    ),
    "an old Job that does not go leaves time to apply": lambda it: (
        it.REPLACE_SECONDS + it.REQUEST_TIMEOUT_SECONDS <= it.WORK_SECONDS
    ),
    "what is dropped has its time beside the apply": lambda it: (
        it.PRUNE_SECONDS + it.REQUEST_TIMEOUT_SECONDS <= it.WORK_SECONDS
    ),
    "one command that hangs fits into the work": lambda it: it.COMMAND_TIMEOUT_SECONDS <= it.WORK_SECONDS,
    "a request ends before its command is ended": lambda it: it.REQUEST_TIMEOUT_SECONDS < it.COMMAND_TIMEOUT_SECONDS,
    "a cluster that does not answer is noticed within the shortest rollout": lambda it: (
        (len(it.RETRY_PAUSES_SECONDS) + 1) * it.REQUEST_TIMEOUT_SECONDS + sum(it.RETRY_PAUSES_SECONDS)
        < it.SHORTEST_ROLLOUT_MINUTES * 60
    ),
    "a token outlives the last command that gets it": lambda it: (
        it.TOKEN_SECONDS + it.COMMAND_TIMEOUT_SECONDS < it.EKS_TOKEN_SECONDS
    ),
    "the mover of add-ons answers before CloudFormation gives up": lambda it: (
        it.RESERVE_SECONDS < it.MOVE_ANSWER_SECONDS
    ),
    "CloudFormation waits no longer for a move than Lambda": lambda it: (
        it.MOVE_SECONDS + it.MOVE_ANSWER_SECONDS <= it.LAMBDA_SECONDS
    ),
    "the gate is answered within two minutes": lambda it: it.GATE_SECONDS + it.GATE_ANSWER_SECONDS <= 120,
    "a question of the gate that hangs is told before CloudFormation gives up": lambda it: (
        it.GATE_TRIES * 2 * it.GATE_REQUEST_SECONDS + it.RESERVE_SECONDS < it.GATE_ANSWER_SECONDS
    ),
    "a node's last requests end before its target group is given up": lambda it: (
        it.DRAIN_SECONDS + FIVE_MINUTES <= it.DETACH_SECONDS
    ),
    "a target group is changed within Lambda's time": lambda it: (
        it.ATTACH_SECONDS + it.DETACH_SECONDS + it.SOURCE_ANSWER_SECONDS + it.RESERVE_SECONDS <= it.LAMBDA_SECONDS - 100
    ),
    "a pod that cannot start is told within two minutes": lambda it: (
        max(it.PULL_SECONDS, it.CONFIG_SECONDS) + 2 * it.PODS_SECONDS <= 120
    ),
    "a pod that no node can hold is told within two minutes and a look": lambda it: (
        it.UNSCHEDULABLE_SECONDS + 2 * it.PODS_SECONDS <= 135
    ),
    "a crash loop is told after four or five crashes": lambda it: it.CRASH_SECONDS <= 60 and it.LEAST_CRASHES == 4,
}

TOO_MUCH: dict[str, object] = {
    "LAMBDA_SECONDS": 901,
    "RESERVE_SECONDS": 30,
    "ANSWER_SECONDS": 30,
    "WORK_SECONDS": 100,
    "REPLACE_SECONDS": 61,
    "PRUNE_SECONDS": 61,
    "DELETE_SECONDS": 280,
    "REQUEST_TIMEOUT_SECONDS": 31,
    "COMMAND_TIMEOUT_SECONDS": 91,
    "RETRY_PAUSES_SECONDS": (2.0, 5.0, 10.0),
    "EKS_TOKEN_SECONDS": 901,
    "TOKEN_SECONDS": 810,
    "MOVE_SECONDS": 781,
    "MOVE_ANSWER_SECONDS": 121,
    "GATE_SECONDS": 61,
    "GATE_REQUEST_SECONDS": 7,
    "GATE_TRIES": 4,
    "GATE_ANSWER_SECONDS": 61,
    "PODS_SECONDS": 23,
    "PULL_SECONDS": 91,
    "CONFIG_SECONDS": 91,
    "UNSCHEDULABLE_SECONDS": 106,
    "CRASH_SECONDS": 61,
    "LEAST_CRASHES": 5,
    "LONGEST_ROLLOUT_MINUTES": 14,
    "LONGEST_TASK_GRACE_SECONDS": 241,
    "ATTACH_SECONDS": 301,
    "DETACH_SECONDS": 421,
    "SOURCE_ANSWER_SECONDS": 61,
    "DRAIN_SECONDS": 121,
}
"""The first value of each limit that takes another one's time."""


def values() -> dict[str, object]:
    found = {
        name: value for module in (limits, settings_limits) for name, value in vars(module).items() if name.isupper()
    }
    return {**found, "DRAIN_SECONDS": front_door.DRAIN_SECONDS}


def broken(found: dict[str, object]) -> list[str]:
    return [name for name, holds in RULES.items() if not holds(SimpleNamespace(**found))]


def test_should_leave_each_limit_its_time() -> None:
    assert broken(values()) == []


@pytest.mark.parametrize(("name", "value"), TOO_MUCH.items())
def test_should_notice_a_limit_that_is_raised_too_far(name: str, value: object) -> None:
    assert broken({**values(), name: value})


def test_should_bound_every_limit() -> None:
    assert set(values()) - {"SHORTEST_ROLLOUT_MINUTES"} == set(TOO_MUCH)
