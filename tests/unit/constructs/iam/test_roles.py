"""The roles: who may take them on, and what they may do."""

from typing import Any

import pytest
from aws_cdk import Stack

from airflow_platform.iam.roles import Roles
from tests.support.synth import stack_with
from tests.support.templates import resources

CLUSTER_ARN = "arn:aws:eks:eu-central-1:111122223333:cluster/airflow-test"


def roles(pull_through_prefix: str | None = None) -> dict[str, Any]:
    def build(stack: Stack) -> None:
        Roles(
            stack,
            "Roles",
            cluster_name="airflow-test",
            airflow_namespace="airflow",
            pull_through_prefix=pull_through_prefix,
            secret_readers={"Scheduler": "airflow-scheduler", "AdminUser": "airflow-admin-user"},
        )

    return stack_with(build)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return roles()


def role(template: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (
        role["Properties"]
        for logical_id, role in resources(template, "AWS::IAM::Role").items()
        if logical_id.startswith(f"Roles{name}")
    )
    return dict(found)


def trust(template: dict[str, Any], name: str) -> dict[str, Any]:
    (statement,) = role(template, name)["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def managed_policies(template: dict[str, Any], name: str) -> set[str]:
    return {arn["Fn::Join"][1][-1].rpartition("/")[2] for arn in role(template, name).get("ManagedPolicyArns", [])}


def statements(template: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The statements of a role's own policy, by Sid."""
    return {
        statement["Sid"]: statement
        for logical_id, policy in resources(template, "AWS::IAM::Policy").items()
        if logical_id.startswith(f"Roles{name}")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def flat(arn: Any) -> str:
    """An ARN of a template with `aws` for its partition."""
    return arn if isinstance(arn, str) else "".join("aws" if isinstance(p, dict) else p for p in arn["Fn::Join"][1])


@pytest.mark.parametrize(
    ("name", "service", "policies"),
    [
        ("Cluster", "eks.amazonaws.com", {"AmazonEKSClusterPolicy"}),
        (
            "Worker",
            "ec2.amazonaws.com",
            {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"},
        ),
        ("Controller", "ec2.amazonaws.com", {"AmazonSSMManagedInstanceCore"}),
    ],
)
def test_should_give_aws_services_exactly_these_managed_policies(
    template: dict[str, Any], name: str, service: str, policies: set[str]
) -> None:
    assert trust(template, name)["Principal"] == {"Service": service}
    assert managed_policies(template, name) == policies


@pytest.mark.parametrize("name", ["Cluster", "Worker", "SecretReadersScheduler", "SecretReadersAdminUser"])
def test_should_give_no_permission_of_our_own_here(template: dict[str, Any], name: str) -> None:
    """A permission on a concrete resource is a policy in that resource's stack."""
    assert statements(template, name) == {}


@pytest.mark.parametrize(
    ("name", "namespace", "service_accounts"),
    [
        ("FsxCsiDriver", "kube-system", ["fsx-csi-controller-sa"]),
        ("SecretReadersScheduler", "airflow", ["airflow-scheduler"]),
        ("SecretReadersAdminUser", "airflow", ["airflow-admin-user"]),
    ],
)
def test_should_trust_only_the_pods_of_a_service_account_of_this_cluster(
    template: dict[str, Any], name: str, namespace: str, service_accounts: list[str]
) -> None:
    statement = trust(template, name)
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:RequestTag/eks-cluster-arn": CLUSTER_ARN,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": service_accounts,
        }
    }
    assert managed_policies(template, name) == set()


def test_should_let_the_fsx_driver_do_exactly_this(template: dict[str, Any]) -> None:
    found = {
        sid: {key: value for key, value in statement.items() if key not in ("Sid", "Resource")}
        for sid, statement in statements(template, "FsxCsiDriver").items()
    }
    assert found == {
        "Look": {"Effect": "Allow", "Action": "fsx:DescribeFileSystems"},
        "Make": {
            "Effect": "Allow",
            "Action": ["fsx:CreateFileSystem", "fsx:TagResource"],
            "Condition": {"Null": {"aws:RequestTag/CSIVolumeName": "false"}},
        },
        "NeverTagWhatExists": {"Effect": "Deny", "Action": ["fsx:TagResource", "fsx:UntagResource"]},
        "Remove": {
            "Effect": "Allow",
            "Action": "fsx:DeleteFileSystem",
            "Condition": {"Null": {"aws:ResourceTag/CSIVolumeName": "false"}},
        },
        "MakeServiceLinkedRoles": {
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Condition": {
                "StringEquals": {"iam:AWSServiceName": ["fsx.amazonaws.com", "s3.data-source.lustre.fsx.amazonaws.com"]}
            },
        },
    }


def test_should_let_the_fsx_driver_act_on_file_systems_and_fsx_roles_only(template: dict[str, Any]) -> None:
    resources_of = {sid: s["Resource"] for sid, s in statements(template, "FsxCsiDriver").items()}
    file_systems = "arn:aws:fsx:eu-central-1:111122223333:file-system/*"
    assert flat(resources_of["Make"]) == flat(resources_of["Remove"]) == file_systems
    # A creation is checked against `file-system/*`, which this does not match: only what exists has an id.
    assert flat(resources_of["NeverTagWhatExists"]) == file_systems.replace("*", "fs-*")
    assert [flat(arn) for arn in resources_of["MakeServiceLinkedRoles"]] == [
        "arn:aws:iam::111122223333:role/aws-service-role/fsx.amazonaws.com/*",
        "arn:aws:iam::111122223333:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*",
    ]


def test_should_let_the_controller_look_at_this_cluster_only(template: dict[str, Any]) -> None:
    assert statements(template, "Controller") == {
        "Kubeconfig": {
            "Sid": "Kubeconfig",
            "Effect": "Allow",
            "Action": "eks:DescribeCluster",
            "Resource": CLUSTER_ARN,
        }
    }


def test_should_leave_role_names_to_cloudformation(template: dict[str, Any]) -> None:
    assert not [r for r in resources(template, "AWS::IAM::Role").values() if "RoleName" in r["Properties"]]


def test_should_let_nodes_fetch_images_into_the_caches_repositories_alone(template: dict[str, Any]) -> None:
    assert statements(template, "Worker") == {}
    statement = statements(roles("airflow-test"), "Worker")["PullThroughCache"]
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert statement["Resource"] == "arn:aws:ecr:eu-central-1:111122223333:repository/airflow-test/*"
