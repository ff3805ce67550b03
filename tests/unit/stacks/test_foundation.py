"""How network, IAM, storage and database stacks stand together."""

from typing import Any

import pytest

from k8s.airflow.secret_readers import secret_readers
from settings.facts.secrets import SECRETS
from stacks.base import PlatformStack
from tests.support.environments import aws_environment
from tests.support.synth import cdk_app
from tests.support.templates import resources
from tests.unit.stacks.conftest import Templates, foundation, templates_of


def stacks(**settings: Any) -> dict[str, PlatformStack]:
    """The stacks by construct id, synthesized: references become dependencies only then."""
    app = cdk_app()
    made = {stack.node.id: stack for stack in foundation(app, aws_environment(**settings))}
    app.synth()
    return made


def properties(template: dict[str, Any], type_: str) -> dict[str, Any]:
    ((_, resource),) = resources(template, type_).items()
    return dict(resource["Properties"])


def imported(value: dict[str, str], templates: Templates) -> str:
    """The logical id of the NetworkStack or IamStack resource that an imported value belongs to."""
    (output,) = (
        output["Value"]
        for template in templates.values()
        for output in template.get("Outputs", {}).values()
        if output.get("Export", {}).get("Name") == value["Fn::ImportValue"]
    )
    return str(output["Ref"] if "Ref" in output else output["Fn::GetAtt"][0])


@pytest.fixture(scope="module")
def templates() -> Templates:
    return templates_of(aws_environment())


def test_should_carry_the_environment_in_the_physical_names() -> None:
    assert {construct_id: stack.stack_name for construct_id, stack in stacks(name="qa").items()} == {
        "NetworkStack": "airflow-qa-network",
        "IamStack": "airflow-qa-iam",
        "StorageStack": "airflow-qa-storage",
        "DatabaseStack": "airflow-qa-database",
    }


def test_should_deploy_into_the_account_of_the_credentials_unless_one_is_named() -> None:
    for stack in stacks().values():
        assert stack.environment == "aws://unknown-account/eu-central-1"
    for stack in stacks(account="111122223333").values():
        assert stack.environment == "aws://111122223333/eu-central-1"


def test_should_put_the_environments_tags_on_every_stack() -> None:
    for stack in stacks(tags={"team": "data"}).values():
        assert stack.tags.tag_values() == {"team": "data"}


def test_should_let_destroy_work() -> None:
    assert not [stack for stack in stacks(retain_data=True).values() if stack.termination_protection]


@pytest.mark.parametrize("customer_managed_key", [False, True])
def test_should_depend_on_network_and_iam_only(customer_managed_key: bool) -> None:
    """A key would make reader role and secret need each other, if the permission stood in the role's stack."""
    keys = {"customer_managed_key": customer_managed_key}
    found = {
        name: {earlier.node.id for earlier in stack.dependencies}
        for name, stack in stacks(storage=keys, database=keys).items()
    }
    assert found == {
        "NetworkStack": set(),
        "IamStack": set(),
        "StorageStack": {"NetworkStack"},
        "DatabaseStack": {"NetworkStack", "IamStack"},
    }


@pytest.mark.parametrize(("zone", "subnet"), [(None, "PrivateSubnet1"), ("eu-central-1b", "PrivateSubnet2")])
def test_should_put_the_file_system_into_the_private_subnet_of_its_zone(zone: str | None, subnet: str) -> None:
    templates = templates_of(aws_environment(storage={"availability_zone": zone}))
    file_system = properties(templates["StorageStack"], "AWS::FSx::FileSystem")
    (subnet_id,) = file_system["SubnetIds"]
    (group_id,) = file_system["SecurityGroupIds"]
    assert imported(subnet_id, templates).startswith(f"NetworkVpc{subnet}")
    assert imported(group_id, templates).startswith("SecurityGroupsFileSystem")


def test_should_put_the_database_into_all_private_subnets(templates: Templates) -> None:
    group = properties(templates["DatabaseStack"], "AWS::RDS::DBSubnetGroup")
    found = [imported(subnet_id, templates) for subnet_id in group["SubnetIds"]]
    assert [name[: len("NetworkVpcPrivateSubnet1")] for name in found] == [
        "NetworkVpcPrivateSubnet1",
        "NetworkVpcPrivateSubnet2",
    ]
    (group_id,) = properties(templates["DatabaseStack"], "AWS::RDS::DBInstance")["VPCSecurityGroups"]
    assert imported(group_id, templates).startswith("SecurityGroupsDatabase")


def test_should_attach_the_secret_policies_to_the_reader_roles(templates: Templates) -> None:
    found = {}
    for name, policy in resources(templates["DatabaseStack"], "AWS::IAM::Policy").items():
        (role,) = policy["Properties"]["Roles"]
        found[name[:-8]] = imported(role, templates)[:-8]
    assert found == {
        f"Secrets{reader}Policy": f"RolesSecretReaders{reader}"
        for reader in ("ApiServer", "Scheduler", "DagProcessor", "Triggerer", "Migration", "AdminUser", "CleanMetadata")
    }


def test_should_give_every_reader_of_secrets_a_role_that_nobody_else_can_take(templates: Templates) -> None:
    trusted = {
        name[:-8].removeprefix("RolesSecretReaders"): role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0][
            "Condition"
        ]["StringEquals"]["aws:RequestTag/kubernetes-service-account"]
        for name, role in resources(templates["IamStack"], "AWS::IAM::Role").items()
        if name.startswith("RolesSecretReaders")
    }
    assert trusted == {reader.id: [reader.account] for reader in secret_readers()}


def test_should_let_each_role_read_the_secrets_of_its_row_only(templates: Templates) -> None:
    made = resources(templates["DatabaseStack"], "AWS::SecretsManager::Secret")
    keys = {name: row.key for name in made for row in SECRETS if name[:-8] == f"Secrets{row.id}"}
    readable = {}
    for name, policy in resources(templates["DatabaseStack"], "AWS::IAM::Policy").items():
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        named = statement["Resource"]
        arns = named if isinstance(named, list) else [named]
        readable[name[:-8]] = {keys[each["Ref"]] for each in arns}
    assert readable == {f"Secrets{reader.id}Policy": set(reader.secrets) for reader in secret_readers()}


@pytest.mark.parametrize("enabled", [True, False])
def test_should_make_and_export_the_controller_role_with_and_without_a_controller(enabled: bool) -> None:
    template = templates_of(aws_environment(cluster={"controller": {"enabled": enabled}}))["IamStack"]
    assert [name for name in resources(template, "AWS::IAM::Role") if "Controller" in name]
    assert len([name for name in template["Outputs"] if "RolesController" in name]) == 2


def test_should_encrypt_database_and_secrets_with_one_key(templates: Templates) -> None:
    assert not resources(templates["DatabaseStack"], "AWS::KMS::Key")
    template = templates_of(aws_environment(database={"customer_managed_key": True}))["DatabaseStack"]
    ((key_id, key),) = resources(template, "AWS::KMS::Key").items()
    assert key["Properties"]["EnableKeyRotation"] is True
    encrypted = {
        **resources(template, "AWS::RDS::DBInstance"),
        **resources(template, "AWS::SecretsManager::Secret"),
    }
    assert len(encrypted) == 6
    for resource in encrypted.values():
        assert resource["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
