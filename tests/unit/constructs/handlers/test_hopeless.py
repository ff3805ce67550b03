"""What a pod may have trouble with for how long."""

from collections.abc import Callable

import pytest

from airflow_platform.handlers.limits import CONFIG_SECONDS, CRASH_SECONDS, PULL_SECONDS, UNSCHEDULABLE_SECONDS
from airflow_platform.handlers.manifest.hopeless import Patience
from tests.unit.constructs.handlers.pods import Json, container, pod, unscheduled

At = Callable[[int], Json]
"""A pod as it is after so many seconds."""

LOOK = 15
LONG = 720


def given_up(at: At, seconds: int = LONG, first: int = LOOK) -> int | None:
    """When a pod that is looked at now and then is given up."""
    patience = Patience()
    moments = range(first, seconds + 1, LOOK)
    return next((moment for moment in moments if patience.exhausted([at(moment)], moment)), None)


def always(found: Json) -> At:
    return lambda moment: found


def crashing(lives: int, until: int = LONG, code: int = 1, name: str = "main") -> At:
    """A container that ends after so many seconds, with the kubelet's pauses; after `until` it runs on."""

    def at(moment: int) -> Json:
        started, restarts = 0, 0
        while started < until and started + lives <= moment:
            pause = min(10 * 2 ** (restarts - 1), 300) if restarts else 0
            if moment < started + lives + pause:
                return pod(container("CrashLoopBackOff", name=name, restarts=restarts), phase="Running")
            started, restarts = started + lives + pause, restarts + 1
        return pod(container(name=name, restarts=restarts), phase="Running")

    return at


def alternating(*pods: Json) -> At:
    return lambda moment: pods[moment // LOOK % len(pods)]


pull, back_off = pod(container("ErrImagePull")), pod(container("ImagePullBackOff"))
GIVEN_UP: dict[str, tuple[At, int, int]] = {
    "an image that is none": (always(pod(container("InvalidImageName"))), 0, LOOK),
    "an image that cannot be pulled": (alternating(pull, back_off), PULL_SECONDS, 105),
    "an image that is never pulled": (always(pod(container("ErrImageNeverPull"))), PULL_SECONDS, 105),
    "a missing key of a Secret": (always(pod(container("CreateContainerConfigError"))), CONFIG_SECONDS, 105),
    "no node": (always(unscheduled()), UNSCHEDULABLE_SECONDS, 135),
    "a taint that stays": (always(unscheduled("1 node(s) had untolerated taint(s)")), UNSCHEDULABLE_SECONDS, 135),
    "a crash at once": (crashing(1), CRASH_SECONDS, 105),
    "a crash after a start of Airflow": (crashing(25), CRASH_SECONDS, 135),
}
"""What cannot succeed, and the seconds between which it is given up."""


@pytest.mark.parametrize(("at", "earliest", "latest"), GIVEN_UP.values(), ids=GIVEN_UP)
def test_should_give_up_what_cannot_run_early_and_not_too_early(at: At, earliest: int, latest: int) -> None:
    moment = given_up(at)
    assert moment is not None
    assert earliest <= moment <= latest


@pytest.mark.parametrize("lives", [1, 2, 5, 10, 15, 20, 30, 45, 60])
def test_should_give_up_any_crash_loop_well_before_the_time_is_up(lives: int) -> None:
    moment = given_up(crashing(lives))
    assert moment is not None
    assert moment <= (150 if lives <= 20 else 300)


def init(found: Json) -> Json:
    found["status"]["initContainerStatuses"] = found["status"]["containerStatuses"]
    found["status"]["containerStatuses"] = [container("PodInitializing")]
    return found


def nominated() -> Json:
    found = unscheduled()
    found["status"]["nominatedNodeName"] = "node-1"
    return found


WAITED_FOR: dict[str, At] = {
    "an image that is being pulled": always(pod(container("ContainerCreating"))),
    "a volume that is being mounted": always(pod(container("ContainerCreating"))),
    "a pod that is not ready": always(pod(container(), phase="Running")),
    "a registry with a hiccup": lambda moment: pull if moment <= PULL_SECONDS else pod(container()),
    "a registry with hiccups": alternating(pull, pull, pull, pod(container("ContainerCreating"))),
    "a Secret that comes late": lambda moment: (
        pod(container("CreateContainerConfigError")) if moment <= 60 else pod(container())
    ),
    "a node that joins": lambda moment: unscheduled() if moment <= UNSCHEDULABLE_SECONDS else pod(container()),
    "a node that is being cleared": always(nominated()),
    "a claim that is being bound": always(unscheduled("pod has unbound immediate PersistentVolumeClaims")),
    "a pod held back by a gate": always(pod()),
    "a container that waits for the schema and starts again": (
        lambda moment: init(crashing(300, name="wait-for-schema")(moment))
    ),
    "a container that crashed in the past": always(pod(container(restarts=9), phase="Running")),
    "an init container that crashed and is done": always(init(pod(container(restarts=4, ended=0)))),
    "a failed pod of a Job, which the Job counts": always(pod(container(ended=1), phase="Failed")),
    "a pod that was evicted, and is made anew": always(pod(container("ImagePullBackOff"), phase="Failed")),
}


@pytest.mark.parametrize("at", WAITED_FOR.values(), ids=WAITED_FOR)
def test_should_wait_on_for_what_may_still_run(at: At) -> None:
    assert given_up(at) is None


@pytest.mark.parametrize("first", range(1, LOOK + 1))
def test_should_not_take_a_database_that_fails_over_for_a_crash_loop(first: int) -> None:
    """It is away for 90 seconds, and a component that was up ends 50 seconds after it has gone."""
    lost = {lives: given_up(crashing(lives, until=90 - 50), first=first) for lives in range(1, 61)}
    assert {lives: moment for lives, moment in lost.items() if moment} == {}


def test_should_say_what_troubles_which_container_and_image() -> None:
    patience = Patience()
    patience.exhausted([back_off], 0)
    ((_, told),) = patience.exhausted([back_off], 90)
    assert told == "ImagePullBackOff for 90 s: pod web-2-a, container main, image airflow:2"
    ((_, told),) = Patience().exhausted([pod(container("InvalidImageName", name="wait"))], 0)
    assert told == "InvalidImageName for 0 s: pod web-2-a, container wait, image airflow:2"


def test_should_say_how_often_a_container_has_crashed() -> None:
    patience = Patience()
    for moment, restarts in ((15, 2), (45, 4), (105, 5)):
        lost = patience.exhausted([pod(container("CrashLoopBackOff", restarts=restarts))], moment)
    assert [told for _, told in lost] == [
        "CrashLoopBackOff, 6 times in 90 s: pod web-2-a, container main, image airflow:2"
    ]


def test_should_look_at_init_containers_too() -> None:
    assert given_up(always(init(pod(container("ImagePullBackOff"))))) is not None


def test_should_begin_anew_with_each_pod() -> None:
    def at(moment: int) -> Json:
        return pod(container("ImagePullBackOff"), name=f"web-{moment // 60}")

    assert given_up(at) is None
