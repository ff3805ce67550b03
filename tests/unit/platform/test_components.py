"""The table of components: a row is nearly all that a component costs."""

import pytest

from k8s.airflow import components
from k8s.airflow.components import COMPONENTS, Component
from k8s.airflow.pods.probes import HeartbeatCheck
from k8s.rendered import Release
from settings.capacity import airflow_pods
from settings.facts.room import Room
from settings.model.airflow import AirflowSettings, ComponentSettings
from settings.model.environment import AwsEnvironment
from tests.support.platform import build
from tests.support.templates import resources
from tests.unit.k8s.conftest import aws_bindings

FIFTH = Component(
    id="Watcher",
    setting="watcher",
    name="airflow-watcher",
    check=HeartbeatCheck("WatcherJob"),
    grace_seconds=45,
    port=("logs", 8795),
    callers=("scheduler",),
    kubernetes={"events": ["watch"]},
)


class FiveComponents(AirflowSettings):
    """The settings of Airflow with a field for a fifth component."""

    watcher: ComponentSettings = ComponentSettings(replicas=2, cpu_millicores=150, memory_mib=333)


@pytest.fixture
def fifth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "COMPONENTS", (*COMPONENTS, FIFTH))


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: str(each.name))
def test_should_have_a_setting_for_every_component(component: Component) -> None:
    assert component.setting in AirflowSettings().components


def test_should_have_a_component_for_every_setting() -> None:
    assert list(AirflowSettings().components) == [component.setting for component in COMPONENTS]


def test_should_name_everything_once() -> None:
    for field in ("id", "setting", "name", "label"):
        assert len({getattr(component, field) for component in COMPONENTS}) == len(COMPONENTS)


def test_should_count_a_fifth_component_where_task_slots_are_counted() -> None:
    pods = airflow_pods(FiveComponents())

    assert len(pods) == len(airflow_pods(AirflowSettings())) + 2
    assert pods.count(Room(150, 333)) == 2


@pytest.mark.usefixtures("fifth")
def test_should_run_a_fifth_component_for_its_row_and_its_setting() -> None:
    release = Release(FiveComponents(), aws_bindings())

    (step,) = [step for step in release.steps if step.id == "Watcher"]
    assert step.after == ("Migration",)
    deployment = release.get("Deployment", FIFTH.name)["spec"]
    pod = deployment["template"]["spec"]
    assert (deployment["replicas"], pod["serviceAccountName"]) == (2, FIFTH.name)
    assert pod["containers"][0]["args"] == ["airflow", "watcher"]
    assert pod["terminationGracePeriodSeconds"] == 45
    assert release.get("PodDisruptionBudget", FIFTH.name)
    assert release.get("ServiceAccount", FIFTH.name)["automountServiceAccountToken"] is True
    assert release.get("Role", FIFTH.name)["rules"] == [
        {"apiGroups": [""], "resources": ["events"], "verbs": ["watch"]}
    ]
    assert release.get("RoleBinding", FIFTH.name)["subjects"][0]["name"] == FIFTH.name
    (rule,) = release.get("NetworkPolicy", FIFTH.name)["spec"]["ingress"]
    assert [peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in rule["from"]] == ["scheduler"]
    assert rule["ports"] == [{"port": 8795, "protocol": "TCP"}]


@pytest.mark.usefixtures("fifth")
def test_should_give_a_fifth_component_its_aws_role() -> None:
    settings = AwsEnvironment.model_validate(
        {
            "name": "test",
            "region": "eu-central-1",
            "availability_zones": ["eu-central-1a", "eu-central-1b"],
            "cluster": {"access": {"admins": ["arn:aws:iam::111122223333:role/Admin"]}},
        }
    ).model_copy(update={"airflow": FiveComponents()})
    templates = build(settings)

    associations = resources(templates["ClusterStack"], "AWS::EKS::PodIdentityAssociation").values()
    assert FIFTH.name in {each["Properties"]["ServiceAccount"] for each in associations}
    trusted = [
        statement["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"]
        for role in resources(templates["IamStack"], "AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if "Condition" in statement
    ]
    assert [FIFTH.name] in trusted
