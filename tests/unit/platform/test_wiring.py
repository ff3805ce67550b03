"""What one stack hands another, and what a person is told: followed through the templates from end to end."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from airflow_platform.cluster.manifest import MAX_MANIFEST_BYTES
from tests.support.environments import aws_environment
from tests.support.platform import Templates, build
from tests.support.templates import MANIFEST, Template, filled, resources

SCRIPTS = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts"

UNUSUAL: dict[str, Any] = {
    "name": "unusual",
    "region": "eu-west-3",
    "availability_zones": ["eu-west-3a", "eu-west-3b"],
    "cluster": {"controller": {"enabled": True}},
    "airflow": {
        "rollout_timeout_minutes": 7,
        "image": "registry.example.com/team/airflow:7",
        "base_url": "https://airflow.example.com:8443",
        "admin": {"username": "ada", "email": "ada@example.com"},
    },
}
"""No value is a default, so that none can stand in a template by accident."""


@pytest.fixture(scope="module")
def unusual() -> Templates:
    return build(aws_environment(**UNUSUAL))


# --- What a person is told


def output(template: Template, name: str) -> str:
    return filled(template["Outputs"][name]["Value"])


def only(template: Template, type_: str) -> str:
    """The logical id of the one resource of a type."""
    (name,) = resources(template, type_)
    return name


def test_should_tell_where_and_as_whom_to_open_airflow(unusual: Templates) -> None:
    assert output(unusual["AirflowStack"], "AirflowUrl") == "https://airflow.example.com:8443"
    assert output(unusual["AirflowStack"], "AdminUser") == "ada"


def test_should_tell_which_airflow_reads_dag_files(unusual: Templates) -> None:
    images = {
        container["image"]
        for obj in objects(unusual)
        if obj["kind"] == "Deployment"
        for container in obj["spec"]["template"]["spec"]["containers"]
    }
    assert {output(unusual["AirflowStack"], "AirflowImage")} == images
    assert output(unusual["AirflowStack"], "AirflowVersion") == "3.3.2"


def test_should_tell_how_to_reach_airflow_without_an_address(unusual: Templates) -> None:
    services = {
        (obj["metadata"]["namespace"], obj["metadata"]["name"], obj["spec"]["ports"][0]["port"])
        for obj in objects(unusual)
        if obj["kind"] == "Service"
    }
    ((namespace, name, port),) = services
    assert output(unusual["AirflowStack"], "PortForwardCommand") == (
        f"kubectl --namespace {namespace} port-forward service/{name} 8080:{port}"
    )


def test_should_tell_how_to_get_into_the_cluster(unusual: Templates) -> None:
    template = unusual["ClusterStack"]
    assert output(template, "KubeconfigCommand") == (
        "aws eks update-kubeconfig --region eu-west-3 --name airflow-unusual"
    )
    machine = filled({"Ref": only(template, "AWS::EC2::Instance")})
    assert output(template, "ControllerSessionCommand") == (
        f"aws ssm start-session --region eu-west-3 --target {machine}"
    )


def test_should_tell_how_to_read_the_admins_password(unusual: Templates) -> None:
    template = unusual["DatabaseStack"]
    words = template["Outputs"]["AdminPasswordCommand"]["Value"]["Fn::Join"][1]
    assert "get-secret-value --region eu-west-3 " in words[0]
    assert words[0].endswith(" --secret-id ")
    assert "password" in template["Resources"][words[1]["Ref"]]["Properties"]["Description"]


def test_should_tell_which_file_system_holds_the_dags(unusual: Templates) -> None:
    template = unusual["StorageStack"]
    assert template["Outputs"]["FileSystemId"]["Value"] == {"Ref": only(template, "AWS::FSx::FileSystem")}


# --- What a manifest is given


@pytest.mark.parametrize("minutes", [2, 7, 13])
def test_should_give_each_step_the_time_of_the_settings(minutes: int, unusual: Templates) -> None:
    settings = {**UNUSUAL, "airflow": {"rollout_timeout_minutes": minutes}}
    templates = unusual if minutes == 7 else build(aws_environment(**settings))
    found = resources(templates["AirflowStack"], MANIFEST).values()
    assert {resource["Properties"]["TimeoutSeconds"] for resource in found} == {minutes * 60}


def test_should_leave_a_fifth_of_the_largest_manifest_free(templates: Templates) -> None:
    # A chart that grows to the limit stops a deployment at synth, and airflow.config is a user's own.
    sizes = {
        step: len(json.dumps(resource["Properties"]["Manifest"]))
        for step, resource in resources(templates["AirflowStack"], MANIFEST).items()
    }
    assert max(sizes.values()) < 0.8 * MAX_MANIFEST_BYTES, sizes


# --- Which secret is which


def exported(templates: Templates, name: str) -> str:
    """The logical id of what a stack exports under a name."""
    (value,) = (
        output["Value"]
        for template in templates.values()
        for output in template.get("Outputs", {}).values()
        if output.get("Export", {}).get("Name") == name
    )
    return str(value["Ref"])


def described(value: Any, templates: Templates) -> str:
    """A manifest's text in which the description of each secret stands for its ARN."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(described(part, templates) for part in parts)
    resource = templates["DatabaseStack"]["Resources"].get(exported(templates, value.get("Fn::ImportValue", "")), {})
    return str(resource["Properties"]["Description"]) if "Secret" in resource.get("Type", "") else filled(value)


@pytest.fixture(scope="module")
def of_secrets(unusual: Templates) -> list[dict[str, Any]]:
    """The Kubernetes objects of all manifests that name a secret."""
    return [
        obj
        for resource in resources(unusual["AirflowStack"], MANIFEST).values()
        if "ExportsOutputRefSecrets" in json.dumps(resource)
        for obj in json.loads(described(resource["Properties"]["Manifest"], unusual))
    ]


def objects(templates: Templates) -> list[dict[str, Any]]:
    return [
        obj
        for resource in resources(templates["AirflowStack"], MANIFEST).values()
        for obj in json.loads(filled(resource["Properties"]["Manifest"]))
    ]


@pytest.fixture(scope="module")
def files(of_secrets: list[dict[str, Any]]) -> dict[str, str]:
    """File that pods find -> description of the secret in AWS that is in it."""
    return {
        secret["objectAlias"]: secret["objectName"]
        for obj in of_secrets
        if obj["kind"] == "SecretProviderClass"
        for secret in json.loads(obj["spec"]["parameters"]["objects"])
    }


MEANT = {
    "AIRFLOW__CORE__FERNET_KEY_CMD": "Fernet key",
    "AIRFLOW__API_AUTH__JWT_SECRET_CMD": "JWT secret",
    "AIRFLOW__API__SECRET_KEY_CMD": "API secret key",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD": "metadata database",
}
"""Option that Airflow reads by a command -> words in the description of the secret that it is about."""


def commands(of_secrets: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Option -> the commands that containers of any pod have for it."""
    found: dict[str, set[str]] = {}
    for obj in of_secrets:
        for container in obj["spec"].get("template", {}).get("spec", {}).get("containers", ()) if "spec" in obj else ():
            for variable in container["env"]:
                if variable["name"].endswith("_CMD"):
                    found.setdefault(variable["name"], set()).add(variable["value"])
    return found


@pytest.mark.parametrize("option", MEANT)
def test_should_read_each_option_from_the_secret_that_was_made_for_it(
    option: str, files: dict[str, str], of_secrets: list[dict[str, Any]], tmp_path: Path
) -> None:
    # The files as the driver would mount them, with what a secret is in place of its value.
    for name, description in files.items():
        content = dict.fromkeys(("username", "password", "host", "port", "dbname"), description.replace(" ", "_"))
        (tmp_path / name).write_text(json.dumps(content) if name.endswith(".json") else description)
    (command,) = commands(of_secrets)[option]
    python, *arguments = command.split()
    assert python == "python"

    result = subprocess.run(
        [sys.executable, *(each.replace("/opt/airflow/platform", str(SCRIPTS)) for each in arguments)],
        env={"AIRFLOW_SECRETS_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert MEANT[option] in result.stdout.replace("_", " ")


def test_should_read_every_secret_option_by_a_command_of_its_own(of_secrets: list[dict[str, Any]]) -> None:
    found = commands(of_secrets)
    assert found.keys() == MEANT.keys()
    assert all(len(each) == 1 for each in found.values())
    assert len({command for each in found.values() for command in each}) == len(found)


def test_should_make_the_first_user_with_the_admins_password(
    files: dict[str, str], of_secrets: list[dict[str, Any]]
) -> None:
    ((arguments, mounts),) = (
        (container["args"], container["volumeMounts"])
        for obj in of_secrets
        if obj["kind"] == "Job"
        for container in obj["spec"]["template"]["spec"]["containers"]
        if "--password-file" in container["args"]
    )
    directory, _, file = arguments[arguments.index("--password-file") + 1].rpartition("/")
    assert "first password" in files[file]
    assert directory in {mount["mountPath"] for mount in mounts}
    assert arguments[arguments.index("--username") + 1] == "ada"
    assert arguments[arguments.index("--email") + 1] == "ada@example.com"


def test_should_put_five_different_secrets_into_five_files(files: dict[str, str]) -> None:
    assert len(files) == len(set(files.values())) == 5


def test_should_name_the_same_secrets_to_whoever_has_to_start_anew(
    files: dict[str, str], of_secrets: list[dict[str, Any]]
) -> None:
    told = {
        annotations["airflow-on-eks/secrets"]
        for obj in of_secrets
        for holder in (obj, obj.get("spec", {}).get("template", {}))
        if "airflow-on-eks/secrets" in (annotations := holder.get("metadata", {}).get("annotations", {}))
    }
    named = {name for name in files for each in told if f"{name}=" in each}
    assert named == set(files)
    for each in told:
        for name, description in files.items():
            assert (f"{name}=" in each) is (f"{name}={description}" in each)


def test_should_give_the_database_the_password_that_airflow_reads(unusual: Templates) -> None:
    template = unusual["DatabaseStack"]
    ((_, instance),) = resources(template, "AWS::RDS::DBInstance").items()
    secret = instance["Properties"]["MasterUserPassword"]["Fn::Join"][1][1]["Ref"]
    assert "metadata database" in template["Resources"][secret]["Properties"]["Description"]
    (attachment,) = resources(template, "AWS::SecretsManager::SecretTargetAttachment").values()
    assert attachment["Properties"]["SecretId"] == {"Ref": secret}
