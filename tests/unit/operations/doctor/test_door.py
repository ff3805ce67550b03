"""Where the name of the front door leads, and what is not asked without one."""

import pytest

from operations.doctor import door
from operations.doctor.check import Answer, Status
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.fake_aws import doctor

GIVEN = {
    "mode": "internal",
    "cidrs": ["10.0.0.0/8"],
    "host_name": healthy.HOST,
    "certificate_arn": healthy.CERTIFICATE,
}


def host_name(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str], **access: object) -> Answer:
    def looked_up(name: str) -> set[str]:
        if name not in addresses:
            raise OSError("Name or service not known")
        return {addresses[name]}

    monkeypatch.setattr(door, "addresses_of", looked_up)
    lines, _ = doctor(healthy.settings(**({"access": access} if access else {})))
    return lines["host name"].answer


def test_should_tell_a_name_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = host_name(monkeypatch, {healthy.BALANCER: "203.0.113.5"})
    assert (answer.status, "leads nowhere" in answer.message) == (Status.FAIL, True)
    assert "zone's record" in answer.next_step


def test_should_ask_for_a_record_where_the_zone_is_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = host_name(monkeypatch, {healthy.BALANCER: "10.0.0.5"}, **GIVEN)
    assert answer.next_step == f"a record of {healthy.HOST}: a CNAME to {healthy.BALANCER}"


def test_should_tell_a_name_that_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = host_name(monkeypatch, {healthy.HOST: "192.0.2.1", healthy.BALANCER: "203.0.113.5"})
    assert (answer.status, "192.0.2.1" in answer.message) == (Status.WARN, True)


def test_should_tell_a_machine_that_knows_no_names_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host_name(monkeypatch, {healthy.HOST: "192.0.2.1"}).status == Status.WARN


def test_should_ask_nothing_of_a_door_without_one() -> None:
    lines, aws = doctor(
        healthy.settings(access={}), {"cloudformation.ListStackResources": {"StackResourceSummaries": []}}
    )
    for name in ("certificate", "hosted zone", "host name"):
        assert lines[name].answer.status == Status.SKIP
    assert not {"acm.DescribeCertificate", "route53.GetHostedZone", "elbv2.DescribeLoadBalancers"} & set(aws.calls)


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("airflow.example.com", True),
        ("*.example.com", True),
        ("example.com", False),
        ("*.com", False),
        ("*.airflow.example.com", False),
        ("*airflow.example.com", False),
    ],
)
def test_should_know_which_names_a_certificate_covers(name: str, covered: bool) -> None:
    assert door.covers(name, "airflow.example.com") is covered
