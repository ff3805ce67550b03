"""The Migration chart."""

from dataclasses import replace

import pytest

from k8s.bindings import GeneratedSecrets, SecretsManagerSecrets
from k8s.rendered import Json, Release
from tests.support.names import DEPLOYMENTS as COMPONENTS
from tests.unit.k8s.conftest import token


def job(release: Release, name: str) -> Json:
    found: Json = release.get("Job", name)["spec"]
    return found


def test_should_migrate_and_accept_a_newer_schema(any_release: Release) -> None:
    (container,) = job(any_release, "airflow-migration")["template"]["spec"]["containers"]
    assert container["args"] == ["python", "/opt/airflow/schema/schema_version.py", "migrate"]


def test_should_try_a_migration_again_that_met_another(any_release: Release) -> None:
    assert job(any_release, "airflow-migration")["backoffLimit"] == 5


@pytest.mark.parametrize("name", ["airflow-migration", "airflow-admin-user"])
def test_should_end_some_time(any_release: Release, name: str) -> None:
    spec = job(any_release, name)
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    # Longer than a deployment waits: a long migration is not cut off, and finds itself done at the next try.
    assert spec["activeDeadlineSeconds"] > 13 * 60


def test_should_make_the_first_user_once_the_schema_is_there(any_release: Release) -> None:
    spec = job(any_release, "airflow-admin-user")["template"]["spec"]
    (wait,) = spec["initContainers"]
    assert wait["args"][:3] == ["python", "/opt/airflow/schema/schema_version.py", "wait"]


def test_should_keep_the_password_out_of_arguments_and_environment(any_release: Release) -> None:
    spec = job(any_release, "airflow-admin-user")["template"]["spec"]
    (container,) = spec["containers"]
    assert container["args"] == [
        "python",
        "/opt/airflow/platform/admin_user.py",
        "--password-file",
        "/opt/airflow/secrets/admin-password",
        "--username",
        "admin",
        "--email",
        "admin@example.com",
    ]
    assert [each["name"] for each in container["env"]] == ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD"]


def test_should_show_the_password_to_that_job_only(any_release: Release) -> None:
    holders = [
        name
        for name, template in any_release.pod_templates.items()
        if any("airflow-admin-user" in str(volume) for volume in template["spec"]["volumes"])
    ]
    assert holders == ["airflow-admin-user"]


def test_should_hold_no_token_in_a_job(aws: Release) -> None:
    # Its template is immutable and its name must follow it.
    for job in aws.of_kind("Job"):
        assert "${Token[" not in str(job["spec"])
        assert "${Token[" not in job["metadata"]["name"]


def test_should_tell_on_the_job_which_secrets_it_was_made_for(aws: Release) -> None:
    assert isinstance(aws.bindings.secrets, SecretsManagerSecrets)
    others = SecretsManagerSecrets(arns={**aws.bindings.secrets.arns, "database": token(999)})
    aws_other_database = Release(aws.airflow, replace(aws.bindings, secrets=others))
    for name in ("airflow-migration", "airflow-admin-user"):
        one, other = (release.get("Job", name) for release in (aws, aws_other_database))
        assert one["metadata"]["annotations"] != other["metadata"]["annotations"]
        assert one["spec"] == other["spec"]


READ_BY_ALL = {*COMPONENTS, "airflow-migration", "airflow-admin-user"}
READERS = {
    "fernet_key": set(COMPONENTS),
    "jwt_secret": {"airflow-api-server", "airflow-scheduler"},
    "api_secret_key": {"airflow-api-server", "airflow-triggerer"},
    "admin_password": {"airflow-admin-user"},
}
ONE_OTHER_SECRET = [
    *((on, secret, readers) for on in ("aws", "local") for secret, readers in READERS.items()),
    ("aws", "database", READ_BY_ALL),
    ("local", "database_password", READ_BY_ALL),
]


def told(release: Release) -> dict[str, object]:
    """Annotations of each Job, whose template can't change, and of each other workload's pods."""
    jobs = {name: release.get("Job", name)["metadata"] for name in ("airflow-migration", "airflow-admin-user")}
    pods = {name: template["metadata"] for name, template in release.pod_templates.items() if name not in jobs}
    return {name: metadata.get("annotations") for name, metadata in {**jobs, **pods}.items()}


@pytest.mark.parametrize(("on", "secret", "readers"), ONE_OTHER_SECRET)
def test_should_tell_exactly_those_who_read_it_of_another_secret(
    on: str, secret: str, readers: set[str], request: pytest.FixtureRequest
) -> None:
    usual: Release = request.getfixturevalue(on)
    secrets = usual.bindings.secrets
    if isinstance(secrets, SecretsManagerSecrets):
        secrets = SecretsManagerSecrets(arns={**secrets.arns, secret: "another"})
    else:
        secrets = GeneratedSecrets(values={**secrets.values, secret: "another"})
    other = Release(usual.airflow, replace(usual.bindings, secrets=secrets))

    before, after = told(usual), told(other)
    assert {name for name in before if before[name] != after[name]} == readers


def test_should_run_again_for_another_version_or_configuration(
    aws: Release, aws_other_version: Release, aws_other_config: Release
) -> None:
    for name in ("airflow-migration", "airflow-admin-user"):
        names = {each.get("Job", name)["metadata"]["name"] for each in (aws, aws_other_version, aws_other_config)}
        assert len(names) == 3


def test_should_not_run_again_for_another_task_pod(aws: Release, aws_other_worker: Release) -> None:
    assert aws.charts["Migration"] == aws_other_worker.charts["Migration"]
