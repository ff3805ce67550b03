"""The gate before the cluster: what EKS does not offer is refused, what goes back is not asked about."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from airflow_platform.handlers.limits import GATE_REQUEST_SECONDS, GATE_SECONDS, GATE_TRIES
from airflow_platform.handlers.upgrade_gate import index
from airflow_platform.handlers.upgrade_gate.index import GateError, handle
from tests.unit.constructs.handlers.fakes import Clock, Context

CNI, DRIVER = "vpc-cni", "aws-fsx-csi-driver"
DEFAULT, PIN = "v1.20.4-eksbuild.2", "v1.19.6-eksbuild.7"
KUBERNETES = "1.36"


@pytest.fixture
def eks() -> Iterator[Stubber]:
    """EKS's client with its answers set; all of them have to be asked for, and no other."""
    session = boto3.session.Session(aws_access_key_id="id", aws_secret_access_key="secret", region_name="us-east-1")
    with Stubber(session.client("eks")) as stub:
        yield stub
        stub.assert_no_pending_responses()


def versions(*names: str, default: str | None = DEFAULT, kubernetes: str = KUBERNETES) -> list[dict[str, Any]]:
    return [
        {
            "addonVersion": name,
            "compatibilities": [{"clusterVersion": kubernetes, "defaultVersion": name == default}],
        }
        for name in names
    ]


def offer(eks: Stubber, addon: str, *pages: list[dict[str, Any]], kubernetes: str = KUBERNETES) -> None:
    """What EKS answers when it is asked about an add-on, page by page."""
    question = {"addonName": addon, "kubernetesVersion": kubernetes}
    for number, page in enumerate(pages):
        answer: dict[str, Any] = {"addons": [{"addonName": addon, "addonVersions": page}] if page else []}
        if number + 1 < len(pages):
            answer["nextToken"] = str(number + 1)
        asked = question if number == 0 else {**question, "nextToken": str(number)}
        eks.add_response("describe_addon_versions", answer, asked)


def event(
    request: str = "Update", version: str = KUBERNETES, old: str | None = "1.35", pins: dict[str, str] | None = None
) -> dict[str, Any]:
    addons = {CNI: "", DRIVER: ""} if pins is None else pins
    found: dict[str, Any] = {
        "RequestType": request,
        "ResourceProperties": {"KubernetesVersion": version, "Addons": addons},
    }
    if request == "Update":
        found["OldResourceProperties"] = {"KubernetesVersion": old, "Addons": addons}
    return found


def ask(eks: Stubber, asked: dict[str, Any]) -> None:
    handle(asked, Clock().deadline(880), eks.client)


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_should_pass_when_eks_offers_every_addon(request_type: str, eks: Stubber) -> None:
    offer(eks, CNI, versions(PIN, DEFAULT))
    offer(eks, DRIVER, versions(DEFAULT))
    ask(eks, event(request_type))


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_should_refuse_a_version_without_an_addon(request_type: str, eks: Stubber) -> None:
    offer(eks, CNI, versions(DEFAULT))
    offer(eks, DRIVER, [])
    with pytest.raises(GateError, match=rf"Nothing was changed: Kubernetes 1\.36 .* does not offer {DRIVER}"):
        ask(eks, event(request_type))


def test_should_say_what_to_do(eks: Stubber) -> None:
    offer(eks, CNI, versions(DEFAULT))
    offer(eks, DRIVER, [])
    with pytest.raises(GateError) as refusal:
        ask(eks, event())
    assert f"aws eks describe-addon-versions --addon-name {DRIVER} --kubernetes-version 1.36" in str(refusal.value)
    assert "stay at 1.35" in str(refusal.value)


def test_should_tell_of_all_addons_at_once(eks: Stubber) -> None:
    offer(eks, CNI, [])
    offer(eks, DRIVER, [])
    with pytest.raises(GateError, match=rf"{CNI}.*{DRIVER}"):
        ask(eks, event())


@pytest.mark.parametrize("code", ["InvalidParameterException", "ResourceNotFoundException"])
def test_should_take_what_eks_does_not_know_for_not_offered(code: str, eks: Stubber) -> None:
    eks.add_client_error("describe_addon_versions", code)
    with pytest.raises(GateError, match=f"does not offer {DRIVER}"):
        ask(eks, event(pins={DRIVER: ""}))


def test_should_not_pass_when_eks_does_not_answer(eks: Stubber) -> None:
    eks.add_client_error("describe_addon_versions", "AccessDeniedException", "not authorized")
    with pytest.raises(Exception, match="not authorized"):
        ask(eks, event())


def test_should_pass_a_pin_that_fits_the_version_with_or_without_a_default(eks: Stubber) -> None:
    offer(eks, CNI, versions(DEFAULT, PIN, default=None))
    ask(eks, event(pins={CNI: PIN}))


def test_should_refuse_a_pin_that_does_not_fit(eks: Stubber) -> None:
    offer(eks, CNI, versions(DEFAULT))
    with pytest.raises(GateError, match=rf"{PIN} is not for it: set cluster\.addons\.vpc_cni\.version to .*{DEFAULT}"):
        ask(eks, event(pins={CNI: PIN}))


@pytest.mark.parametrize(
    "page", [versions(DEFAULT, default=None), versions(DEFAULT, kubernetes="1.35")], ids=["none", "of another version"]
)
def test_should_refuse_an_unpinned_addon_without_a_default(page: list[dict[str, Any]], eks: Stubber) -> None:
    offer(eks, CNI, page)
    with pytest.raises(
        GateError, match=rf"no default version for it: set cluster\.addons\.vpc_cni\.version .*{DEFAULT}"
    ):
        ask(eks, event(pins={CNI: ""}))


def test_should_read_every_page(eks: Stubber) -> None:
    offer(eks, CNI, versions(PIN), versions(DEFAULT))
    ask(eks, event(pins={CNI: ""}))


# --- What is not asked: the stub has no answer, and would say so


@pytest.mark.parametrize(("old", "new"), [("1.36", "1.35"), ("1.36", "1.36"), ("1.10", "1.9")])
def test_should_let_a_rollback_pass_whatever_eks_offers(old: str, new: str, eks: Stubber) -> None:
    ask(eks, event(version=new, old=old))


def test_should_compare_versions_by_number(eks: Stubber) -> None:
    offer(eks, CNI, versions(DEFAULT, kubernetes="1.10"), kubernetes="1.10")
    ask(eks, event(version="1.10", old="1.9", pins={CNI: ""}))


def test_should_ask_nothing_when_it_is_deleted(eks: Stubber) -> None:
    ask(eks, event("Delete"))


def test_should_stop_asking_in_time(eks: Stubber) -> None:
    class SlowEks:
        def __init__(self, clock: Clock) -> None:
            self.clock, self.asked = clock, 0

        def get_paginator(self, _: str) -> "SlowEks":
            return self

        def paginate(self, **question: str) -> list[dict[str, Any]]:
            self.asked += 1
            self.clock.sleep(25)
            return [{"addons": [{"addonName": question["addonName"], "addonVersions": versions(DEFAULT)}]}]

    clock = Clock()
    slow = SlowEks(clock)
    with pytest.raises(GateError, match="deploy again"):
        handle(event(pins=dict.fromkeys("abcdef", "")), clock.deadline(880), slow)
    assert (slow.asked, GATE_SECONDS) == (3, 60)


def test_should_give_up_on_a_question_in_time_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    answers: list[dict[str, Any]] = []

    def client(service: str, config: Any) -> None:
        made.append((service, config))

    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setattr("airflow_platform.handlers.response.put", lambda url, answer: answers.append(answer))
    request = {"LogicalResourceId": "Gate", "StackId": "s", "RequestId": "r", "ResponseURL": "https://example.com"}
    index.handler({**event("Delete"), **request}, Context())
    [(service, config)] = made
    assert (service, config.connect_timeout, config.read_timeout) == ("eks", GATE_REQUEST_SECONDS, GATE_REQUEST_SECONDS)
    assert config.retries["total_max_attempts"] == GATE_TRIES
    assert [answer["Status"] for answer in answers] == ["SUCCESS"]
