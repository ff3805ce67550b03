"""A platform whose file system is a cache of S3: links made, changed and removed, and the file system made anew.

The tests are steps: each one takes the platform as the one before it left it.
"""

from typing import Any

from standins.aws.cdk import Run
from tests.deploy.rehearsal import Json, Rehearsal
from tests.deploy.test_life_of_changes import touched

FILE_SYSTEM, LINK, BUCKET = "AWS::FSx::FileSystem", "AWS::FSx::DataRepositoryAssociation", "AWS::S3::Bucket"
STACK = "airflow-dev-storage"
FEATURES = {"path": "features", "s3": "features/"}
DAG = "print('a DAG')\n"


def run(life: Rehearsal, module: str, *arguments: str, check: bool = True, **storage: Any) -> Run:
    """One of make's own commands on the development environment with these settings of storage."""
    path = life.environment("dev", {"storage": storage})
    return life.cdk.operation(f"operations.{module}", str(path), "--yes", "--concurrency", "3", *arguments, check=check)


def of_type(life: Rehearsal, resource_type: str) -> list[Json]:
    return [each for each in life.aws.resources(resource_type) if each["stack"] == STACK]


def only(life: Rehearsal, resource_type: str) -> str:
    [found] = of_type(life, resource_type)
    return str(found["physical_id"])


def links(life: Rehearsal) -> dict[str, Json]:
    return {each["properties"]["FileSystemPath"]: each for each in of_type(life, LINK)}


def objects(life: Rehearsal) -> set[str]:
    found = life.aws.client("s3").list_objects_v2(Bucket=only(life, BUCKET)).get("Contents", ())
    return {each["Key"] for each in found}


def put(life: Rehearsal, key: str, text: str) -> None:
    life.aws.client("s3").put_object(Bucket=only(life, BUCKET), Key=key, Body=text.encode())


def look_at_exports(life: Rehearsal) -> None:
    """What is written leaves when somebody has seen that it waits (standins/aws/resources/links.py)."""
    life.aws.client("cloudwatch").list_metrics()


def test_should_link_dags_and_logs_without_a_setting(life: Rehearsal) -> None:
    run(life, "deploy")
    assert set(links(life)) == {"/dags", "/logs"}
    outputs = life.aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    told = {each["OutputKey"]: each["OutputValue"] for each in outputs}
    assert told["DataBucket"] == only(life, BUCKET)
    assert told["DagsUri"] == f"s3://{told['DataBucket']}/dags/"


def test_should_bring_a_dag_from_the_bucket_and_take_its_log_there(life: Rehearsal) -> None:
    put(life, "dags/a.py", DAG)
    file_system = only(life, FILE_SYSTEM)
    assert life.aws.files(file_system) == {"/dags/a.py": DAG}
    life.aws.files(file_system, path="/logs/dag_id=a/attempt=1.log", text="done")
    look_at_exports(life)
    assert "logs/dag_id=a/attempt=1.log" in objects(life)


def test_should_add_turn_and_remove_links_in_place(life: Rehearsal) -> None:
    put(life, "features/old.csv", "1")
    for data, policies in (
        ([FEATURES], {"AutoImportPolicy"}),
        ([{**FEATURES, "direction": "both"}], {"AutoImportPolicy", "AutoExportPolicy"}),
        ([{**FEATURES, "direction": "export"}], {"AutoExportPolicy"}),
    ):
        mark = len(life.aws.operations())
        run(life, "deploy", data=data)
        assert set(links(life)["/features"]["properties"]["S3"]) == policies
        assert touched(life.aws.operations()[mark:]) == []
        assert life.aws.files(only(life, FILE_SYSTEM))["/features/old.csv"] == "1", "it was there before the link"
    run(life, "deploy")
    assert set(links(life)) == {"/dags", "/logs"}
    assert "features/old.csv" in objects(life), "a removed link takes nothing away"


def test_should_refuse_links_that_fsx_would_refuse_half_way(life: Rehearsal) -> None:
    run(life, "deploy", data=[FEATURES])
    mark = life.aws.operations()
    for data in ([{**FEATURES, "path": "renamed"}], [{**FEATURES, "s3": "other/"}]):
        refused = run(life, "deploy", data=data, check=False)
        assert refused.code == 1
        assert "storage.data" in refused.output
        assert "The way: " in refused.output
    backups = run(life, "deploy", s3={"enabled": False}, backup_retention_days=7, check=False)
    assert "storage.backup_retention_days" in backups.output
    assert "storage.s3.enabled" in backups.output
    assert life.aws.operations() == mark


def test_should_refuse_a_new_file_system_in_a_plain_deployment(life: Rehearsal) -> None:
    mark = life.aws.operations()
    refused = run(life, "deploy", data=[FEATURES], throughput_mbps_per_tib=250, check=False)
    assert refused.code == 1
    assert "storage.throughput_mbps_per_tib" in refused.output
    assert "REPLACE_FILE_SYSTEM=1" in refused.output
    nothing = run(life, "replace", data=[FEATURES], check=False)
    assert nothing.code == 1
    assert "Nothing in the file makes a new file system" in nothing.output
    assert life.aws.operations() == mark


def test_should_replace_the_file_system_and_bring_everything_back_from_s3(life: Rehearsal) -> None:
    old, bucket = only(life, FILE_SYSTEM), only(life, BUCKET)
    before = life.aws.files(old, path="/logs/last.log", text="written a moment before")
    assert "logs/last.log" not in objects(life), "it still has to leave"
    life.aws.files(old, path="/scratch/elsewhere.txt", text="in no link")
    told = run(life, "replace", data=[FEATURES], throughput_mbps_per_tib=250)
    new = only(life, FILE_SYSTEM)
    assert new != old
    assert f"LOST: {old} is deleted" in told.output
    assert only(life, BUCKET) == bucket
    assert life.aws.files(new) == before, "DAGs, data sets and logs, the last one too; what is in no link is gone"
    volume = life.kubernetes.get("PersistentVolume", "aws-fsx-pv")
    assert volume is not None
    assert volume["spec"]["csi"]["volumeHandle"] == new
    for component, images in life.images().items():
        assert images, f"{component} does not run"


def test_should_destroy_with_the_bucket_and_all_that_is_in_it(life: Rehearsal) -> None:
    bucket = only(life, BUCKET)
    put(life, "dags/a.py", "another version")
    told = run(life, "destroy", data=[FEATURES], throughput_mbps_per_tib=250)
    assert f"Bucket {bucket} is EMPTIED, in all versions" in told.output
    assert "Nothing of it is kept." in told.output
    assert [each["type"] for each in life.aws.resources() if each["stack"].startswith("airflow-dev-")] == []
