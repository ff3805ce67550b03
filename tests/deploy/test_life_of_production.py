"""A production platform, beside a development one: made, destroyed and made again with `make`'s own commands.

The tests are steps: each one takes the platform as the one before it left it.
"""

import json
import re
from pathlib import Path

import pytest
import yaml

from operations.destroy.kinds import KINDS, PARTS
from tests.deploy.rehearsal import NAMESPACE, Json, Rehearsal
from tests.support.names import STACKS

LOG_GROUP = "/aws/eks/airflow-production/cluster"
DATA = {"AWS::FSx::FileSystem": 1, "AWS::RDS::DBInstance": 1, "AWS::SecretsManager::Secret": 5}


def told(output: str) -> set[str]:
    """The physical ids of what `make destroy` says is still there."""
    _, _, report = output.partition("Still there;")
    return set(re.findall(r"^  [A-Za-z ]+ (\S+)  \(\S+ \S+\)$", report, re.MULTILINE))


def left(life: Rehearsal) -> list[Json]:
    """What stays of production's stacks."""
    return [r for r in life.aws.resources() if "-production-" in r["stack"] and r["type"] not in PARTS]


def test_should_deploy_all_stacks_side_by_side(life: Rehearsal) -> None:
    environment = life.environment("production")
    life.cdk.operation("operations.deploy", str(environment), "--yes", "--concurrency", "3")
    for stack in STACKS:
        name = f"airflow-production-{stack.removesuffix('Stack').lower()}"
        assert life.aws.stack_status(name) == "CREATE_COMPLETE"
    for component, images in life.images().items():
        assert images, f"{component} does not run"
        assert len(life.pods(component)) == 2


def test_should_protect_the_database_from_deletion_by_hand(life: Rehearsal) -> None:
    [database] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"]


def test_should_stand_beside_another_platform_in_one_account(life: Rehearsal) -> None:
    life.deploy(life.environment("dev"), stack="ClusterStack")
    assert {"airflow-dev", "airflow-production"} <= set(life.aws.client("eks").list_clusters()["clusters"])


ROWS = ["run of 2026-11-24", "connection warehouse", "user ann"]
FILES = {"/dags/a.py": "print('a DAG')", "/logs/dag_id=a/attempt=1.log": "done"}


def one(life: Rehearsal, resource_type: str, stack: str) -> str:
    """The physical id of a deployed stack's only resource of a type."""
    found = life.aws.client("cloudformation").list_stack_resources(StackName=f"airflow-production-{stack}")
    [resource] = [e for e in found["StackResourceSummaries"] if e["ResourceType"] == resource_type]
    return str(resource["PhysicalResourceId"])


def secrets(life: Rehearsal) -> Json:
    """ARN -> value of every secret of production's."""
    client = life.aws.client("secretsmanager")
    found = [r["physical_id"] for r in left(life) if r["type"] == "AWS::SecretsManager::Secret"]
    return {arn: client.get_secret_value(SecretId=arn)["SecretString"] for arn in found}


def test_should_hold_data(life: Rehearsal) -> None:
    """Which everything below must still find."""
    assert life.aws.rows(one(life, "AWS::RDS::DBInstance", "database"), ROWS[0]) == ROWS[:1]
    life.aws.rows(one(life, "AWS::RDS::DBInstance", "database"), *ROWS[1:])
    bucket, file_system = one(life, "AWS::S3::Bucket", "storage"), one(life, "AWS::FSx::FileSystem", "storage")
    for path, text in FILES.items():  # the log has left already: the destroy has nothing to wait for
        life.aws.client("s3").put_object(Bucket=bucket, Key=path[1:], Body=text.encode())
        if path.startswith("/logs/"):
            life.aws.files(file_system, path=path, text=text)
    assert life.aws.files(file_system) == FILES


def test_should_destroy_and_tell_exactly_what_stays(life: Rehearsal) -> None:
    run = life.cdk.operation("operations.destroy", str(life.folder / "production.yaml"), "--yes")
    assert life.kubernetes.get("Namespace", NAMESPACE) is None
    for stack in STACKS:
        assert life.aws.stack_status(f"airflow-production-{stack.removesuffix('Stack').lower()}") is None
    kept = left(life)
    assert {r["type"] for r in kept} <= set(KINDS), "something stays that is neither data nor its network"
    for resource_type, count in DATA.items():
        assert [r["type"] for r in kept].count(resource_type) == count
    assert told(run.output) == {r["physical_id"] for r in kept}
    assert f"Deleted log group {LOG_GROUP}" in run.output
    for resource in kept:
        assert KINDS[resource["type"]].command(resource["physical_id"], "us-east-1") in run.output


def test_should_keep_the_network_that_the_data_stands_on_and_no_more(life: Rehearsal) -> None:
    kept = {r["physical_id"]: r for r in left(life)}
    [file_system] = [r for r in kept.values() if r["type"] == "AWS::FSx::FileSystem"]
    [database] = [r for r in kept.values() if r["type"] == "AWS::RDS::DBInstance"]
    [subnet_group] = [r for r in kept.values() if r["type"] == "AWS::RDS::DBSubnetGroup"]
    subnets = {*file_system["properties"]["SubnetIds"], *subnet_group["properties"]["SubnetIds"]}
    groups = {*file_system["properties"]["SecurityGroupIds"], *database["properties"]["VPCSecurityGroups"]}
    assert {r["physical_id"] for r in kept.values() if r["type"] == "AWS::EC2::Subnet"} == subnets
    assert {r["physical_id"] for r in kept.values() if r["type"] == "AWS::EC2::SecurityGroup"} == groups
    keys = {r["physical_id"] for r in kept.values() if r["type"] == "AWS::KMS::Key"}
    assert any(key in str(file_system["properties"]["KmsKeyId"]) for key in keys)
    assert any(key in str(database["properties"]["KmsKeyId"]) for key in keys)


def adopting(life: Rehearsal) -> Path:
    """The file of production, with what `make restore` says of the set."""
    return life.environment("production", SETTINGS)


SETTINGS: Json = {}
"""What `make restore` told to write into the file."""


def test_should_make_one_backup_set_of_what_was_kept(life: Rehearsal) -> None:
    path = life.environment("production")
    run = life.cdk.operation("operations.backup", str(path))
    assert "of what the last destroy left" in run.output
    assert "Secrets: 4, by name only." in run.output
    [place] = re.findall(r"^Written: (s3://\S+/backups/airflow-production-\S+\.json)$", run.output, re.MULTILINE)
    told = life.cdk.operation("operations.restore", str(path), "--from", place)
    _, _, settings = told.output.partition("make deploy ENV=")
    SETTINGS.update(yaml.safe_load(settings.partition("\n")[2]))
    assert set(SETTINGS) == {"restore", "storage"}
    again = life.cdk.operation("operations.restore", str(adopting(life)), "--from", place)
    assert "The environment file has it all" in again.output


def test_should_come_up_from_what_was_kept_beside_it(life: Rehearsal) -> None:
    kept, values = {r["physical_id"] for r in left(life)}, secrets(life)
    # A record that is later still than what the destroy waited for.
    life.aws.client("logs").create_log_group(logGroupName=LOG_GROUP)
    run = life.cdk.operation("operations.deploy", str(adopting(life)), "--yes")
    assert f"Deleted log group {LOG_GROUP}" in run.output
    assert life.aws.stack_status("airflow-production-airflow") == "CREATE_COMPLETE"
    assert kept <= {r["physical_id"] for r in left(life)}
    assert len(life.aws.resources("AWS::RDS::DBInstance")) == 2
    assert life.aws.rows(one(life, "AWS::RDS::DBInstance", "database")) == ROWS
    assert life.aws.files(one(life, "AWS::FSx::FileSystem", "storage")) == FILES
    assert values.items() <= secrets(life).items()
    [new] = secrets(life).keys() - values.keys()
    assert json.loads(secrets(life)[new])["username"] == "airflow", "credentials alone are new"
    for component, images in life.images().items():
        assert images, f"{component} does not run"


def test_should_let_pods_read_the_secrets_that_were_kept_and_the_new_credentials(life: Rehearsal) -> None:
    database, adopted = one(life, "AWS::RDS::DBInstance", "database"), SETTINGS["restore"]["secrets"]
    [credentials] = [name for name, value in secrets(life).items() if f'"{database}.' in value]
    assert json.loads(secrets(life)[credentials])["dbname"] == "airflow"
    provided = str(life.kubernetes.objects("SecretProviderClass", NAMESPACE))
    assert credentials in provided
    for key in ("fernet_key", "jwt_secret", "api_secret_key", "admin_password"):
        assert adopted[key] in provided


def test_should_change_nothing_when_it_is_deployed_again(life: Rehearsal) -> None:
    """The database's protection, which is in no template, is no difference either."""
    run = life.cdk("diff", "--all", "--fail", environment=adopting(life))
    assert "Number of stacks with differences: 0" in run.output


def test_should_refuse_to_forget_what_it_came_up_from(life: Rehearsal) -> None:
    mark = life.aws.operations()
    refused = life.cdk.operation("operations.deploy", str(life.environment("production")), "--yes", check=False)
    assert refused.code == 1
    assert "restore.database_snapshot: can't be changed on what is deployed" in refused.output
    assert life.aws.operations() == mark


@pytest.mark.parametrize("failing", ["AWS::RDS::DBInstance", "AWS::SecretsManager::SecretTargetAttachment"])
def test_should_keep_nothing_of_a_first_deploy_that_failed(life: Rehearsal, failing: str) -> None:
    """The attachment is made when the instance exists: CloudFormation has to take the instance back."""
    life.aws.fail({failing: "ThrottlingException: Rate exceeded"})
    spare = life.environment("production", {"name": "spare"})
    run = life.deploy(spare, stack="DatabaseStack", check=False)
    life.aws.fail({})
    assert run.code != 0
    assert life.aws.stack_status("airflow-spare-database") == "ROLLBACK_COMPLETE"
    kept = [f"{r['type']} {r['logical_id']}" for r in life.aws.resources() if r["stack"] == "airflow-spare-database"]
    assert kept == [], "nothing is in it yet, nobody owns it, and it costs money"
