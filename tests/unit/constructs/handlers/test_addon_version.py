"""Add-ons that move after the nodes."""

from typing import Any

import pytest

from airflow_platform.handlers.addon_version.index import AddonError, handle, parts
from tests.unit.constructs.handlers.fakes import Clock

OFFERED = ("v1.20.10-eksbuild.1", "v1.20.4-eksbuild.2", "v1.20.4-eksbuild.1", "v1.19.6-eksbuild.7")
DEFAULT = "v1.20.4-eksbuild.2"


class FakeEks:
    """EKS with one cluster and one add-on; an update takes a few looks."""

    default: str | None = DEFAULT

    def __init__(self, current: str, statuses: tuple[str, ...] = ("UPDATING", "ACTIVE"), **addon: Any) -> None:
        self.addon: dict[str, Any] = {"addonVersion": current, "status": "ACTIVE", **addon}
        self.updates: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self._statuses = list(statuses)

    def describe_cluster(self, name: str) -> dict[str, Any]:
        return {"cluster": {"version": "1.36"}}

    def describe_addon(self, clusterName: str, addonName: str) -> dict[str, Any]:  # noqa: N803
        if self.updates and self._statuses:
            self.addon["status"] = self._statuses.pop(0)
        return {"addon": dict(self.addon)}

    def describe_addon_versions(self, addonName: str, kubernetesVersion: str) -> dict[str, Any]:  # noqa: N803
        self.asked.append(kubernetesVersion)
        versions = [
            {"addonVersion": version, "compatibilities": [{"defaultVersion": version == self.default}]}
            for version in OFFERED
        ]
        return {"addons": [{"addonVersions": versions}]}

    def update_addon(self, **update: Any) -> None:
        self.updates.append(update)
        self.addon["addonVersion"] = update["addonVersion"]


def event(request: str = "Update", version: str | None = None, old: str | None = None) -> dict[str, Any]:
    properties = {
        "ClusterName": "airflow-test",
        "AddonName": "vpc-cni",
        "KubernetesVersion": "1.35",
        "TimeoutSeconds": "60",
    }
    if version:
        properties["AddonVersion"] = version
    before = {"OldResourceProperties": {**properties, "KubernetesVersion": old}} if old else {}
    return {"RequestType": request, "ResourceProperties": properties, **before}


def move(eks: FakeEks, clock: Clock | None = None, **keywords: Any) -> FakeEks:
    clock = clock or Clock()
    handle(event(**keywords), clock.deadline(880), eks, clock.sleep)
    return eks


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_should_move_to_the_default_of_the_clusters_version(request_type: str) -> None:
    eks = move(FakeEks("v1.19.6-eksbuild.7"), request=request_type)
    assert [update["addonVersion"] for update in eks.updates] == [DEFAULT]


def test_should_ask_for_the_version_that_the_cluster_runs() -> None:
    # A rollback brings back the template's 1.35; the control plane stays at 1.36.
    assert move(FakeEks(DEFAULT)).asked == ["1.36"]


@pytest.mark.parametrize("version", ["v1.20.10-eksbuild.1", "v1.19.6-eksbuild.7"])
def test_should_move_to_exactly_the_pin_up_or_down(version: str) -> None:
    eks = move(FakeEks(DEFAULT), version=version)
    assert [update["addonVersion"] for update in eks.updates] == [version]


def test_should_leave_an_addon_that_is_where_it_should_be() -> None:
    assert move(FakeEks(DEFAULT)).updates == []


def test_should_not_move_an_unpinned_addon_down() -> None:
    assert move(FakeEks("v1.20.10-eksbuild.1")).updates == []


def test_should_replace_a_newer_version_that_does_not_fit_the_cluster() -> None:
    assert move(FakeEks("v1.99.0-eksbuild.1")).addon["addonVersion"] == DEFAULT


@pytest.mark.parametrize("current", ["v1.19.6-eksbuild.7", "v1.99.0-eksbuild.1"])
def test_should_leave_an_addon_without_a_default_as_it_is_and_say_so(
    current: str, capsys: pytest.CaptureFixture[str]
) -> None:
    eks = FakeEks(current)
    eks.default = None
    assert move(eks).updates == []
    assert f"no default version of vpc-cni for Kubernetes 1.36 (but {', '.join(OFFERED)}): {current} stays" in (
        capsys.readouterr().out
    )


def test_should_keep_the_configuration_of_the_addon() -> None:
    eks = move(FakeEks("v1.19.6-eksbuild.7", configurationValues='{"enableNetworkPolicy":"true"}'))
    assert eks.updates[0]["configurationValues"] == '{"enableNetworkPolicy":"true"}'
    assert eks.updates[0]["resolveConflicts"] == "OVERWRITE"
    assert "configurationValues" not in move(FakeEks("v1.19.6-eksbuild.7")).updates[0]


def test_should_wait_until_it_is_active() -> None:
    clock = Clock()
    eks = move(FakeEks("v1.19.6-eksbuild.7", statuses=("UPDATING", "DEGRADED", "UPDATING", "ACTIVE")), clock)
    assert eks.addon["status"] == "ACTIVE"
    assert clock.now >= 15


def test_should_say_what_is_wrong_with_an_addon_that_does_not_get_there() -> None:
    issue = {"code": "ConfigurationConflict", "message": "conflicts found"}
    eks = FakeEks("v1.19.6-eksbuild.7", statuses=("UPDATE_FAILED",), health={"issues": [issue]})
    with pytest.raises(AddonError, match="ConfigurationConflict: conflicts found"):
        move(eks)


def stuck() -> FakeEks:
    return FakeEks("v1.19.6-eksbuild.7", statuses=("UPDATE_FAILED",))


def test_should_not_stop_a_rollback_with_an_addon_that_does_not_move(capsys: pytest.CaptureFixture[str]) -> None:
    move(stuck(), old="1.36")  # the template's: back to 1.35
    assert "Rolled back, and the add-on stays as it is" in capsys.readouterr().out


def test_should_not_stop_a_rollback_with_what_eks_refuses() -> None:
    class Refusing(FakeEks):
        def update_addon(self, **update: Any) -> None:
            raise RuntimeError("InvalidParameterException")

    move(Refusing("v1.19.6-eksbuild.7"), old="1.36")


@pytest.mark.parametrize(
    ("request_type", "old"), [("Update", "1.34"), ("Update", "1.35"), ("Update", "1.9"), ("Create", None)]
)
def test_should_fail_an_addon_that_does_not_move_unless_it_is_a_rollback(request_type: str, old: str | None) -> None:
    with pytest.raises(AddonError):
        move(stuck(), request=request_type, old=old)


def test_should_fail_when_the_time_is_up() -> None:
    clock = Clock()
    with pytest.raises(AddonError, match=r"vpc-cni was not active .* DEGRADED"):
        move(FakeEks("v1.19.6-eksbuild.7", statuses=("DEGRADED",) * 100), clock)
    assert clock.now < 70


def test_should_move_an_addon_that_is_degraded_rather_than_wait_for_it() -> None:
    eks = FakeEks("v1.19.6-eksbuild.7")
    eks.addon["status"] = "DEGRADED"
    clock = Clock()
    assert len(move(eks, clock).updates) == 1
    assert clock.now < 10


def test_should_do_nothing_when_it_is_deleted() -> None:
    assert move(FakeEks("v1.19.6-eksbuild.7"), request="Delete").updates == []


def test_should_compare_versions_by_number() -> None:
    assert parts("v1.20.10-eksbuild.1") > parts("v1.20.4-eksbuild.2") > parts("v1.20.4-eksbuild.1")
