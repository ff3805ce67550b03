"""The loopback AWS refuses what AWS refuses: without that, a rehearsal proves little."""

import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from standins.aws.loopback import LoopbackAws
from standins.kubernetes_api import KubernetesApi
from standins.kubernetes_api.kubectl import unpack
from tests.deploy.rehearsal import TOOLS, Json

SECONDS = 30


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackAws]:
    folder = tmp_path_factory.mktemp("emulator")
    with KubernetesApi(folder / "kubernetes") as kubernetes, LoopbackAws(folder, kubernetes, unpack(TOOLS)) as running:
        yield running


def network() -> Json:
    """A VPC with two subnets and a security group that lets Lustre through."""

    def rule(direction: str, peer: str) -> Json:
        itself = {"Ref": "Group"}
        ports = {"IpProtocol": "tcp", "FromPort": 988, "ToPort": 988}
        return {"Type": f"AWS::EC2::SecurityGroup{direction}", "Properties": {"GroupId": itself, peer: itself, **ports}}

    def subnet(number: int) -> Json:
        zone = {"AvailabilityZone": f"us-east-1{'ab'[number]}", "CidrBlock": f"10.0.{number}.0/24"}
        return {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, **zone}}

    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "SubnetA": subnet(0),
        "SubnetB": subnet(1),
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "Lustre", "VpcId": {"Ref": "Vpc"}},
        },
        "In": rule("Ingress", "SourceSecurityGroupId"),
        "Out": rule("Egress", "DestinationSecurityGroupId"),
    }


def file_system(subnet: object, group: object, **lustre: object) -> Json:
    configuration = {"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125, **lustre}
    return {
        "Type": "AWS::FSx::FileSystem",
        "Properties": {
            "FileSystemType": "LUSTRE",
            "StorageCapacity": 1200,
            "SubnetIds": [subnet],
            "SecurityGroupIds": [group],
            "LustreConfiguration": configuration,
        },
    }


def make(aws: LoopbackAws, name: str, resources: Json) -> str:
    """Create a stack and give back its final status."""
    outputs = {key: {"Value": {"Ref": key}} for key in resources}
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=body)
    return settled(aws, name)


def settled(aws: LoopbackAws, name: str) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        status = aws.stack_status(name)
        if status is None or not status.endswith("IN_PROGRESS"):
            return status or "DELETE_COMPLETE"
        time.sleep(0.1)
    raise AssertionError(f"{name} is still {status}")


def change(aws: LoopbackAws, name: str, body: Json) -> str:
    """Update a stack as the CDK does, by a change set, and give back its final status."""
    cloudformation, known = aws.client("cloudformation"), {"StackName": name, "ChangeSetName": "change"}
    cloudformation.delete_change_set(**known)
    cloudformation.create_change_set(**known, TemplateBody=json.dumps(body), ChangeSetType="UPDATE")
    found = cloudformation.describe_change_set(**known)
    if found["Status"] == "FAILED":
        return str(found["StatusReason"])
    cloudformation.execute_change_set(**known)
    time.sleep(0.2)
    return settled(aws, name)


def remove(aws: LoopbackAws, name: str) -> str:
    aws.client("cloudformation").delete_stack(StackName=name)
    time.sleep(0.2)
    return settled(aws, name)


def reasons(aws: LoopbackAws, name: str) -> str:
    events = aws.stack_events(name)
    return "; ".join(e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("_FAILED"))


def exports(aws: LoopbackAws) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in aws.client("cloudformation").list_exports()["Exports"]}


def outputs(aws: LoopbackAws, name: str) -> dict[str, str]:
    [stack] = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_should_not_delete_a_network_that_a_file_system_lives_in(aws: LoopbackAws) -> None:
    assert make(aws, "ground", network()) == "CREATE_COMPLETE"
    made = outputs(aws, "ground")
    assert make(aws, "storage", {"FileSystem": file_system(made["SubnetA"], made["Group"])}) == "CREATE_COMPLETE"
    assert remove(aws, "ground") == "DELETE_FAILED"
    for thing in (made["SubnetA"], made["Group"]):
        assert f"'{thing}' has dependencies and cannot be deleted" in reasons(aws, "ground")
    assert remove(aws, "storage") == "DELETE_COMPLETE"
    assert remove(aws, "ground") == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("lustre", "why"),
    [
        ({"PerUnitStorageThroughput": 200}, "PerUnitStorageThroughput of PERSISTENT_2 on SSD must be one of"),
        ({"DeploymentType": "SCRATCH_2"}, "not supported on SCRATCH"),
        ({"ImportPath": "s3://bucket"}, "ImportPath is not supported on PERSISTENT_2"),
    ],
)
def test_should_not_make_a_file_system_that_fsx_does_not_know(aws: LoopbackAws, lustre: Json, why: str) -> None:
    name = f"invalid-{'-'.join(lustre)}"
    resources = {**network(), "FileSystem": file_system({"Ref": "SubnetA"}, {"Ref": "Group"}, **lustre)}
    resources["FileSystem"]["DependsOn"] = ["In", "Out"]
    assert make(aws, name, resources) == "ROLLBACK_COMPLETE"
    assert why in reasons(aws, name)


@pytest.mark.parametrize("missing", ["In", "Out"])
def test_should_not_make_a_file_system_that_lustre_cannot_reach(aws: LoopbackAws, missing: str) -> None:
    resources = network()
    if missing == "Out":
        # A group without egress rules of its own may send anything anywhere.
        resources["Group"]["Properties"]["SecurityGroupEgress"] = [
            {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}
        ]
    del resources[missing]
    resources["FileSystem"] = file_system({"Ref": "SubnetA"}, {"Ref": "Group"})
    resources["FileSystem"]["DependsOn"] = sorted({"In", "Out"} - {missing})
    assert make(aws, f"deaf-{missing.lower()}", resources) == "ROLLBACK_COMPLETE"
    assert "do not permit Lustre LNET network traffic on port 988" in reasons(aws, f"deaf-{missing.lower()}")


def linked(*links: tuple[str, str], **lustre: object) -> Json:
    """A file system with links from folders to prefixes of a bucket."""
    resources = {**network(), "FileSystem": file_system({"Ref": "SubnetA"}, {"Ref": "Group"}, **lustre)}
    resources["FileSystem"]["DependsOn"] = ["In", "Out"]
    resources["Bucket"] = {"Type": "AWS::S3::Bucket", "Properties": {}}
    for number, (folder, prefix) in enumerate(links):
        resources[f"Link{number}"] = {
            "Type": "AWS::FSx::DataRepositoryAssociation",
            "Properties": {
                "FileSystemId": {"Ref": "FileSystem"},
                "FileSystemPath": folder,
                "DataRepositoryPath": {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, f"/{prefix}"]]},
                "S3": {"AutoImportPolicy": {"Events": ["NEW"]}},
            },
        }
    return resources


@pytest.mark.parametrize(
    ("links", "lustre", "why"),
    [
        ([("/a", "a/"), ("/a/b", "b/")], {}, "FileSystemPath /a/b overlaps with /a"),
        ([("/a", "a/"), ("/b", "a/b/")], {}, "overlaps with"),
        ([(f"/{n}", f"{n}/") for n in range(9)], {}, "ServiceLimitExceeded: 8 data repository associations"),
        ([("/a", "a/")], {"AutomaticBackupRetentionDays": 7}, "automatic backups must be disabled"),
    ],
    ids=["folders", "places", "nine", "backups"],
)
def test_should_not_link_what_fsx_does_not_link(
    aws: LoopbackAws, request: pytest.FixtureRequest, links: list[tuple[str, str]], lustre: Json, why: str
) -> None:
    name = f"links-{request.node.callspec.id}"
    resources = linked(*links, **lustre)
    for number in range(1, len(links)):  # one after the other, so that the last one is refused
        resources[f"Link{number}"]["DependsOn"] = f"Link{number - 1}"
    assert make(aws, name, resources) == "ROLLBACK_COMPLETE"
    assert why in reasons(aws, name)


def test_should_hear_no_word_of_backups_of_a_linked_file_system(aws: LoopbackAws) -> None:
    assert make(aws, "spoken", linked(("/a", "a/"))) == "CREATE_COMPLETE"
    told = linked(("/a", "a/"), AutomaticBackupRetentionDays=0)
    assert change(aws, "spoken", {"Resources": told}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "AutomaticBackupRetentionDays can't be updated on a linked file system" in reasons(aws, "spoken")
    without = {name: each for name, each in told.items() if name != "Link0"}
    assert change(aws, "spoken", {"Resources": without}) == "UPDATE_ROLLBACK_COMPLETE", "the link goes afterwards"


def test_should_not_delete_a_bucket_that_holds_something(aws: LoopbackAws) -> None:
    assert make(aws, "full", {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}) == "CREATE_COMPLETE"
    s3, bucket = aws.client("s3"), outputs(aws, "full")["Bucket"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    assert remove(aws, "full") == "DELETE_FAILED"
    assert "BucketNotEmpty" in reasons(aws, "full")
    s3.delete_object(Bucket=bucket, Key="a")
    assert remove(aws, "full") == "DELETE_COMPLETE"


def test_should_not_make_a_subnet_outside_of_its_vpc(aws: LoopbackAws) -> None:
    resources = network()
    resources["SubnetB"]["Properties"]["CidrBlock"] = "192.168.0.0/24"
    assert make(aws, "elsewhere", resources) == "ROLLBACK_COMPLETE"
    assert "InvalidSubnet.Range" in reasons(aws, "elsewhere")


def test_should_not_start_a_machine_from_an_image_parameter_that_there_is_not(aws: LoopbackAws) -> None:
    def machine(parameter: str) -> Json:
        image = {"ImageId": f"resolve:ssm:/aws/service/ami-amazon-linux-latest/{parameter}"}
        reference = {
            "LaunchTemplateId": {"Ref": "Template"},
            "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
        }
        return {
            **network(),
            "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": image}},
            "Machine": {
                "Type": "AWS::EC2::Instance",
                "Properties": {"SubnetId": {"Ref": "SubnetA"}, "LaunchTemplate": reference},
            },
        }

    assert make(aws, "machine", machine("al2023-ami-kernel-default-arm64")) == "CREATE_COMPLETE"
    assert make(aws, "no-machine", machine("al2023-ami-kernel-defualt-arm64")) == "ROLLBACK_COMPLETE"
    assert "InvalidAMIID" in reasons(aws, "no-machine")


def test_should_not_move_a_cluster_by_two_versions_or_back(aws: LoopbackAws) -> None:
    def resources(version: str) -> Json:
        trust = {
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ]
        }
        cluster = {
            "Name": "moving",
            "Version": version,
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "ResourcesVpcConfig": {"SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]},
        }
        return {
            **network(),
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Cluster": {"Type": "AWS::EKS::Cluster", "Properties": cluster},
        }

    def move(version: str) -> str:
        body = json.dumps({"Resources": resources(version)})
        aws.client("cloudformation").update_stack(StackName="moving", TemplateBody=body)
        time.sleep(0.2)
        return settled(aws, "moving")

    assert make(aws, "moving", resources("1.34")) == "CREATE_COMPLETE"
    assert move("1.36") == "UPDATE_ROLLBACK_COMPLETE"
    assert "Unsupported Kubernetes minor version update from 1.34 to 1.36" in reasons(aws, "moving")
    assert move("1.35") == "UPDATE_COMPLETE"
    assert move("1.34") == "UPDATE_ROLLBACK_COMPLETE"


def test_should_refuse_a_resource_type_that_nobody_registered(aws: LoopbackAws) -> None:
    with pytest.raises(Exception, match="Unrecognized resource types"):
        make(aws, "unknown", {"Thing": {"Type": "AWS::EC2::NoSuchThing"}})


def test_should_not_make_a_log_group_that_exists(aws: LoopbackAws) -> None:
    aws.client("logs").create_log_group(logGroupName="/taken")
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/taken"}}
    assert make(aws, "taken", {"Group": group}) == "ROLLBACK_COMPLETE"
    assert "already exists" in reasons(aws, "taken")


def test_should_not_delete_a_protected_database(aws: LoopbackAws) -> None:
    subnets = {"DBSubnetGroupDescription": "d", "SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]}
    database = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.small",
        "AllocatedStorage": "20",
        "MasterUsername": "airflow",
        "MasterUserPassword": "not-a-secret",
        "DBSubnetGroupName": {"Ref": "Subnets"},
    }
    resources = {
        **network(),
        "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": subnets},
        "Database": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": database},
    }
    assert make(aws, "protected", resources) == "CREATE_COMPLETE"
    name, rds = outputs(aws, "protected")["Database"], aws.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=True)
    assert remove(aws, "protected") == "DELETE_FAILED"
    assert f"Cannot delete protected DB Instance {name}" in reasons(aws, "protected")
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    assert remove(aws, "protected") == "DELETE_COMPLETE"


def test_should_give_a_stack_that_is_made_again_other_names(aws: LoopbackAws) -> None:
    properties = {"Family": "postgres17", "Description": "d"}
    kept = {"Parameters": {"Type": "AWS::RDS::DBParameterGroup", "DeletionPolicy": "Retain", "Properties": properties}}
    names = set()
    for _ in range(2):
        assert make(aws, "again", kept) == "CREATE_COMPLETE"
        names.add(outputs(aws, "again")["Parameters"])
        assert remove(aws, "again") == "DELETE_COMPLETE"
    assert len(names) == 2


PARAMETERS = {"Type": "AWS::RDS::DBParameterGroup", "Properties": {"Family": "postgres17", "Description": "d"}}


def exporting(*names: str, value: object = "a", resources: Json | None = None) -> Json:
    """A template that exports some names."""
    made = {name.title(): {"Value": value, "Export": {"Name": name}} for name in names}
    return {"Resources": resources or {"Parameters": PARAMETERS}, "Outputs": made}


def importing(name: str) -> Json:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::ImportValue": name}}}


def test_should_change_exports_of_a_stack_whose_resources_stay(aws: LoopbackAws) -> None:
    assert make(aws, "exporter", {"Parameters": PARAMETERS}) == "CREATE_COMPLETE"
    assert change(aws, "exporter", exporting("one", "two")) == "UPDATE_COMPLETE"
    assert exports(aws) == {"one": "a", "two": "a"}
    assert make(aws, "importer", {"Imported": importing("one")}) == "CREATE_COMPLETE"
    assert change(aws, "exporter", exporting("one")) == "UPDATE_COMPLETE"
    assert exports(aws) == {"one": "a"}
    assert "didn't contain changes" in change(aws, "exporter", exporting("one"))


@pytest.mark.parametrize(("names", "value", "verb"), [(["other"], "a", "deleted"), (["one"], "b", "updated")])
def test_should_not_take_an_export_away_that_is_in_use(
    aws: LoopbackAws, names: list[str], value: str, verb: str
) -> None:
    """Takes the stacks as the test before left them."""
    seen = len(aws.stack_events("exporter"))
    assert change(aws, "exporter", exporting(*names, value=value)) == "UPDATE_ROLLBACK_COMPLETE"
    told = "; ".join(e.get("ResourceStatusReason", "") for e in aws.stack_events("exporter")[seen:])
    assert f"Export one cannot be {verb} as it is in use by importer" in told
    assert exports(aws) == {"one": "a"}


def test_should_take_an_export_away_that_nobody_uses_any_more(aws: LoopbackAws) -> None:
    """Takes the stacks as the tests before left them."""
    assert remove(aws, "importer") == "DELETE_COMPLETE"
    assert change(aws, "exporter", exporting("other")) == "UPDATE_COMPLETE"
    assert exports(aws) == {"other": "a"}
    assert change(aws, "exporter", exporting("other", "third")) == "UPDATE_COMPLETE"
    taken = json.dumps(exporting("third"))
    aws.client("cloudformation").create_stack(StackName="second", TemplateBody=taken)
    assert settled(aws, "second") == "ROLLBACK_COMPLETE"
    assert "Export with name third is already exported by stack exporter" in reasons(aws, "second")
    assert remove(aws, "exporter") == "DELETE_COMPLETE"
    assert exports(aws) == {}


def test_should_not_move_a_control_plane_to_other_zones(aws: LoopbackAws) -> None:
    def resources(*subnets: str) -> Json:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "*"}]}
        third = {"VpcId": {"Ref": "Vpc"}, "AvailabilityZone": "us-east-1c", "CidrBlock": "10.0.2.0/24"}
        cluster = {
            "Name": "still",
            "Version": "1.36",
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "ResourcesVpcConfig": {"SubnetIds": [{"Ref": subnet} for subnet in subnets]},
        }
        return {
            **network(),
            "SubnetC": {"Type": "AWS::EC2::Subnet", "Properties": third},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Cluster": {"Type": "AWS::EKS::Cluster", "Properties": cluster},
        }

    assert make(aws, "still", resources("SubnetA", "SubnetB")) == "CREATE_COMPLETE"
    moved = {"Resources": resources("SubnetA", "SubnetB", "SubnetC")}
    assert change(aws, "still", moved) == "UPDATE_ROLLBACK_COMPLETE"
    assert "should belong to the exact set of AZs ['us-east-1a', 'us-east-1b']" in reasons(aws, "still")


@pytest.mark.parametrize(
    ("storage", "version", "why"),
    [
        ("100", "16", "Cannot find upgrade path from 17 to 16"),
        ("90", "17", "Requested storage size is smaller"),
        ("105", "17", "at least 10%"),
        ("110", "18", None),
    ],
)
def test_should_take_a_database_forwards_only(aws: LoopbackAws, storage: str, version: str, why: str | None) -> None:
    def resources(storage: str, version: str) -> Json:
        subnets = {"DBSubnetGroupDescription": "d", "SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]}
        database = {
            "Engine": "postgres",
            "EngineVersion": version,
            "DBInstanceClass": "db.t4g.small",
            "AllocatedStorage": storage,
            "MasterUsername": "airflow",
            "MasterUserPassword": "not-a-secret",
            "DBSubnetGroupName": {"Ref": "Subnets"},
        }
        return {
            **network(),
            "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": subnets},
            "Database": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": database},
        }

    name = f"forwards-{storage}-{version}"
    assert make(aws, name, resources("100", "17")) == "CREATE_COMPLETE"
    status = change(aws, name, {"Resources": resources(storage, version)})
    assert status == ("UPDATE_ROLLBACK_COMPLETE" if why else "UPDATE_COMPLETE")
    assert (why or "") in reasons(aws, name)


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ({"PublicAccessCidrs": ["198.51.100.0/24"]}, {}, "PublicAccessCidrs"),
        ({"PublicAccessCidrs": ["198.51.100.0/24"]}, {"PublicAccessCidrs": []}, None),
        ({}, {"PublicAccessCidrs": ["198.51.100.0/24"]}, None),
        ({"EndpointPrivateAccess": True}, {}, "EndpointPrivateAccess"),
    ],
)
def test_should_not_take_silence_about_a_cluster(
    aws: LoopbackAws, before: Json, after: Json, missing: str | None
) -> None:
    def resources(endpoint: Json) -> Json:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "*"}]}
        cluster = {
            "Name": "silent",
            "Version": "1.36",
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "ResourcesVpcConfig": {"SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}], **endpoint},
        }
        return {
            **network(),
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Cluster": {"Type": "AWS::EKS::Cluster", "Properties": cluster},
        }

    assert make(aws, "silent", resources(before)) == "CREATE_COMPLETE"
    seen = len(aws.stack_events("silent"))
    status = change(aws, "silent", {"Resources": resources(after)})
    assert status == ("UPDATE_ROLLBACK_COMPLETE" if missing else "UPDATE_COMPLETE")
    told = "; ".join(e.get("ResourceStatusReason", "") for e in aws.stack_events("silent")[seen:])
    assert not missing or f'property "{missing}" missing' in told
    assert remove(aws, "silent") == "DELETE_COMPLETE"


def database(**properties: object) -> Json:
    """A database in a network of its own; None takes a property out."""
    subnets = {"DBSubnetGroupDescription": "d", "SubnetIds": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]}
    of_every = {
        "DBInstanceIdentifier": "origin",
        "Engine": "postgres",
        "EngineVersion": "17",
        "DBInstanceClass": "db.t4g.small",
        "AllocatedStorage": "20",
        "MasterUsername": "airflow",
        "MasterUserPassword": "not-a-secret",
        "StorageEncrypted": True,
        "DBSubnetGroupName": {"Ref": "Subnets"},
    }
    said = {name: value for name, value in {**of_every, **properties}.items() if value is not None}
    return {
        **network(),
        "Subnets": {"Type": "AWS::RDS::DBSubnetGroup", "Properties": subnets},
        "Database": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": said},
    }


SILENT: Json = {"MasterUsername": None, "StorageEncrypted": None, "DBInstanceIdentifier": "restored"}


@pytest.fixture(scope="module")
def snapshot(aws: LoopbackAws) -> str:
    """Of a database with a row."""
    assert make(aws, "origin", database()) == "CREATE_COMPLETE"
    assert aws.rows("origin", "a row") == ["a row"]
    aws.client("rds").create_db_snapshot(DBInstanceIdentifier="origin", DBSnapshotIdentifier="kept")
    assert aws.rows("origin", "a later row") == ["a row", "a later row"]
    return "kept"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({**SILENT, "DBSnapshotIdentifier": "none"}, "DBSnapshotNotFound"),
        ({**SILENT, "MasterUsername": "airflow"}, "MasterUsername can't be said beside a snapshot"),
        ({**SILENT, "StorageEncrypted": True}, "StorageEncrypted can't be said beside a snapshot"),
        ({**SILENT, "AllocatedStorage": "19"}, "less storage than the snapshot's"),
    ],
)
def test_should_not_restore_what_rds_does_not(aws: LoopbackAws, snapshot: str, said: Json, why: str) -> None:
    name = f"unrestored-{len(why)}"
    assert make(aws, name, database(**{"DBSnapshotIdentifier": snapshot, **said})) == "ROLLBACK_COMPLETE"
    assert why in reasons(aws, name)


def test_should_restore_what_was_there_and_make_no_other_database_of_it(aws: LoopbackAws, snapshot: str) -> None:
    restored = database(**{**SILENT, "DBSnapshotIdentifier": snapshot})
    assert make(aws, "restored", restored) == "CREATE_COMPLETE"
    assert aws.rows("restored") == ["a row"]
    [instance] = aws.client("rds").describe_db_instances(DBInstanceIdentifier="restored")["DBInstances"]
    assert (instance["MasterUsername"], instance["StorageEncrypted"]) == ("airflow", True)
    aws.client("rds").delete_db_snapshot(DBSnapshotIdentifier=snapshot)
    larger = database(**{**SILENT, "DBSnapshotIdentifier": snapshot, "AllocatedStorage": "40"})
    assert change(aws, "restored", {"Resources": larger}) == "UPDATE_COMPLETE", "the snapshot is needed no more"
    for other in (None, "another"):
        forgotten = database(**{**SILENT, "DBSnapshotIdentifier": other, "AllocatedStorage": "40"})
        assert change(aws, "restored", {"Resources": forgotten}) == "UPDATE_ROLLBACK_COMPLETE"
        assert "custom-named resource requires replacing" in reasons(aws, "restored")
    assert aws.rows("restored") == ["a row"]


def test_should_back_up_file_systems_that_are_not_linked_and_restore_them(aws: LoopbackAws) -> None:
    fsx = aws.client("fsx")
    assert make(aws, "unlinked", {**network(), "FileSystem": file_system({"Ref": "SubnetA"}, {"Ref": "Group"})}) == (
        "CREATE_COMPLETE"
    )
    made = outputs(aws, "unlinked")
    aws.files(made["FileSystem"], path="/dags/a.py", text="a DAG")
    backup = fsx.create_backup(FileSystemId=made["FileSystem"])["Backup"]["BackupId"]
    [found] = fsx.describe_backups(BackupIds=[backup])["Backups"]
    assert (found["Lifecycle"], found["FileSystem"]["StorageCapacity"]) == ("AVAILABLE", 1200)
    restored = file_system(made["SubnetA"], made["Group"])
    restored["Properties"]["BackupId"] = backup
    assert make(aws, "from-backup", {"FileSystem": restored}) == "CREATE_COMPLETE"
    assert aws.files(outputs(aws, "from-backup")["FileSystem"]) == {"/dags/a.py": "a DAG"}
    restored["Properties"]["StorageCapacity"] = 2400
    assert make(aws, "larger", {"FileSystem": restored}) == "ROLLBACK_COMPLETE"
    assert "StorageCapacity must match the backup's" in reasons(aws, "larger")
    link = {"FileSystemId": made["FileSystem"], "FileSystemPath": "/dags", "DataRepositoryPath": "s3://links/dags/"}
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "links"}},
        "Link": {"Type": "AWS::FSx::DataRepositoryAssociation", "DependsOn": "Bucket", "Properties": link},
    }
    assert make(aws, "a-link", resources) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="not supported on this file system"):
        fsx.create_backup(FileSystemId=made["FileSystem"])


def test_should_not_take_a_compliance_lock_off(aws: LoopbackAws) -> None:
    def vault(**lock: int) -> Json:
        locked = {"LockConfiguration": lock} if lock else {}
        return {"Vault": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "vault", **locked}}}

    assert make(aws, "vault", vault(MinRetentionDays=7, ChangeableForDays=3)) == "CREATE_COMPLETE"
    assert change(aws, "vault", {"Resources": vault()}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "the vault's lock is immutable" in reasons(aws, "vault")
