"""The login by a provider, as the API server's pods get it: settings as data, code beside them, the client secret."""

import json
from pathlib import Path

from cdk8s_plus_28 import k8s as kube

from k8s.airflow.pods import paths
from settings.model.airflow import AirflowSettings

FOLDER = Path(__file__).parents[1] / "login"
MODULES = ("login_claims", "platform_login")
"""Of the folder, for Airflow to import."""

VOLUME = "login"
SECRET_FILE = "client-secret"  # noqa: S105 a file's name, and the key in a Kubernetes Secret
SECRET_FILE_ON_AWS = "login-client-secret"  # noqa: S105 a file's name, beside the platform's own secrets


def files(airflow: AirflowSettings) -> dict[str, str]:
    """Files of the platform's ConfigMap; none if nobody logs in at a provider."""
    if not airflow.login.is_on:
        return {}
    code = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.py"))}
    return {**code, "login.json": json.dumps(_data(airflow), indent=1, sort_keys=True) + "\n"}


def options(airflow: AirflowSettings) -> dict[str, str]:
    """Options of the API server alone: nobody logs in anywhere else, and nothing else has the client secret."""
    if not airflow.login.is_on:
        return {}
    return {
        "core.auth_manager": "platform_login.LoginFabAuthManager",
        "fab.config_file": f"{paths.PLATFORM_FILES}/webserver_config.py",
    }


def environment(airflow: AirflowSettings) -> dict[str, str]:
    """Where webserver_config.py finds the client secret."""
    if not airflow.login.is_on:
        return {}
    on_aws = airflow.login.client_secret_arn is not None
    file = f"{paths.SECRETS}/{SECRET_FILE_ON_AWS}" if on_aws else f"{paths.LOGIN}/{SECRET_FILE}"
    return {"AIRFLOW_LOGIN_CLIENT_SECRET_FILE": file}


def modules(airflow: AirflowSettings) -> tuple[str, ...]:
    """Of the platform's files, for Airflow to import."""
    return MODULES if airflow.login.is_on else ()


def volumes(airflow: AirflowSettings) -> list[kube.Volume]:
    """The client secret, where it does not come with the platform's own secrets."""
    if airflow.login.client_secret_name is None:
        return []
    secret = kube.SecretVolumeSource(secret_name=airflow.login.client_secret_name)
    return [kube.Volume(name=VOLUME, secret=secret)]


def mounts(airflow: AirflowSettings) -> list[kube.VolumeMount]:
    """Where `volumes` stand."""
    return [kube.VolumeMount(name=each.name, mount_path=paths.LOGIN, read_only=True) for each in volumes(airflow)]


def secret_files(airflow: AirflowSettings) -> dict[str, str]:
    """File -> ARN: what the pods find beside the platform's own secrets."""
    arn = airflow.login.client_secret_arn
    return {SECRET_FILE_ON_AWS: arn} if arn else {}


def _data(airflow: AirflowSettings) -> dict[str, object]:
    login, administrator = airflow.login, airflow.admin.username
    return {
        "issuer": login.issuer,
        "client_id": login.client_id,
        "name": login.name,
        "scopes": login.scopes,
        "username_claim": login.username_claim,
        "group_claims": login.group_claims,
        "roles": login.roles,
        "default_role": login.default_role,
        "administrator": administrator if login.administrator else None,
        "service_users": login.service_users,
        # Whoever the provider calls so is another person.
        "reserved_names": [administrator, *login.service_users],
    }
