"""What a destroy leaves behind, and how it is told."""

from operations.destroy.leftovers import Leftover, leftovers, report, stack_templates

FILE_SYSTEM = {"Type": "AWS::FSx::FileSystem", "DeletionPolicy": "RetainExceptOnCreate", "Properties": {}}
SUBNET = {"Type": "AWS::EC2::Subnet", "DeletionPolicy": "Retain", "Properties": {}}
NAT = {"Type": "AWS::EC2::NatGateway", "Properties": {}}
KEY = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Delete", "Properties": {"PendingWindowInDays": 7}}


def test_should_tell_what_holds_data_before_what_it_stands_on() -> None:
    templates = {
        "airflow-x-network": {"Resources": {"Subnet": SUBNET, "Nat": NAT}},
        "airflow-x-storage": {"Resources": {"FileSystem": FILE_SYSTEM}},
    }
    physical = {
        "airflow-x-network": {"Subnet": "subnet-1", "Nat": "nat-1"},
        "airflow-x-storage": {"FileSystem": "fs-1"},
    }
    assert leftovers(templates, physical) == [
        Leftover("airflow-x-storage", "FileSystem", "AWS::FSx::FileSystem", "fs-1"),
        Leftover("airflow-x-network", "Subnet", "AWS::EC2::Subnet", "subnet-1"),
    ]


def test_should_leave_out_what_was_never_deployed() -> None:
    assert leftovers({"airflow-x-storage": {"Resources": {"FileSystem": FILE_SYSTEM}}}, {}) == []


def test_should_name_each_resource_with_the_command_that_removes_it() -> None:
    text = report([Leftover("s", "FileSystem", "AWS::FSx::FileSystem", "fs-1")], {})
    assert "aws fsx delete-file-system --file-system-id fs-1" in text


def test_should_name_keys_that_wait_for_their_deletion() -> None:
    text = report([], {"airflow-x-cluster": {"Resources": {"SecretsKey": KEY}}})
    assert "No data is kept." in text
    assert "SecretsKey" in text


def test_should_read_templates_by_physical_stack_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "manifest.json").write_text(
        '{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties":'
        ' {"stackName": "airflow-x-storage", "templateFile": "S.json"}}, "Tree": {"type": "cdk:tree"}}}'
    )
    (tmp_path / "S.json").write_text('{"Resources": {}}')
    assert stack_templates(tmp_path) == {"airflow-x-storage": {"Resources": {}}}
