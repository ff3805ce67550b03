"""What the manifest handler makes of AWS's answers, by the AWS client itself with its answers set."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from airflow_platform.handlers.limits import RESERVE_SECONDS
from airflow_platform.handlers.manifest import index
from airflow_platform.handlers.manifest.kubectl import KubectlError
from airflow_platform.handlers.manifest.waiting import RolloutError
from tests.unit.constructs.handlers.fakes import Clock, FakeCluster, deployment, event

STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/airflow-test-airflow/1"
CLUSTER = "airflow-test"
URL = "https://eks.us-east-1.amazonaws.com"

Answers = Callable[[str], Stubber]


@cache
def client_of(service: str) -> Any:
    """The AWS client, made once: reading what a service can be asked takes a moment."""
    session = boto3.session.Session(aws_access_key_id="id", aws_secret_access_key="secret", region_name="us-east-1")
    return session.client(service)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """`answers(service)`: a stub behind the client that the handler makes of this service; all it has must be asked."""
    stubs: dict[str, Stubber] = {}

    def prepared(service: str) -> Stubber:
        stubs[service] = Stubber(client_of(service))
        stubs[service].activate()
        return stubs[service]

    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):  # of whoever runs the tests
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "client", lambda service, **_: client_of(service))
    monkeypatch.setenv("CLUSTER_NAME", CLUSTER)
    yield prepared
    for stub in stubs.values():
        stub.deactivate()
        stub.assert_no_pending_responses()


def unanswered(error: Exception) -> Callable[..., Any]:
    """A client none of whose questions reaches AWS."""

    class Client:
        def __getattr__(self, name: str) -> Any:
            def ask(**_: Any) -> None:
                raise error

            return ask

    return lambda service, **_: Client()


UNREACHABLE = [EndpointConnectionError(endpoint_url=URL), ConnectTimeoutError(endpoint_url=URL), NoCredentialsError()]
REFUSALS = ["AccessDeniedException", "ThrottlingException", "ServerException", "InvalidParameterException", "NotFound"]


# --- Is the cluster gone?


@pytest.mark.parametrize("status", ["ACTIVE", "DELETING", "FAILED", "CREATING"])
def test_should_not_take_a_cluster_that_eks_knows_for_gone(status: str, answers: Answers) -> None:
    answers("eks").add_response("describe_cluster", {"cluster": {"name": CLUSTER, "status": status}}, {"name": CLUSTER})
    assert index.cluster_is_gone() is False


def test_should_take_a_cluster_for_gone_that_eks_does_not_know(answers: Answers) -> None:
    answers("eks").add_client_error("describe_cluster", "ResourceNotFoundException", expected_params={"name": CLUSTER})
    assert index.cluster_is_gone() is True


@pytest.mark.parametrize("code", REFUSALS)
def test_should_not_take_a_refusal_for_a_cluster_that_is_gone(code: str, answers: Answers) -> None:
    answers("eks").add_client_error("describe_cluster", code)
    assert index.cluster_is_gone() is False


@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda each: type(each).__name__)
def test_should_not_take_silence_for_a_cluster_that_is_gone(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", unanswered(error))
    monkeypatch.setenv("CLUSTER_NAME", CLUSTER)
    assert index.cluster_is_gone() is False


def delete_behind_a_dead_endpoint() -> None:
    cluster, clock = FakeCluster(), Clock()
    cluster.failures = ["Unable to connect to the server: no such host"] * 3
    index.handle(event("Delete", [deployment()]), clock.deadline(880), cluster.kubectl, clock.sleep)


def test_should_let_the_objects_of_a_cluster_go_that_is_gone(answers: Answers) -> None:
    answers("eks").add_client_error("describe_cluster", "ResourceNotFoundException")
    delete_behind_a_dead_endpoint()


def test_should_report_objects_that_stay_in_a_cluster_that_is_there(answers: Answers) -> None:
    answers("eks").add_response("describe_cluster", {"cluster": {"name": CLUSTER}})
    with pytest.raises(KubectlError, match="no such host"):
        delete_behind_a_dead_endpoint()


# --- What does the stack do?


def stack(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": "airflow-test-airflow", "CreationTime": "2026-11-24", "StackStatus": status}]}


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "CREATE_IN_PROGRESS"])
def test_should_tell_the_status_of_the_stack_that_asks(status: str, answers: Answers) -> None:
    answers("cloudformation").add_response("describe_stacks", stack(status), {"StackName": STACK})
    assert index.stack_status(STACK) == status


@pytest.mark.parametrize("code", REFUSALS)
def test_should_not_know_a_status_that_is_refused(code: str, answers: Answers) -> None:
    answers("cloudformation").add_client_error("describe_stacks", code)
    assert index.stack_status(STACK) == ""


@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda each: type(each).__name__)
def test_should_not_know_a_status_that_nobody_tells(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", unanswered(error))
    assert index.stack_status(STACK) == ""


def update_that_does_not_run() -> None:
    """Back to a manifest that is not what ran well last."""
    cluster, clock = FakeCluster(), Clock()
    old, new = [deployment(image="airflow:1")], [deployment(image="airflow:2")]
    for request in (event("Create", old), event("Update", new, old)):
        index.handle(request, clock.deadline(880), cluster.kubectl, clock.sleep)
    cluster.status["Deployment", "web"] = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 0}
    index.handle(event("Update", old, new), clock.deadline(880), cluster.kubectl, clock.sleep)


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])
def test_should_not_hold_up_a_stack_that_rolls_back(status: str, answers: Answers) -> None:
    answers("cloudformation").add_response("describe_stacks", stack(status), {"StackName": STACK})
    update_that_does_not_run()


def test_should_fail_an_update_of_a_stack_that_goes_forward(answers: Answers) -> None:
    answers("cloudformation").add_response("describe_stacks", stack("UPDATE_IN_PROGRESS"), {"StackName": STACK})
    with pytest.raises(RolloutError):
        update_that_does_not_run()


def test_should_fail_an_update_of_a_stack_whose_status_is_not_known(answers: Answers) -> None:
    answers("cloudformation").add_client_error("describe_stacks", "AccessDenied")
    with pytest.raises(RolloutError):
        update_that_does_not_run()


# --- How long may a question take?


def test_should_give_up_asking_in_time_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    configurations: list[Any] = []

    def client(service: str, config: Any) -> Any:
        configurations.append(config)
        return unanswered(NoCredentialsError())(service)

    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setenv("CLUSTER_NAME", CLUSTER)
    index.cluster_is_gone()
    index.stack_status(STACK)
    assert len(configurations) == 2
    for config in configurations:
        attempts = config.retries["total_max_attempts"]
        assert attempts * (config.connect_timeout + config.read_timeout) < RESERVE_SECONDS
        assert attempts > 1  # one lost packet is no answer
