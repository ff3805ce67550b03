"""Destroys of platforms whose file has changed since: what is deployed counts, and what is told is what exists.

Only the database and what it stands on is deployed: a platform is destroyed as well when it is half there. The tests
are steps: each one takes the platform as the one before it left it.
"""

from pathlib import Path

import yaml

from operations.destroy.kinds import PARTS
from standins.aws.cdk import Run
from tests.deploy.rehearsal import Json, Rehearsal
from tests.deploy.test_life_of_production import told

DATABASE_STACK = "airflow-dev-database"


def existing(life: Rehearsal) -> list[Json]:
    """What exists of the platform, apart from parts of other things."""
    return [r for r in life.aws.resources() if r["stack"] != "CDKToolkit" and r["type"] not in PARTS]


def written(life: Rehearsal, retain_data: bool) -> Path:
    """The environment file with a value of retain_data."""
    return life.environment("dev", {"retain_data": retain_data})


def destroy(life: Rehearsal, environment: Path, *arguments: str, check: bool = True) -> Run:
    return life.cdk.operation("operations.destroy", str(environment), *arguments, check=check)


def refused(life: Rehearsal, environment: Path, *arguments: str) -> str:
    """The output of a destroy that must not do anything."""
    before = life.aws.operations()
    run = destroy(life, environment, *arguments, check=False)
    assert run.code == 1
    assert life.aws.operations() == before, "a refused destroy did something"
    return run.output


def test_should_not_deploy_broader_permissions_that_nobody_agreed_to(life: Rehearsal) -> None:
    before = life.aws.operations()
    run = life.cdk.operation("operations.deploy", str(written(life, False)), check=False)
    assert run.code == 1
    assert "Not deployed: permissions get broader" in run.output
    assert life.aws.operations() == before


def test_should_do_nothing_where_nothing_is_deployed(life: Rehearsal) -> None:
    run = destroy(life, written(life, False), "--yes")
    assert "Nothing of environment dev is deployed in account 000000000000, us-east-1." in run.output


def test_should_refuse_to_delete_what_the_file_keeps(life: Rehearsal) -> None:
    life.deploy(written(life, False), stack="DatabaseStack")
    output = refused(life, written(life, True), "--yes")
    assert "retain_data is true in the file, but the deployed templates delete database airflow-dev-" in output
    assert "`make deploy ENV=" in output


def test_should_do_nothing_without_a_confirmation(life: Rehearsal) -> None:
    output = refused(life, written(life, False))
    assert output.splitlines() == [
        "Refused; nothing was done: without a terminal nobody can be asked, so --yes (make: YES=1) is needed."
    ]


def test_should_refuse_to_half_destroy_what_a_protected_database_stands_on(life: Rehearsal) -> None:
    [database] = life.aws.resources("AWS::RDS::DBInstance")
    rds = life.aws.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=database["physical_id"], DeletionProtection=True)
    assert "is protected from deletion" in refused(life, written(life, False), "--yes")


def test_should_destroy_what_an_earlier_destroy_could_not(life: Rehearsal) -> None:
    assert life.destroy("DatabaseStack", check=False).code != 0
    assert life.aws.stack_status(DATABASE_STACK) == "DELETE_FAILED"
    [database] = life.aws.resources("AWS::RDS::DBInstance")
    rds = life.aws.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=database["physical_id"], DeletionProtection=False)
    run = destroy(life, written(life, False), "--yes")
    assert f"{DATABASE_STACK}  DELETE_FAILED" in run.output
    assert "Nothing of it is kept." in run.output
    assert existing(life) == []


def test_should_refuse_to_keep_what_the_file_deletes(life: Rehearsal) -> None:
    life.deploy(written(life, True), stack="DatabaseStack")
    output = refused(life, written(life, False), "--yes")
    assert "retain_data is false in the file, but the deployed templates keep database airflow-dev-" in output


def test_should_keep_what_both_keep_and_tell_it(life: Rehearsal) -> None:
    run = destroy(life, written(life, True), "--yes")
    kept = existing(life)
    assert {"AWS::RDS::DBInstance", "AWS::SecretsManager::Secret"} <= {r["type"] for r in kept}
    assert told(run.output) == {r["physical_id"] for r in kept}
    [database] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"], "nobody's stack has it any more"


KEPT: Json = {}
"""What the set names, and the key that it is encrypted with."""


def secret_values(life: Rehearsal) -> Json:
    """ARN -> value of all that the environment's stacks ever made and AWS still has."""
    client = life.aws.client("secretsmanager")
    found = [each["ARN"] for each in client.list_secrets()["SecretList"]]
    return {arn: client.get_secret_value(SecretId=arn)["SecretString"] for arn in found}


def with_key(life: Rehearsal, **changes: object) -> Path:
    """The environment file with a key for backup sets."""
    return life.environment("dev", {"retain_data": True, "backup": {"kms_key_arn": KEPT["key"]}, **changes})


def test_should_hold_all_that_was_kept_in_a_set_with_a_key(life: Rehearsal) -> None:
    [database] = life.aws.resources("AWS::RDS::DBInstance")
    life.aws.rows(database["physical_id"], "run of 2026-11-24", "connection warehouse")
    KEPT["key"] = life.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    KEPT["values"] = sorted(secret_values(life).values())
    folder = life.folder / "sets"
    run = life.cdk.operation("operations.backup", str(with_key(life)), "--to", str(folder))
    assert "Secrets: 4, with their values, encrypted." in run.output
    [KEPT["set"]] = folder.glob("*.json")
    assert not any(value in KEPT["set"].read_text() for value in KEPT["values"])


def test_should_tell_later_only_what_is_still_there(life: Rehearsal) -> None:
    secret, *others = life.aws.resources("AWS::SecretsManager::Secret")
    life.aws.client("secretsmanager").delete_secret(SecretId=secret["physical_id"])
    run = destroy(life, written(life, True), "--yes")
    assert "Nothing of environment dev is deployed" in run.output
    assert secret["physical_id"] not in told(run.output)
    assert {other["physical_id"] for other in others} <= told(run.output)


def test_should_bring_up_from_the_set_what_the_account_has_no_more(life: Rehearsal) -> None:
    client = life.aws.client("secretsmanager")
    for secret in life.aws.resources("AWS::SecretsManager::Secret"):  # the one that waits for its end, too
        client.delete_secret(SecretId=secret["physical_id"], ForceDeleteWithoutRecovery=True)
    [database] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    life.aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=database["DBInstanceIdentifier"], DeletionProtection=False
    )
    life.aws.client("rds").delete_db_instance(
        DBInstanceIdentifier=database["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )
    run = life.cdk.operation("operations.restore", str(with_key(life)), "--from", str(KEPT["set"]))
    _, _, settings = run.output.partition("make deploy ENV=")
    path = with_key(life, **yaml.safe_load(settings.partition("\n")[2]))
    life.deploy(path, stack="DatabaseStack")
    [restored] = life.aws.client("rds").describe_db_instances()["DBInstances"]
    assert life.aws.rows(restored["DBInstanceIdentifier"]) == ["run of 2026-11-24", "connection warehouse"]
    made = secret_values(life).values()
    credentials = [each for each in made if restored["DBInstanceIdentifier"] in each]
    assert len(credentials) == 1
    assert sorted(set(made) - set(credentials)) == [each for each in KEPT["values"] if "username" not in each]
    assert restored["StorageEncrypted"], "as its snapshot is"
    run = life.cdk("diff", "DatabaseStack", "--exclusively", "--fail", environment=path)
    assert "Number of stacks with differences: 0" in run.output
