"""The EKS control plane, and who gets in."""

import json
from typing import Any

import pytest

from settings.facts.versions import KUBERNETES_VERSIONS
from tests.support.templates import Template, needs, resources
from tests.unit.constructs.cluster.conftest import Synthesize

ADMIN = "arn:aws:iam::111122223333:role/platform-admins"
VIEWER = "arn:aws:iam::111122223333:user/viewer"


def only(template: Template, type_: str) -> tuple[str, dict[str, Any]]:
    """The one resource of a type: its logical id and its whole text."""
    (found,) = resources(template, type_).items()
    return found


def cluster(template: Template) -> dict[str, Any]:
    return dict(only(template, "AWS::EKS::Cluster")[1]["Properties"])


def access(template: Template) -> dict[str, str]:
    """Principal -> access policy, of the entries whose principal is no resource of ours."""
    return {
        entry["Properties"]["PrincipalArn"]: json.dumps(entry["Properties"]["AccessPolicies"])
        for entry in resources(template, "AWS::EKS::AccessEntry").values()
        if isinstance(entry["Properties"]["PrincipalArn"], str)
    }


def test_should_name_the_cluster_after_the_environment(template: Template) -> None:
    assert cluster(template)["Name"] == "airflow-test"


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_run_the_version_of_the_settings(version: str, synthesize: Synthesize) -> None:
    assert cluster(synthesize(cluster={"version": version}))["Version"] == version


@pytest.mark.parametrize(("setting", "expected"), [("standard", "STANDARD"), ("extended", "EXTENDED")])
def test_should_pay_for_extended_support_only_where_the_settings_say(
    setting: str, expected: str, synthesize: Synthesize
) -> None:
    properties = cluster(synthesize(cluster={"support": setting}))
    assert properties["UpgradePolicy"] == {"SupportType": expected}


def test_should_pay_for_no_extended_support_by_default(template: Template) -> None:
    assert cluster(template)["UpgradePolicy"] == {"SupportType": "STANDARD"}


def test_should_use_private_subnets_and_the_networks_security_group(template: Template) -> None:
    vpc = cluster(template)["ResourcesVpcConfig"]
    assert len(vpc["SubnetIds"]) == 2
    assert all("PrivateSubnet" in json.dumps(subnet) for subnet in vpc["SubnetIds"])
    assert ["ControlPlane" in json.dumps(group) for group in vpc["SecurityGroupIds"]] == [True]


def test_should_manage_its_own_addons_and_no_auto_mode(template: Template) -> None:
    properties = cluster(template)
    assert properties["BootstrapSelfManagedAddons"] is False
    assert properties["ComputeConfig"] == {"Enabled": False}


def test_should_let_nobody_in_but_through_access_entries(template: Template) -> None:
    assert cluster(template)["AccessConfig"] == {
        "AuthenticationMode": "API",
        "BootstrapClusterCreatorAdminPermissions": False,
    }


def test_should_take_the_config_map_mode(synthesize: Synthesize) -> None:
    properties = cluster(synthesize(cluster={"authentication_mode": "API_AND_CONFIG_MAP"}))
    assert properties["AccessConfig"]["AuthenticationMode"] == "API_AND_CONFIG_MAP"


@pytest.mark.parametrize(
    ("access", "public", "private", "ranges"),
    [
        ("public", True, False, ["0.0.0.0/0"]),
        ("private", False, True, []),
        ("public_and_private", True, True, ["0.0.0.0/0"]),
    ],
)
def test_should_open_the_endpoint_as_the_settings_say(
    access: str, public: bool, private: bool, ranges: list[str], synthesize: Synthesize
) -> None:
    vpc = cluster(synthesize(cluster={"endpoint": {"access": access}}))["ResourcesVpcConfig"]
    assert (vpc["EndpointPublicAccess"], vpc["EndpointPrivateAccess"]) == (public, private)
    assert vpc["PublicAccessCidrs"] == ranges, "CloudFormation refuses a template that is silent about them"


def test_should_limit_the_public_endpoint_and_keep_nodes_on_the_private_one(synthesize: Synthesize) -> None:
    endpoint = {"access": "public_limited", "public_cidrs": ["198.51.100.0/24"]}
    vpc = cluster(synthesize(cluster={"endpoint": endpoint}))["ResourcesVpcConfig"]
    assert vpc["PublicAccessCidrs"] == ["198.51.100.0/24"]
    assert vpc["EndpointPublicAccess"] and vpc["EndpointPrivateAccess"]


def test_should_encrypt_secrets_with_a_key_that_rotates(template: Template) -> None:
    name, key = only(template, "AWS::KMS::Key")
    assert cluster(template)["EncryptionConfig"] == [
        {"Provider": {"KeyArn": {"Fn::GetAtt": [name, "Arn"]}}, "Resources": ["secrets"]}
    ]
    assert key["Properties"]["EnableKeyRotation"] is True


def test_should_make_no_key_where_secrets_are_not_encrypted(synthesize: Synthesize) -> None:
    plain = synthesize(cluster={"secrets_encryption": False})
    assert resources(plain, "AWS::KMS::Key") == {}
    assert "EncryptionConfig" not in cluster(plain)


@pytest.mark.parametrize(
    ("retain", "policies"), [(True, ("RetainExceptOnCreate", "Retain")), (False, ("Delete", "Delete"))]
)
def test_should_keep_the_key_with_the_data_and_the_logs_never(
    retain: bool, policies: tuple[str, str], synthesize: Synthesize
) -> None:
    template = synthesize(retain_data=retain)
    _, key = only(template, "AWS::KMS::Key")
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == policies
    assert control_plane_logs(template)[1]["DeletionPolicy"] == "Delete"


def control_plane_logs(template: Template) -> tuple[str, dict[str, Any]]:
    (found,) = (
        (name, group)
        for name, group in resources(template, "AWS::Logs::LogGroup").items()
        if group["Properties"].get("LogGroupName") == "/aws/eks/airflow-test/cluster"
    )
    return found


def test_should_make_the_log_group_before_eks_would(synthesize: Synthesize) -> None:
    template = synthesize(cluster={"log_retention_days": 90})
    name, group = control_plane_logs(template)
    assert group["Properties"]["RetentionInDays"] == 90
    assert name in needs(template, only(template, "AWS::EKS::Cluster")[0])


def test_should_send_the_logs_of_the_settings(synthesize: Synthesize) -> None:
    wanted = ["audit", "controllerManager", "scheduler"]
    logging = cluster(synthesize(cluster={"control_plane_logs": wanted}))["Logging"]["ClusterLogging"]["EnabledTypes"]
    assert [entry["Type"] for entry in logging] == wanted


def test_should_give_admins_and_viewers_their_policies(synthesize: Synthesize) -> None:
    entries = access(synthesize(cluster={"access": {"admins": [ADMIN], "viewers": [VIEWER]}}))
    assert set(entries) == {ADMIN, VIEWER}
    assert "AmazonEKSClusterAdminPolicy" in entries[ADMIN]
    assert "AmazonEKSViewPolicy" in entries[VIEWER]
    assert all('"Type": "cluster"' in policies for policies in entries.values())


def test_should_keep_an_access_entry_when_another_is_put_before_it(synthesize: Synthesize) -> None:
    def ids(*admins: str) -> dict[Any, str]:
        template = synthesize(cluster={"access": {"admins": list(admins)}})
        entries = resources(template, "AWS::EKS::AccessEntry")
        return {str(entry["Properties"]["PrincipalArn"]): name for name, entry in entries.items()}

    other = "arn:aws:iam::111122223333:role/platform/admins"
    assert ids(ADMIN)[ADMIN] == ids(other, ADMIN)[ADMIN]


def test_should_make_no_lambda_function_of_cdks(template: Template) -> None:
    handlers = {function["Properties"]["Handler"] for function in resources(template, "AWS::Lambda::Function").values()}
    assert handlers == {
        "airflow_platform.handlers.manifest.index.handler",
        "airflow_platform.handlers.addon_version.index.handler",
        "airflow_platform.handlers.upgrade_gate.index.handler",
    }


def test_should_give_airflows_service_accounts_their_roles(template: Template) -> None:
    found = {
        association["Properties"]["ServiceAccount"]: json.dumps(association["Properties"]["RoleArn"])
        for association in resources(template, "AWS::EKS::PodIdentityAssociation").values()
        if association["Properties"]["Namespace"] == "airflow"
    }
    readers = {"airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"}
    assert set(found) == {*readers, "airflow-migration", "airflow-admin-user", "airflow-clean-metadata"}
    for account, role in found.items():
        own = "".join(word.capitalize() for word in account.split("-")[1:])
        assert f"RolesSecretReaders{own}" in role


def test_should_keep_the_control_plane_in_the_first_two_zones(synthesize: Synthesize) -> None:
    """EKS takes no other set of zones afterwards: with the third one in it, appending a zone could not be deployed."""
    zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    two, three = (
        next(iter(resources(synthesize(availability_zones=zones[:number]), "AWS::EKS::Cluster").values()))["Properties"]
        for number in (2, 3)
    )
    assert three["ResourcesVpcConfig"]["SubnetIds"] == two["ResourcesVpcConfig"]["SubnetIds"]
    assert len(two["ResourcesVpcConfig"]["SubnetIds"]) == 2
