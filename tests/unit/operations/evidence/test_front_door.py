"""The rule of the front door finds each way around TLS, the name and the one port."""

import copy
from collections.abc import Callable

import pytest

from operations.evidence.rules.front_door import LISTENER, LISTENER_RULE, RULES
from operations.evidence.subject import Json
from tests.support.environments import aws_environment
from tests.support.front_door import INTERNET
from tests.support.platform import Templates, build
from tests.unit.operations.evidence.conftest import Workshop

SETTINGS = aws_environment(access=INTERNET)
HTTPS, HTTP = "FrontDoorInternetLoadBalancerHttps", "FrontDoorInternetLoadBalancerHttp6"
OPENING = "AWS::EC2::SecurityGroupIngress", "FrontDoorInternet"


@pytest.fixture(scope="module")
def door() -> Templates:
    return build(SETTINGS)


def found(workshop: Workshop) -> list[str]:
    (rule,) = RULES
    return [f"{finding.resource}: {finding.message}" for finding in rule.findings(workshop.subject)]


def lead(w: Workshop) -> None:
    w.properties(LISTENER, HTTPS)["DefaultActions"] = [{"Type": "forward"}]


def let_everything_through(w: Workshop) -> None:
    w.properties(*OPENING)["ToPort"] = 65535


def another_port(w: Workshop) -> None:
    def change(service: Json) -> None:
        service["spec"]["ports"][0]["nodePort"] = 30081

    w.objects(change, "Service", "webserver-door")


BREAKS: list[tuple[str, Callable[[Workshop], object]]] = [
    ("something else without TLS", lambda w: w.properties(LISTENER, HTTP).update(DefaultActions=[{"Type": "forward"}])),
    ("something else without TLS", lambda w: w.properties(LISTENER, HTTPS).update(Protocol="HTTP")),
    ("a default of 2016", lambda w: w.properties(LISTENER, HTTPS).pop("SslPolicy")),
    ("older than 1.2", lambda w: w.properties(LISTENER, HTTPS).update(SslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06")),
    ("whoever asks for any name", lead),
    (
        "the API of tasks",
        lambda w: w.properties(LISTENER_RULE, "FrontDoorInternetLoadBalancerNotFor").update(Priority=9),
    ),
    ("more of the nodes", let_everything_through),
    ("opened to no load balancer", another_port),
]


def test_should_find_nothing_in_the_front_door_as_it_is(door: Templates) -> None:
    assert found(Workshop(SETTINGS, dict(door))) == []


@pytest.mark.parametrize(("words", "break_it"), BREAKS, ids=[words for words, _ in BREAKS])
def test_should_find_a_way_around(words: str, break_it: Callable[[Workshop], object], door: Templates) -> None:
    workshop = Workshop(SETTINGS, copy.deepcopy(dict(door)))
    break_it(workshop)
    assert any(words in each for each in found(workshop)), found(workshop)
