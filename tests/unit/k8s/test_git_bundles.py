"""DAG bundles in the manifests: what Airflow is told, who reads the commits, who the credentials, and who neither."""

import json
from typing import Any

import pytest
import yaml

from k8s.airflow.pods import paths
from k8s.rendered import Json, Release
from settings.capacity import airflow_pods
from settings.facts.room import Room
from settings.facts.versions import KUBERNETES_VERSIONS
from settings.model.airflow import AirflowSettings
from settings.rules.dag_bundles import TAKEN
from standins.kubernetes_schemas import validate
from standins.pod_security import violations
from tests.support.names import CLEANERS
from tests.unit.k8s.conftest import aws_bindings, local_bindings
from tests.unit.k8s.test_egress import BY_DEFAULT, DNS, EVERYWHERE, INTERNET, OTHER_RESOLVER, Place, reaches
from tests.unit.k8s.test_task_pods import refusals
from tests.unit.k8s.test_task_pods import task_pod as admitted

GIT_SYNC = "airflow-git-sync"
OPTION = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"


def git(name: str, **more: Any) -> Json:
    return {"git": {"url": f"https://git.example.com/{name}.git", **more}}


BUNDLES: Json = {
    "dags-folder": {"folder": "."},
    "team": {"folder": "team/a"},
    "built-in": {"image": "/opt/dags"},
    "one": git("one", credential="token-a", subdir="dags", tracking_ref="v1", refresh_seconds=15),
    "two": git("two", credential="token-b"),
    "three": git("three", credential="token-a"),
    "public": git("public"),
}


def settings(bundles: Json = BUNDLES, **more: Any) -> AirflowSettings:
    return AirflowSettings.model_validate({"dag_bundles": bundles, **more})


@pytest.fixture(scope="module")
def on_aws() -> Release:
    return Release(settings(), aws_bindings())


@pytest.fixture(scope="module")
def elsewhere() -> Release:
    return Release(settings(), local_bindings())


@pytest.fixture(params=["on_aws", "elsewhere"])
def both(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


def task_pod(release: Release) -> Json:
    template = release.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"]
    found: Json = yaml.safe_load(template)["spec"]
    return found


def pods(release: Release) -> dict[str, Json]:
    """Every pod, a task's too."""
    return {**{name: each["spec"] for name, each in release.pod_templates.items()}, "task": task_pod(release)}


def of_task(release: Release) -> str:
    """Airflow's option in a task's pod."""
    (found,) = [each["value"] for each in task_pod(release)["containers"][0]["env"] if each["name"] == OPTION]
    return str(found)


def mounts(pod: Json) -> dict[str, Json]:
    return {mount["mountPath"]: mount for each in pod["containers"] for mount in each["volumeMounts"]}


def sync(release: Release) -> Json:
    found: Json = release.pod_templates[GIT_SYNC]["spec"]
    return found


def told(release: Release) -> list[Json]:
    """What git-sync is told of bundles."""
    arguments = sync(release)["containers"][0]["args"]
    found: list[Json] = json.loads(arguments[arguments.index("--bundles") + 1])
    return found


def test_should_change_nothing_where_no_bundle_is_named(any_release: Release) -> None:
    assert OPTION not in any_release.config
    assert GIT_SYNC not in any_release.pod_templates
    text = json.dumps([pods(any_release), any_release.get("Job", "airflow-storage-setup", "airflow-storage-setup")])
    assert "bundle" not in text


def test_should_tell_airflow_of_each_bundle(both: Release) -> None:
    local = "airflow.dag_processing.bundles.local.LocalDagBundle"
    expected = [
        {"name": "dags-folder", "classpath": local, "kwargs": {"path": "/opt/airflow/dags"}},
        {"name": "team", "classpath": local, "kwargs": {"path": "/opt/airflow/dags/team/a"}},
        {"name": "built-in", "classpath": local, "kwargs": {"path": "/opt/dags"}},
        {
            "name": "one",
            "classpath": "git_folders.GitFolders",
            "kwargs": {"folder": "/opt/airflow/bundles/one", "subdir": "dags", "refresh_interval": 10},
        },
        *(
            {
                "name": name,
                "classpath": "git_folders.GitFolders",
                "kwargs": {"folder": f"/opt/airflow/bundles/{name}", "refresh_interval": 10},
            }
            for name in ("two", "three", "public")
        ),
    ]
    assert json.loads(both.config[OPTION]) == expected
    assert json.loads(of_task(both)) == expected


def test_should_let_airflow_config_not_change_the_bundles() -> None:
    airflow = settings().model_copy(update={"config": {"dag_processor.dag_bundle_config_list": "[]"}})
    release = Release(airflow, aws_bindings())
    assert release.config[OPTION] == of_task(release) != "[]"


def test_should_bring_the_module_wherever_airflow_reads_the_option(both: Release) -> None:
    for name, pod in pods(both).items():
        if name in ("airflow-storage-setup", "airflow-database", GIT_SYNC, *CLEANERS):
            continue
        assert mounts(pod)["/opt/airflow/config/git_folders.py"]["readOnly"] is True, name
    without = Release(settings({"dags-folder": {"folder": "."}}), aws_bindings())
    assert not any("git_folders.py" in json.dumps(each) for each in pods(without).values())


def test_should_let_only_git_sync_write_the_commits_and_only_who_runs_them_read(both: Release) -> None:
    found = {name: mounts(pod)[paths.BUNDLES] for name, pod in pods(both).items() if paths.BUNDLES in mounts(pod)}
    assert set(found) == {GIT_SYNC, "airflow-dag-processor", "task"}
    assert "readOnly" not in found.pop(GIT_SYNC)
    assert all(each["readOnly"] is True and each["subPath"] == "bundles" for each in found.values())


def test_should_mount_nothing_of_the_file_system_into_git_sync_but_the_commits(both: Release) -> None:
    data = {path: each.get("subPath") for path, each in mounts(sync(both)).items() if each["name"] == "data"}
    assert data == {paths.BUNDLES: "bundles"}


def test_should_make_the_folder_of_the_commits_before_anything_mounts_it(both: Release) -> None:
    job = both.get("Job", "airflow-storage-setup", "airflow-storage-setup")["spec"]["template"]["spec"]
    assert "/mnt/airflow/bundles" in job["containers"][0]["command"]
    assert {step.id: step.after for step in both.steps}["GitSync"] == ("Configuration",)


@pytest.mark.parametrize(
    "theirs",
    [
        {"mountPath": paths.BUNDLES, "subPath": "bundles"},
        {"mountPath": "/mnt/all", "subPath": "bundles", "readOnly": True},
        {"mountPath": paths.BUNDLES, "subPath": "bundles/one", "readOnly": True},
    ],
)
def test_should_hold_task_pods_to_reading_the_commits(both: Release, theirs: Json) -> None:
    pod = admitted(both)
    assert refusals(both, pod) == []
    mounted = pod["spec"]["containers"][0]["volumeMounts"]
    mounted[:] = [each for each in mounted if each["mountPath"] != paths.BUNDLES] + [{"name": "data", **theirs}]
    assert len(refusals(both, pod)) == 1


@pytest.mark.parametrize("secret", ["token-a", GIT_SYNC])
def test_should_refuse_task_pods_that_name_the_credential(both: Release, secret: str) -> None:
    for volume in ({"secret": {"secretName": secret}}, {"csi": {"driver": "secrets-store.csi.k8s.io"}}):
        pod = admitted(both)
        pod["spec"]["volumes"].append({"name": "theirs", **volume})
        assert len(refusals(both, pod)) == 1


def test_should_give_a_credential_to_git_sync_alone_on_aws(on_aws: Release) -> None:
    provider = on_aws.get("SecretProviderClass", GIT_SYNC)["spec"]["parameters"]
    assert json.loads(provider["objects"]) == [
        {"objectName": "token-a", "objectType": "secretsmanager", "objectAlias": "one"},
        {"objectName": "token-b", "objectType": "secretsmanager", "objectAlias": "two"},
    ]
    users = [name for name, pod in pods(on_aws).items() if GIT_SYNC in json.dumps(pod.get("volumes"))]
    assert users == [GIT_SYNC]
    assert mounts(sync(on_aws))[paths.SECRETS]["readOnly"] is True
    secrets = "/opt/airflow/secrets"
    assert [each["credential"] for each in told(on_aws)] == [f"{secrets}/one", f"{secrets}/two", f"{secrets}/one", None]


def test_should_give_a_credential_to_git_sync_alone_elsewhere(elsewhere: Release) -> None:
    using = {
        name: [each["secret"]["secretName"] for each in pod.get("volumes", ()) if "secret" in each]
        for name, pod in pods(elsewhere).items()
    }
    assert using.pop(GIT_SYNC) == ["token-a", "token-b"]
    assert not any("token" in secret for secrets in using.values() for secret in secrets)
    found = [each["credential"] for each in told(elsewhere)]
    assert found == [
        f"/opt/airflow/secrets/{name}" for name in ("one/credential", "two/credential", "one/credential")
    ] + [None]
    assert {"/opt/airflow/secrets/one", "/opt/airflow/secrets/two"} <= set(mounts(sync(elsewhere)))


def test_should_have_no_way_to_secrets_for_public_repositories() -> None:
    for bindings in (aws_bindings(), local_bindings()):
        release = Release(settings({"public": BUNDLES["public"]}), bindings)
        assert {each["name"] for each in sync(release)["volumes"]} == {"tmp", "platform-files", "data"}
        assert GIT_SYNC not in {
            each["metadata"]["name"]
            for each in release.of_kind(
                "SecretProviderClass",
            )
        }


def test_should_tell_git_sync_what_the_settings_say(both: Release) -> None:
    one = told(both)[0]
    assert {key: one[key] for key in ("name", "url", "tracking_ref", "subdir", "refresh_seconds")} == {
        "name": "one",
        "url": "https://git.example.com/one.git",
        "tracking_ref": "v1",
        "subdir": "dags",
        "refresh_seconds": 15,
    }
    arguments = sync(both)["containers"][0]["args"]
    assert arguments[:6] == [
        "python", "/opt/airflow/platform/git_sync.py", "--folder", "/opt/airflow/bundles", "--keep-days", "30",
    ]  # fmt: skip


def test_should_give_git_sync_nothing_of_airflows(both: Release) -> None:
    """No database, no key, no token of the cluster, no configuration."""
    pod = sync(both)
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert "envFrom" not in container
    assert [each["name"] for each in container["env"]] == ["CONNECTION_CHECK_MAX_COUNT"]
    assert "initContainers" not in pod


def test_should_run_one_git_sync_at_a_time(both: Release) -> None:
    spec = both.get("Deployment", GIT_SYNC)["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_should_be_ready_with_a_commit_and_alive_without(both: Release) -> None:
    (container,) = sync(both)["containers"]
    asked = {kind: container[f"{kind}Probe"]["exec"]["command"][-1] for kind in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "alive", "liveness": "alive", "readiness": "ready"}


@pytest.mark.parametrize("cidrs", [["0.0.0.0/0"], ["198.51.100.0/24"]])
def test_should_let_git_sync_reach_git_hosts_and_nothing_of_airflows(cidrs: list[str]) -> None:
    release = Release(settings(git_sync={"egress_cidrs": cidrs}), aws_bindings())
    found = {place for place in EVERYWHERE if reaches(release, "git-sync", place)}
    open_ = BY_DEFAULT["dag-processor"] if cidrs == ["0.0.0.0/0"] else {DNS, INTERNET, OTHER_RESOLVER}
    assert found == open_
    assert reaches(release, "git-sync", Place(443, "203.0.113.1")) is (cidrs == ["0.0.0.0/0"])


def test_should_let_nobody_into_git_sync(both: Release) -> None:
    labels = both.pod_templates[GIT_SYNC]["metadata"]["labels"]
    for policy in both.of_kind("NetworkPolicy"):
        selected = (policy["spec"].get("podSelector") or {}).get("matchLabels") or {}
        if selected.items() <= labels.items() and policy["metadata"]["namespace"] == "airflow":
            assert "ingress" not in policy["spec"]


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_be_valid_and_restricted(both: Release, version: str) -> None:
    wrong = {obj["metadata"]["name"]: found for obj in both.objects if (found := validate(obj, version))}
    assert wrong == {}
    assert violations(sync(both)) == []


def test_should_count_git_sync_where_room_is_counted() -> None:
    size = {"cpu_millicores": 60, "memory_mib": 333}
    assert Room(60, 333) in airflow_pods(settings(git_sync=size))
    assert Room(60, 333) not in airflow_pods(settings({"team": {"folder": "team"}}, git_sync=size))


def test_should_know_every_path_that_pods_hold_something_else_at(both: Release) -> None:
    """What the rule on paths of the image names."""
    found = {
        path for pod in (both.pod_templates["airflow-dag-processor"]["spec"], task_pod(both)) for path in mounts(pod)
    }
    assert not [path for path in found if not any(f"{path}/".startswith(f"{taken}/") for taken in TAKEN)]


def test_should_make_git_sync_anew_when_a_bundle_changes() -> None:
    first, second = (
        Release(settings({"a": git("a", tracking_ref=ref)}), aws_bindings()).pod_templates[GIT_SYNC]
        for ref in ("main", "v2")
    )
    assert first != second


def test_should_tell_no_other_pod_where_a_repository_is(both: Release) -> None:
    assert "git.example.com" not in json.dumps([both.config, task_pod(both)])
