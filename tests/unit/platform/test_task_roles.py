"""AWS roles of tasks: made with their association in the cluster's stack, for exactly one ServiceAccount."""

import json
from typing import Any

import pytest

from tests.support.environments import aws_environment
from tests.support.platform import Templates, build
from tests.support.templates import manifests, resources

READER = "arn:aws:iam::210987654321:role/Reader"
STATEMENT = {
    "actions": ["s3:GetObject", "s3:ListBucket"],
    "resources": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    "conditions": {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
}
AIRFLOW: dict[str, Any] = {
    "worker": {"role": {"managed_policies": ["AmazonS3ReadOnlyAccess"]}},
    "task_profiles": {
        "own": {"role": {"managed_policies": ["arn:aws:iam::111122223333:policy/Own"], "statements": [STATEMENT]}},
        "elsewhere": {"role": {"target_role_arn": READER}},
        "plain": {"memory_mib": 1024},
    },
}
BIG = {"labels": {"size": "big"}, "taints": [{"key": "big", "value": "yes", "effect": "NoSchedule"}]}


@pytest.fixture(scope="module")
def templates() -> Templates:
    groups = {"workers": {}, "big": {**BIG, "instance_types": ["m7i.4xlarge"]}}
    airflow = {**AIRFLOW, "task_profiles": {**AIRFLOW["task_profiles"], "big": {"node_labels": {"size": "big"}}}}
    return build(aws_environment(airflow=airflow, cluster={"node_groups": groups, "controller": {"enabled": True}}))


@pytest.fixture(scope="module")
def without() -> Templates:
    return build(aws_environment(cluster={"controller": {"enabled": True}}))


def by_account(templates: Templates) -> dict[str, dict[str, Any]]:
    found = resources(templates["ClusterStack"], "AWS::EKS::PodIdentityAssociation").values()
    return {each["Properties"]["ServiceAccount"]: each["Properties"] for each in found}


def role_of(templates: Templates, account: str) -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the role of an account's pods."""
    (name, attribute) = by_account(templates)[account]["RoleArn"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return name, templates["ClusterStack"]["Resources"][name]["Properties"]


def statements_of(templates: Templates, account: str) -> list[dict[str, Any]]:
    name, _ = role_of(templates, account)
    return [
        statement
        for policy in resources(templates["ClusterStack"], "AWS::IAM::Policy").values()
        if {"Ref": name} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_should_give_no_task_a_role_by_default(without: Templates) -> None:
    assert not [account for account in by_account(without) if account.startswith("airflow-worker")]


def test_should_give_roles_to_exactly_the_profiles_that_have_one(templates: Templates) -> None:
    assert sorted(account for account in by_account(templates) if account.startswith("airflow-worker")) == [
        "airflow-worker",
        "airflow-worker-elsewhere",
        "airflow-worker-own",
    ]


@pytest.mark.parametrize("account", ["airflow-worker", "airflow-worker-own", "airflow-worker-elsewhere"])
def test_should_be_for_the_pods_of_one_account_of_this_cluster(templates: Templates, account: str) -> None:
    _, role = role_of(templates, account)
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    same = trust["Condition"]["StringEquals"]
    assert same["aws:RequestTag/kubernetes-service-account"] == [account]
    assert same["aws:RequestTag/kubernetes-namespace"] == "airflow"
    assert same["aws:RequestTag/eks-cluster-arn"]["Fn::GetAtt"][1] == "Arn"


def test_should_say_what_the_settings_say(templates: Templates) -> None:
    assert statements_of(templates, "airflow-worker-own") == [
        {
            "Effect": "Allow",
            "Action": STATEMENT["actions"],
            "Resource": STATEMENT["resources"],
            "Condition": {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}},
        }
    ]
    assert role_of(templates, "airflow-worker-own")[1]["ManagedPolicyArns"] == ["arn:aws:iam::111122223333:policy/Own"]
    (readers,) = role_of(templates, "airflow-worker")[1]["ManagedPolicyArns"]
    assert json.dumps(readers).endswith(':iam::aws:policy/AmazonS3ReadOnlyAccess"]]}')
    assert statements_of(templates, "airflow-worker") == []


def test_should_hand_tasks_the_target_role_and_let_the_own_take_it(templates: Templates) -> None:
    assert by_account(templates)["airflow-worker-elsewhere"]["TargetRoleArn"] == READER
    assert "TargetRoleArn" not in by_account(templates)["airflow-worker-own"]
    assert statements_of(templates, "airflow-worker-elsewhere") == [
        {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": READER}
    ]


def test_should_export_nothing_of_roles_that_come_and_go(templates: Templates, without: Templates) -> None:
    assert templates["IamStack"] == without["IamStack"]
    assert templates["ClusterStack"]["Outputs"].keys() == without["ClusterStack"]["Outputs"].keys()


def test_should_tolerate_the_taints_of_the_profiles_nodes(templates: Templates) -> None:
    configuration = [each for step in manifests(templates["AirflowStack"]).values() for each in step]
    (data,) = (each["data"] for each in configuration if each["metadata"]["name"] == "airflow-worker-pod-template")
    taint = "  - effect: NoSchedule\n    key: big\n    operator: Equal\n    value: 'yes'\n"
    assert taint in data["big.yaml"]
    assert "tolerations" not in data["plain.yaml"] + data["pod-template.yaml"]
