"""A rollout that cannot succeed says so early, and one that can is waited for."""

from collections.abc import Callable
from typing import Any

import pytest

from airflow_platform.handlers.manifest import index
from airflow_platform.handlers.manifest.waiting import RolloutError
from tests.unit.constructs.handlers.fakes import Clock, FakeCluster, event, job, ready_status, thing
from tests.unit.constructs.handlers.pods import LONG_AGO, Json, container, pod, replica_set, template, unscheduled

TIMEOUT = 720
UNAVAILABLE = {"replicas": 2, "updatedReplicas": 1, "availableReplicas": 1}
OLD, OLD_SET, NEW_SET = "airflow:1", replica_set("airflow:1", name="web-1"), replica_set()


def web(image: str = "airflow:2") -> Json:
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template(image)}
    return thing("Deployment", "web", "apps/v1", spec=spec)


class World:
    """A cluster whose state may change as time passes."""

    def __init__(self) -> None:
        self.cluster, self.clock = FakeCluster(), Clock()
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.cluster.status["Deployment", "web"] = UNAVAILABLE

    def handle(self, *arguments: Any, **keywords: Any) -> None:
        request = event(*arguments, **{"timeout_seconds": TIMEOUT, **keywords})
        index.handle(request, self.clock.deadline(880), self.cluster.kubectl, self._sleep)

    def ready_after(self, seconds: float) -> None:
        self.later.append((seconds, lambda: self.cluster.status.update({("Deployment", "web"): ready_status(web())})))

    def pods(self, *pods: Json, sets: tuple[Json, ...] = (OLD_SET, NEW_SET)) -> None:
        self.cluster.pods, self.cluster.replica_sets = list(pods), list(sets)

    def looks(self) -> int:
        return len([command for command in self.cluster.asked("get") if "--selector" in command])

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        for moment, change in self.later:
            if self.clock.now >= moment:
                change()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(index, "stack_status", lambda stack_id: "UPDATE_IN_PROGRESS")
    return World()


def failure(world: World, *arguments: Any) -> str:
    with pytest.raises(RolloutError) as caught:
        world.handle(*arguments)
    return str(caught.value)


BROKEN = pod(container("ImagePullBackOff"))


def test_should_give_up_an_image_that_cannot_be_pulled_within_two_minutes(world: World) -> None:
    world.pods(BROKEN)
    told = failure(world, "Create", [web()])
    assert world.clock.now < 120
    assert told == (
        "Not ready: Deployment airflow/web: ImagePullBackOff for 75 s: pod web-2-a, container main, image airflow:2; "
        "container main ImagePullBackOff: about ImagePullBackOff"
    )


@pytest.mark.parametrize(
    ("broken", "seconds", "reason"),
    [
        (pod(container("InvalidImageName")), 20, "InvalidImageName"),
        (pod(container("CreateContainerConfigError")), 120, "CreateContainerConfigError"),
        (unscheduled(), 180, "2 Insufficient cpu"),
    ],
)
def test_should_give_up_other_pods_that_cannot_start(broken: Json, seconds: int, reason: str, world: World) -> None:
    world.pods(broken)
    assert reason in failure(world, "Create", [web()])
    assert world.clock.now < seconds


def test_should_give_up_a_job_whose_image_cannot_be_pulled(world: World) -> None:
    world.cluster.status["Job", "migrate"] = {"active": 1}
    world.pods(pod(container("ErrImagePull"), name="migrate-a", owner="uid-of-migrate"))
    assert "Job airflow/migrate: ErrImagePull for" in failure(world, "Create", [job()])
    assert world.clock.now < 120


def test_should_print_the_last_words_of_what_crashes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def crash(restarts: int) -> Callable[[], None]:
        return lambda: world.pods(pod(container("CrashLoopBackOff", restarts=restarts), phase="Running"))

    world.later = [(10, crash(2)), (40, crash(3)), (80, crash(4)), (160, crash(5))]
    assert "CrashLoopBackOff, 5 times" in failure(world, "Create", [web()])
    assert world.clock.now < 120
    assert "last words of web-2-a" in capsys.readouterr().out


def test_should_not_fail_a_rollout_for_the_broken_pod_that_it_mends(world: World) -> None:
    old = pod(container("ImagePullBackOff"), name="web-1-a", owner="uid-of-web-1")
    world.pods(old, pod(container(), phase="Running"))
    world.ready_after(300)
    world.handle("Update", [web()], [web(OLD)])
    assert world.clock.now >= 300


def test_should_not_fail_a_rollout_for_an_old_pod_before_the_new_ones_are_made(world: World) -> None:
    world.pods(pod(container("ImagePullBackOff"), name="web-1-a", owner="uid-of-web-1"), sets=(OLD_SET,))
    world.ready_after(300)
    world.handle("Update", [web()], [web(OLD)])
    assert world.clock.now >= 300


def test_should_wait_for_a_pod_that_was_broken_before_and_recovers_by_itself(world: World) -> None:
    world.pods(pod(container("ImagePullBackOff"), made=LONG_AGO))
    world.ready_after(310)  # the kubelet's longest pause: the image has been pushed in the meantime
    world.handle("Update", [web(), thing("ConfigMap", "other")], [web()])
    assert world.clock.now >= 310


def test_should_take_back_the_update_that_it_gave_up(world: World) -> None:
    world.cluster.status.clear()
    world.handle("Create", [web(OLD)])
    world.cluster.status["Deployment", "web"] = UNAVAILABLE
    world.pods(BROKEN)
    failure(world, "Update", [web()], [web(OLD)])
    world.pods(pod(container("ImagePullBackOff"), name="web-1-b", owner="uid-of-web-1"))
    world.handle("Update", [web(OLD)], [web()])
    assert world.cluster.objects["Deployment", "airflow", "web"]["spec"]["template"] == template(OLD)


@pytest.mark.parametrize("reason", ["TriggeredScaleUp", "Nominated"])
def test_should_wait_for_the_node_that_an_autoscaler_makes(reason: str, world: World) -> None:
    world.pods(unscheduled())
    world.cluster.events = [{"reason": reason, "involvedObject": {"uid": "uid-of-web-2-a"}}]
    world.ready_after(400)
    world.handle("Create", [web()])
    assert world.clock.now >= 400


def test_should_not_wait_for_the_node_of_another_pod(world: World) -> None:
    world.pods(unscheduled())
    world.cluster.events = [{"reason": "TriggeredScaleUp", "involvedObject": {"uid": "uid-of-a-task"}}]
    failure(world, "Create", [web()])
    assert world.clock.now < 180


def test_should_not_wait_for_a_node_where_another_pods_image_cannot_be_pulled(world: World) -> None:
    world.pods(unscheduled())
    world.cluster.events = [{"reason": "TriggeredScaleUp", "involvedObject": {"uid": "uid-of-web-2-a"}}]
    broken = pod(container("ImagePullBackOff"), name="web-2-b")
    world.later = [(100, lambda: world.pods(unscheduled(), broken))]
    assert "ImagePullBackOff" in failure(world, "Create", [web()])
    assert world.clock.now < 210


def test_should_wait_as_long_as_ever_for_pods_that_may_become_ready(world: World) -> None:
    world.pods(pod(container("ContainerCreating")))
    assert "when the time was up" in failure(world, "Create", [web()])
    assert world.clock.now >= TIMEOUT


def test_should_wait_on_while_the_pods_cannot_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = world.cluster.run

    def forbidden(arguments: Any, stdin: str | None) -> Any:
        if "--selector" in arguments and world.clock.now < 200:
            world.cluster.failures = ["pods is forbidden"]
        return run(arguments, stdin)

    monkeypatch.setattr(world.cluster, "run", forbidden)
    world.pods(BROKEN)
    failure(world, "Create", [web()])
    assert 270 < world.clock.now < 320


def test_should_look_at_the_pods_only_now_and_then(world: World) -> None:
    world.pods(pod(container(), phase="Running"))
    world.ready_after(300)
    world.handle("Create", [web()])
    assert 10 <= world.looks() <= 20


def test_should_not_look_at_the_pods_of_what_is_quick(world: World) -> None:
    world.ready_after(10)
    world.handle("Create", [web(), thing("ConfigMap", "settings")])
    assert world.looks() == 0
