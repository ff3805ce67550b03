"""Task profiles: what each one's pods are, and that no `pod_override` takes more than its profile gives."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import yaml

from airflow_platform.cluster.manifest import MAX_MANIFEST_BYTES
from k8s.bindings import Toleration
from k8s.rendered import Json, Release
from settings.model.airflow import AirflowSettings
from standins.pod_security import violations
from tests.unit.k8s.conftest import aws_bindings, local_bindings
from tests.unit.k8s.test_task_pods import (
    HOSTILE,
    SECRETS_STORE,
    USUAL,
    Change,
    base,
    changed,
    init_container,
    refusals,
    spec,
    task_pod,
    volume,
    without,
)

PROFILES: Json = {
    "large": {
        "cpu_millicores": 2000,
        "memory_mib": 4096,
        "ephemeral_storage_gib": 20,
        "node_labels": {"size": "large", "team": "data"},
    },
    "dbt": {"image": "registry.example.com/dbt:1.9"},
}
LABEL = "airflow-on-eks/task-profile"
SIDECAR = {"name": "side", "image": "apache/airflow:3.3.2", "resources": {"limits": {"memory": "64Mi"}}}


@pytest.fixture(scope="module")
def settings() -> AirflowSettings:
    return AirflowSettings.model_validate({"task_profiles": PROFILES, "worker": {"cpu_millicores": 300}})


@pytest.fixture(scope="module")
def profiled(settings: AirflowSettings) -> Release:
    large = Toleration(key="example.com/large", value="yes", effect="NoSchedule")
    bindings = replace(
        aws_bindings(),
        task_tolerations=("example.com/gpu", "example.com/large"),
        task_profile_tolerations={"large": (large,)},
    )
    return Release(settings, bindings)


def templates(release: Release) -> dict[str, Json]:
    data = release.get("ConfigMap", "airflow-worker-pod-template")["data"]
    return {name.removesuffix(".yaml"): yaml.safe_load(text) for name, text in data.items()}


def size(**resources: Json) -> Change:
    return base(resources=resources)


def other_account(account: str, label: str | None = None) -> Change:
    def change(pod: Json) -> None:
        pod["spec"]["serviceAccountName"] = account
        if label:
            pod["metadata"]["labels"][LABEL] = label

    return change


def test_should_have_a_template_and_an_account_for_each_profile(profiled: Release) -> None:
    found = {name: pod["spec"]["serviceAccountName"] for name, pod in templates(profiled).items()}
    assert found == {
        "pod-template": "airflow-worker",
        "large": "airflow-worker-large",
        "dbt": "airflow-worker-dbt",
    }
    accounts = {each["metadata"]["name"]: each for each in profiled.of_kind("ServiceAccount")}
    for account in found.values():
        assert accounts[account]["automountServiceAccountToken"] is False


def test_should_make_a_profiles_pod_as_its_settings_say(profiled: Release) -> None:
    large = templates(profiled)["large"]["spec"]
    (container,) = large["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "2", "memory": "4Gi", "ephemeral-storage": "20Gi"},
        "limits": {"memory": "4Gi", "ephemeral-storage": "20Gi"},
    }
    assert large["nodeSelector"] == {"size": "large", "team": "data"}
    assert large["tolerations"] == [
        {"key": "example.com/large", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}
    ]


def test_should_take_from_the_worker_what_a_profile_does_not_say(profiled: Release) -> None:
    dbt = templates(profiled)["dbt"]["spec"]
    (container,) = dbt["containers"]
    assert container["image"] == "registry.example.com/dbt:1.9"
    assert container["resources"] == {"requests": {"cpu": "300m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}
    assert not {"nodeSelector", "tolerations"} & dbt.keys()


def test_should_harden_every_profile_like_the_default(profiled: Release) -> None:
    others = templates(profiled)
    default = others.pop("pod-template")
    for pod in others.values():
        same = deepcopy(pod)
        del same["metadata"]["labels"][LABEL]
        same["spec"]["serviceAccountName"] = default["spec"]["serviceAccountName"]
        for field in ("nodeSelector", "tolerations"):
            same["spec"].pop(field, None)
        for field in ("image", "resources"):
            same["spec"]["containers"][0][field] = default["spec"]["containers"][0][field]
        assert same == default
        assert violations(pod["spec"]) == []


@pytest.mark.parametrize("profile", ["pod-template", "large", "dbt"])
def test_should_let_every_profiles_own_pod_pass(profiled: Release, profile: str) -> None:
    assert refusals(profiled, task_pod(profiled, profile)) == []


def test_should_let_the_templates_pass_without_aws(settings: AirflowSettings) -> None:
    release = Release(settings, local_bindings())
    assert [refusals(release, task_pod(release, profile)) for profile in templates(release)] == [[], [], []]


ONE_OF_EACH_KIND = sorted({field: wanted for wanted, (_, field) in HOSTILE.items()}.values())


@pytest.mark.parametrize("wanted", ONE_OF_EACH_KIND)
def test_should_refuse_of_a_profile_what_is_refused_of_the_default(profiled: Release, wanted: str) -> None:
    change, field = HOSTILE[wanted]
    assert any(field in message for message in refusals(profiled, changed(profiled, change, "large")))


@pytest.mark.parametrize("wanted", USUAL)
def test_should_leave_the_default_its_freedom(profiled: Release, wanted: str) -> None:
    assert refusals(profiled, changed(profiled, USUAL[wanted])) == []


LARGE: dict[str, tuple[Change, str]] = {
    "another profile's account": (other_account("airflow-worker-dbt"), "metadata.labels"),
    "another profile's account and label": (other_account("airflow-worker-dbt", "dbt"), "resources"),
    "the default's account": (other_account("airflow-worker"), "metadata.labels"),
    "an account that is no profile's": (other_account("airflow-worker-none", "none"), "spec.serviceAccountName"),
    "another profile's label": (lambda pod: pod["metadata"]["labels"].update({LABEL: "dbt"}), "metadata.labels"),
    "no label of a profile": (lambda pod: pod["metadata"]["labels"].pop(LABEL), "metadata.labels"),
    "more memory": (size(limits={"memory": "8Gi", "ephemeral-storage": "20Gi"}), "resources"),
    "a little more memory": (size(limits={"memory": "4097Mi", "ephemeral-storage": "20Gi"}), "resources"),
    "more memory in other words": (size(limits={"memory": "5000000k", "ephemeral-storage": "20Gi"}), "resources"),
    "more memory asked for": (
        size(requests={"memory": "5Gi"}, limits={"memory": "4Gi", "ephemeral-storage": "20Gi"}),
        "resources",
    ),
    "more CPU": (size(requests={"cpu": "2001m"}, limits={"memory": "4Gi", "ephemeral-storage": "20Gi"}), "resources"),
    "more disk": (size(limits={"memory": "4Gi", "ephemeral-storage": "21Gi"}), "resources"),
    "no limit of memory": (size(limits={"ephemeral-storage": "20Gi"}), "resources"),
    "no limit of disk": (size(limits={"memory": "4Gi"}), "resources"),
    "no size at all": (base(resources={}), "resources"),
    "a GPU": (size(limits={"memory": "4Gi", "ephemeral-storage": "20Gi", "nvidia.com/gpu": "1"}), "resources"),
    "no quantity": (size(limits={"memory": "much", "ephemeral-storage": "20Gi"}), "quantity"),
    "a sidecar": (lambda pod: pod["spec"]["containers"].append(deepcopy(SIDECAR)), "spec.containers"),
    "a sidecar among the init containers": (
        spec(initContainers=[{**SIDECAR, "restartPolicy": "Always"}]),
        "spec.initContainers",
    ),
    "more in an init container": (init_container(resources={"limits": {"memory": "8Gi"}}), "resources"),
    "no limit in an init container": (init_container(), "resources"),
    "a size of the pod": (spec(resources={"limits": {"memory": "64Gi"}}), "spec.resources"),
    "any node": (without("spec", "nodeSelector"), "spec.nodeSelector"),
    "other nodes": (spec(nodeSelector={"size": "large", "team": "other"}), "spec.nodeSelector"),
    "nodes by one of two labels": (spec(nodeSelector={"size": "large"}), "spec.nodeSelector"),
    "nodes of another group": (
        spec(tolerations=[{"key": "example.com/gpu", "operator": "Exists"}]),
        "spec.tolerations",
    ),
    "another profile's image": (base(image="registry.example.com/dbt:1.9"), "image"),
    "secrets of the API server": (volume(csi=SECRETS_STORE), "spec.volumes"),
    "root": (spec(securityContext={"runAsUser": 0}), "restricted"),
}


@pytest.mark.parametrize("wanted", LARGE)
def test_should_refuse_a_pod_of_a_profile_that_wants(profiled: Release, wanted: str) -> None:
    change, field = LARGE[wanted]
    pod = changed(profiled, change, "large")
    if field == "restricted":  # Pod Security's, in the same namespace
        assert violations(pod["spec"]) != []
        return
    assert any(field in message for message in refusals(profiled, pod))


def test_should_name_profile_field_and_rule(profiled: Release) -> None:
    (message,) = refusals(profiled, changed(profiled, LARGE["more memory"][0], "large"))
    assert message == (
        "task profile large: resources of each container, of initContainers too, must have limits and be at most "
        "cpu 2, memory 4Gi, ephemeral-storage 20Gi"
    )


SMALLER: dict[str, Change] = {
    "less": size(requests={"cpu": "1", "memory": "1Gi"}, limits={"memory": "2Gi", "ephemeral-storage": "1Gi"}),
    "an init container of the size": init_container(
        resources={"limits": {"memory": "4Gi", "ephemeral-storage": "20Gi"}}
    ),
    "fewer nodes": lambda pod: pod["spec"]["nodeSelector"].update({"topology.kubernetes.io/zone": "us-east-1a"}),
    "a limit of CPU": size(limits={"cpu": "2", "memory": "4Gi", "ephemeral-storage": "20Gi"}),
}


@pytest.mark.parametrize("wanted", SMALLER)
def test_should_let_a_pod_of_a_profile_pass_that_wants(profiled: Release, wanted: str) -> None:
    assert refusals(profiled, changed(profiled, SMALLER[wanted], "large")) == []


def test_should_hold_a_profile_with_an_image_to_it(profiled: Release) -> None:
    for image, allowed in {"registry.example.com/dbt:2": True, "apache/airflow:3.3.2": False, "x/dbt:1": False}.items():
        found = refusals(profiled, changed(profiled, base(image=image), "dbt"))
        assert (found == []) is allowed, found


def test_should_let_tasks_reach_the_agent_that_hands_out_roles_only_where_there_are_some() -> None:
    role: Any = {"statements": [{"actions": ["s3:GetObject"], "resources": ["*"]}]}
    closed = {"egress_cidrs": ()}
    for worker, profiles, reaches in (
        (closed, {}, False),
        ({**closed, "role": role}, {}, True),
        (closed, {"reader": {"role": role}}, True),
    ):
        release = Release(AirflowSettings.model_validate({"worker": worker, "task_profiles": profiles}), aws_bindings())
        rules = release.get("NetworkPolicy", "airflow-worker-egress")["spec"]["egress"]
        agent = {"to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}], "ports": [{"port": 80, "protocol": "TCP"}]}
        assert (agent in rules) is reaches


def test_should_keep_the_most_profiles_within_what_a_deployment_carries(profiled: Release) -> None:
    most = AirflowSettings.model_validate(
        {
            "task_profiles": {
                f"profile-{number}-{20 * 'x'}": {**PROFILES["large"], **PROFILES["dbt"]} for number in range(10)
            }
        }
    )
    release = Release(most, aws_bindings())
    assert len(json.dumps(release.charts["Configuration"])) < MAX_MANIFEST_BYTES
    assert refusals(release, task_pod(release, f"profile-9-{20 * 'x'}")) == []
