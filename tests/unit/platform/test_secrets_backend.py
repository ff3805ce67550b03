"""Connections and variables from a store of AWS's: who asks it, who may, and who has a way there."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from k8s import names
from k8s.airflow.components import COMPONENTS
from settings.facts.secrets import SECRETS
from tests.support.environments import aws_environment
from tests.support.platform import Templates, build
from tests.support.templates import Template, manifests, needs, references, resources

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
STORES: dict[str, dict[str, Any]] = {
    "secrets_manager": {"service": "secrets_manager", "kms_key_arn": KEY},
    "ssm": {"service": "ssm", "connections_prefix": "/airflow/connections", "cache_seconds": 60},
}
ARN = {
    "secrets_manager": "arn:aws:secretsmanager:eu-central-1:{account}:secret:{name}-Ab12Cd",
    "ssm": "arn:aws:ssm:eu-central-1:{account}:parameter/{name}",
}
ACTIONS = {"secrets_manager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}
READERS = {
    "ApiServer": {"connections", "variables"},
    "Scheduler": {"variables"},
    "DagProcessor": {"connections", "variables"},
    "Triggerer": {"connections", "variables"},
}
"""Who asks for what, read in Airflow's sources (docs/how-to/connections.md)."""

NOT_BELOW = ("airflow/connections", "airflow/connections2/smtp", "airflow/other", "smtp", "other/airflow/connections/a")


def built(store: dict[str, Any], **network: Any) -> Templates:
    return build(aws_environment(airflow={"secrets_backend": store}, network=network))


@pytest.fixture(scope="module")
def by_service() -> dict[str, Templates]:
    return {service: built(store) for service, store in STORES.items()}


@pytest.fixture(params=STORES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def templates(service: str, by_service: dict[str, Templates]) -> Templates:
    return by_service[service]


def statements(template: Template, reader: str) -> list[dict[str, Any]]:
    """What the policy of a reader says."""
    return [
        statement
        for name, policy in resources(template, "AWS::IAM::Policy").items()
        if name.startswith(f"StoreReaders{reader}")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def may(statement: dict[str, Any], action: str, arn: str) -> bool:
    """As IAM decides: the action by its name, `*` of a resource is any text."""
    listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return statement["Action"] == action and any(fnmatchcase(arn, _text(each)) for each in listed)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "{account}" for part in value["Fn::Join"][1])


def environments(template: Template) -> Iterator[tuple[str, dict[str, str]]]:
    """(component or Job, environment) of each container, and of the task's pod."""
    for objects in manifests(template).values():
        for each in objects:
            if each["kind"] in ("Deployment", "Job"):
                pod = each["spec"]["template"]["spec"]
                for container in [*pod.get("initContainers", ()), *pod["containers"]]:
                    yield (
                        pod.get("serviceAccountName", ""),
                        {variable["name"]: variable.get("value", "") for variable in container.get("env", ())},
                    )
            elif each["kind"] == "ConfigMap":
                yield f"ConfigMap {each['metadata']['name']}", dict(each["data"])


def test_should_let_each_role_read_what_its_component_asks_for_and_nothing_else(
    service: str, templates: Templates
) -> None:
    for component in COMPONENTS:
        reading, *decrypting = statements(templates["AirflowStack"], component.id)
        for kind in ("connections", "variables"):
            arn = ARN[service].format(account="{account}", name=f"airflow/{kind}/smtp")
            assert may(reading, ACTIONS[service], arn) is (kind in READERS[component.id]), component.id
        for name in NOT_BELOW:
            assert not may(reading, ACTIONS[service], ARN[service].format(account="{account}", name=name)), name
        assert [each["Action"] for each in decrypting] == (["kms:Decrypt"] if service == "secrets_manager" else [])
        for each in decrypting:
            assert each["Resource"] == KEY
            assert each["Condition"] == {
                "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}
            }


def test_should_give_the_right_to_nobody_else_and_no_task(templates: Templates) -> None:
    policies = list(resources(templates["AirflowStack"], "AWS::IAM::Policy"))
    assert len(policies) == len(COMPONENTS)
    trusted = json.dumps(templates["IamStack"])
    assert names.WORKER not in trusted, "tasks have a role"


def test_should_have_no_secret_of_the_platforms_below_a_prefix(by_service: dict[str, Templates]) -> None:
    """CloudFormation makes their names of the logical id and letters: without a slash, they lie below no prefix."""
    secrets = resources(by_service["secrets_manager"]["DatabaseStack"], "AWS::SecretsManager::Secret")
    assert len(secrets) == len(SECRETS)
    assert [name for name, each in secrets.items() if "Name" in each["Properties"]] == []


def test_should_let_exactly_the_components_ask_and_no_job_and_no_task(service: str, templates: Templates) -> None:
    asking = {owner for owner, found in environments(templates["AirflowStack"]) if "AIRFLOW__SECRETS__BACKEND" in found}
    assert asking == {component.name for component in COMPONENTS}
    everything = json.dumps(
        [found for owner, found in environments(templates["AirflowStack"]) if owner.endswith("pod-template")]
    )
    assert "execution_api" in everything.lower()
    assert "SECRETS__BACKEND" not in everything
    assert "SECRETS_BACKEND" not in everything


def test_should_ask_below_the_prefixes_that_the_role_may_read(service: str, templates: Templates) -> None:
    slash = "/" if service == "ssm" else ""
    told = {
        owner: json.loads(found["AIRFLOW__SECRETS__BACKEND_KWARGS"])
        for owner, found in environments(templates["AirflowStack"])
        if "AIRFLOW__SECRETS__BACKEND" in found
    }
    for component in COMPONENTS:
        options = told[component.name]
        for kind in ("connections", "variables"):
            expected = f"{slash}airflow/{kind}" if kind in READERS[component.id] else None
            assert options[f"{kind}_prefix"] == expected
        assert options["config_prefix"] is None, "options of Airflow's would be looked for there"
        assert options["region_name"] == "eu-central-1"
        assert options["cache_seconds"] == (60 if service == "ssm" else 300)


def test_should_have_processes_of_authors_code_ask_the_one_that_remembers(templates: Templates) -> None:
    """By default a DAG file's process takes the store of its parent, and asks AWS at each parsing."""
    for owner, found in environments(templates["AirflowStack"]):
        if "AIRFLOW__SECRETS__BACKEND" in found:
            nothing_new = "airflow.secrets.environment_variables.EnvironmentVariablesBackend"
            assert found["AIRFLOW__WORKERS__SECRETS_BACKEND"] == nothing_new, owner


def test_should_give_the_right_before_the_pods_that_use_it(templates: Templates) -> None:
    """And take it away after them: CloudFormation deletes what a template has lost when all else is done."""
    template = templates["AirflowStack"]
    policies = set(resources(template, "AWS::IAM::Policy"))
    for component in COMPONENTS:
        (manifest,) = [name for name in template["Resources"] if name.startswith(component.id)]
        assert policies <= needs(template, manifest)


def test_should_change_no_export_and_no_other_stack(by_service: dict[str, Templates]) -> None:
    off = built({})
    for stack in ("IamStack", "ClusterStack", "DatabaseStack", "StorageStack", "NetworkStack"):
        assert by_service["ssm"][stack] == by_service["secrets_manager"][stack] == off[stack]
    assert resources(off["AirflowStack"], "AWS::IAM::Policy") == {}
    assert "SECRETS__BACKEND" not in json.dumps(off["AirflowStack"])


def test_should_bring_the_endpoint_that_a_closed_network_needs(by_service: dict[str, Templates]) -> None:
    def endpoints(templates: Templates) -> set[str]:
        return {
            each["Properties"]["ServiceName"].rpartition(".")[2]
            for each in resources(templates["NetworkStack"], "AWS::EC2::VPCEndpoint").values()
            if isinstance(each["Properties"]["ServiceName"], str)
        }

    closed = {"nat_gateways": 0, "interface_endpoints": True}
    assert {"secretsmanager", "ssm"} <= endpoints(built(STORES["ssm"], **closed))
    assert endpoints(built(STORES["secrets_manager"], **closed)) & {"secretsmanager", "ssm"} == {"secretsmanager"}
    assert endpoints(by_service["ssm"]) == set()


def test_should_refer_to_nothing_that_is_not_there(templates: Templates) -> None:
    template = templates["AirflowStack"]
    for policy in resources(template, "AWS::IAM::Policy").values():
        named = set(references(policy["Properties"]))
        assert {name for name in named if not name.startswith("AWS::")} <= set(template["Resources"])
        (role,) = policy["Properties"]["Roles"]
        assert "Fn::ImportValue" in role
