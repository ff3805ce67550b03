"""What a change makes anew: exactly the pods that use what changed."""

import pytest

from k8s.airflow.pods.checksum import checksum
from k8s.rendered import Release
from tests.support.names import DEPLOYMENTS as COMPONENTS


def rolled(one: Release, other: Release) -> set[str]:
    """Workloads whose pods are made anew between two releases."""
    return {name for name, template in one.pod_templates.items() if other.pod_templates[name] != template}


def without_tokens(release: Release, first_token: int) -> str:
    """A release's objects, each token replaced by what it stands for, as CloudFormation does."""
    text = str(release.charts)
    for number in range(10):
        text = text.replace(f"${{Token[Thing.{first_token + number}]}}", f"value-{number}")
    return text


def test_should_roll_nothing_for_other_token_numbers(aws: Release, aws_other_tokens: Release) -> None:
    # An unrelated new construct renumbers tokens; what they stand for stays.
    assert without_tokens(aws, 100) == without_tokens(aws_other_tokens, 500)


def test_should_roll_every_component_for_a_changed_option(aws: Release, aws_other_config: Release) -> None:
    assert rolled(aws, aws_other_config) == {*COMPONENTS, "airflow-migration", "airflow-admin-user"}


def test_should_roll_only_the_scheduler_for_another_task_pod(aws: Release, aws_other_worker: Release) -> None:
    assert rolled(aws, aws_other_worker) == {"airflow-scheduler"}


def test_should_roll_what_reads_secrets_for_another_secret(aws: Release, aws_other_secret: Release) -> None:
    # Jobs are not rolled but told: their templates are immutable.
    assert rolled(aws, aws_other_secret) == {"airflow-api-server", "airflow-scheduler"}


def test_should_roll_everything_for_another_version(aws: Release, aws_other_version: Release) -> None:
    assert rolled(aws, aws_other_version) == set(aws.pod_templates)


@pytest.mark.parametrize("name", COMPONENTS)
def test_should_carry_the_checksum_of_each_config_map_it_uses_and_no_other(any_release: Release, name: str) -> None:
    template = any_release.pod_templates[name]
    (container,) = template["spec"]["containers"]
    used = {source["configMapRef"]["name"] for source in container["envFrom"]}
    used |= {volume["configMap"]["name"] for volume in template["spec"]["volumes"] if "configMap" in volume}
    annotations = template["metadata"]["annotations"]
    carried = {key.removeprefix("checksum/") for key in annotations if key.startswith("checksum/")} - {"secrets"}
    assert carried == used
    for config_map in used:
        data = any_release.get("ConfigMap", config_map)["data"]
        assert annotations[f"checksum/{config_map}"] == checksum(data)


def test_should_name_the_secrets_verbatim(aws: Release) -> None:
    annotations = aws.pod_templates["airflow-scheduler"]["metadata"]["annotations"]
    assert annotations["airflow-on-eks/secrets"] == " ".join(
        [
            "database.json=${Token[Thing.105]}",
            "fernet-key=${Token[Thing.106]}",
            "jwt-secret=${Token[Thing.107]}",
        ]
    )


def test_should_refuse_to_hash_a_token() -> None:
    with pytest.raises(ValueError, match="token"):
        checksum({"url": "https://${Token[Endpoint.1]}"})


def test_should_give_the_checksum_that_live_pods_carry() -> None:
    """Snapshots mask checksums, so only here is seen that another way to hash would roll every pod of a platform."""
    assert checksum({"b": "1", "a": ["ü", None]}) == "fc3e8c6588eeb390"


def test_should_name_a_job_by_the_checksum_of_what_it_runs(any_release: Release) -> None:
    """Under another name each Job, also a migration that is done, would run again."""
    for job in any_release.of_kind("Job"):
        spec = {"apiVersion": job["apiVersion"], "kind": job["kind"], "spec": job["spec"]}
        assert job["metadata"]["name"].endswith(f"-{checksum(spec)[:10]}")
