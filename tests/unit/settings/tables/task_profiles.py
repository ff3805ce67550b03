"""Task profiles, and the AWS roles of tasks."""

from typing import Any

from tests.unit.settings.cases import Bad, Changes

S3 = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::bucket/*"]}
ROLE_ARN = "arn:aws:iam::210987654321:role/data/Reader"
PROFILE = "airflow task_profiles large"
AT = "airflow.task_profiles.large"


def profile(**fields: Any) -> Changes:
    return {PROFILE: fields}


def role(**fields: Any) -> Changes:
    return {PROFILE: {"role": fields}}


def statement(actions: list[str], resources: list[str]) -> Changes:
    return role(statements=[{"actions": actions, "resources": resources}])


BAD = [
    Bad("profiles_have_nodes", profile(node_labels={"team": "none"}), f"{AT}.node_labels", '"team": "none"'),
    Bad(
        "profiles_have_nodes",
        profile(node_labels={"eks.amazonaws.com/capacityType": "SPOT"}),
        f"{AT}.node_labels",
        "SPOT",
    ),
    Bad("profiles_have_nodes", profile(node_labels={"kubernetes.io/arch": "arm64"}), f"{AT}.node_labels", "arm64"),
    Bad("profiles_fit_on_a_node", profile(memory_mib=8192), AT, "8192 MiB"),
    Bad("profiles_fit_on_a_node", profile(cpu_millicores=2000), AT, "2000 millicores"),
    Bad("profiles_fit_on_a_node", profile(ephemeral_storage_gib=50), f"{AT}.ephemeral_storage_gib", "50"),
    Bad("roles_give_something", role(), f"{AT}.role", "{}"),
    Bad("roles_give_something", {"airflow worker": {"role": {}}}, "airflow.worker.role", "{}"),
    Bad(
        "roles_give_something", role(target_role_arn=ROLE_ARN, statements=[S3]), f"{AT}.role.target_role_arn", "Reader"
    ),
    *(
        Bad("roles_are_no_administrators", role(managed_policies=[policy]), f"{AT}.role.managed_policies[0]", policy)
        for policy in (
            "AdministratorAccess",
            "IAMFullAccess",
            "arn:aws:iam::aws:policy/PowerUserAccess",
            "AdministratorAccess-Amplify",
        )
    ),
    Bad(
        "managed_policies_are_named_once",
        role(managed_policies=["AmazonS3ReadOnlyAccess", "AmazonS3ReadOnlyAccess"]),
        f"{AT}.role.managed_policies[1]",
        "AmazonS3ReadOnlyAccess",
    ),
    *(
        Bad("statements_give_no_rights_away", statement([action], ["*"]), f"{AT}.role.statements[0].actions[0]", action)
        for action in ("iam:*", "iam:Put*", "sts:*", "organizations:*", "account:?et")
    ),
    *(
        Bad(
            "statements_name_the_roles_that_tasks_take",
            statement([action], [resource]),
            f"{AT}.role.statements[0].resources[0]",
            resource,
        )
        for action, resource in (
            ("sts:AssumeRole", "*"),
            ("sts:assumerole", "arn:aws:iam::*:role/Reader"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/*"),
        )
    ),
    Bad(
        "statements_are_not_too_long",
        role(statements=[{**S3, "resources": [f"arn:aws:s3:::{'b' * 190}{n}/*" for n in range(60)]}]),
        f"{AT}.role.statements",
        "characters",
    ),
    Bad(
        "task_roles_are_of_the_regions_partition",
        role(target_role_arn="arn:aws-cn:iam::210987654321:role/Reader"),
        f"{AT}.role.target_role_arn",
        "aws-cn",
    ),
    Bad(
        "task_roles_are_of_the_regions_partition",
        statement(["s3:GetObject"], ["arn:aws-us-gov:s3:::bucket/*"]),
        f"{AT}.role.statements[0].resources[0]",
        "aws-us-gov",
    ),
    Bad(
        "task_roles_are_of_the_regions_partition",
        role(managed_policies=["arn:aws-cn:iam::aws:policy/AmazonS3ReadOnlyAccess"]),
        f"{AT}.role.managed_policies[0]",
        "aws-cn",
    ),
]

BIG = {"instance_types": ["m7i.4xlarge"], "labels": {"size": "big"}, "taints": [{"key": "big", "effect": "NoSchedule"}]}

GOOD: list[Changes] = [
    profile(),
    profile(cpu_millicores=500, memory_mib=2048, ephemeral_storage_gib=20, image="registry.example.com/dbt:1"),
    {"cluster node_groups big": BIG, PROFILE: {"memory_mib": 40_000, "node_labels": {"size": "big"}}},
    profile(
        node_labels={
            "eks.amazonaws.com/capacityType": "ON_DEMAND",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": "us-east-1a",
            "node.kubernetes.io/instance-type": "m7i.large",
        }
    ),
    role(managed_policies=["AmazonS3ReadOnlyAccess", "service-role/AWSGlueServiceRole"]),
    role(managed_policies=["arn:aws:iam::123456789012:policy/team/Readers"], statements=[S3]),
    role(statements=[{**S3, "conditions": {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:userid": ["a", "b"]}}}]),
    role(target_role_arn=ROLE_ARN),
    statement(["sts:AssumeRole", "sts:TagSession"], [ROLE_ARN]),
    statement(["s3:*"], ["*"]),
    {"airflow worker": {"role": {"statements": [S3]}}},
]

BAD_LOCAL = [
    Bad("roles_are_for_aws", {"airflow worker": {"role": {"statements": [S3]}}}, "airflow.worker.role", "statements"),
    Bad("roles_are_for_aws", role(target_role_arn=ROLE_ARN), f"{AT}.role", "target_role_arn"),
]
