"""add_manifest, and the function behind it."""

import json
import re
from pathlib import Path
from typing import Any

import cdk8s
import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from airflow_platform.cluster.manifest import ManifestTooLargeError
from airflow_platform.handler_function import SOURCE_ROOT, handler_code
from airflow_platform.handlers.limits import DELETE_SECONDS, WORK_SECONDS
from settings.facts.versions import KUBERNETES_VERSIONS
from stacks.cluster_stack import ClusterStack
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack
from tests.support.environments import aws_environment
from tests.support.synth import template_of
from tests.support.templates import Template, resources
from tests.unit.constructs.cluster.conftest import Synthesize, quick_app

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


class Platform:
    """A cluster, and another stack to put manifests in."""

    def __init__(self) -> None:
        app = quick_app()
        settings = aws_environment()
        network = NetworkStack(app, "NetworkStack", settings=settings).offer
        roles = IamStack(app, "IamStack", settings=settings).offer
        self.cluster_stack = ClusterStack(app, "ClusterStack", settings=settings, network=network, roles=roles)
        self.stack = Stack(app, "AirflowStack", env={"region": settings.region})

    def add(self, construct_id: str, chart: cdk8s.Chart, minutes: int = 12) -> None:
        self.cluster_stack.offer.add_manifest(self.stack, construct_id, chart, timeout_minutes=minutes)

    def properties(self) -> dict[str, Any]:
        (found,) = resources(template_of(self.stack), MANIFEST).values()
        return dict(found["Properties"])


@pytest.fixture
def platform() -> Platform:
    return Platform()


def chart(*names: str, size: int = 1) -> cdk8s.Chart:
    made = cdk8s.Chart(cdk8s.App(), "Chart")
    for name in names:
        cdk8s.ApiObject(
            made,
            name,
            api_version="v1",
            kind="ConfigMap",
            metadata=cdk8s.ApiObjectMetadata(name=name, annotations={"own": "yes"}),
        ).add_json_patch(cdk8s.JsonPatch.add("/data", {"text": "x" * size}))
    return made


def test_should_put_the_manifest_into_the_given_stack(platform: Platform) -> None:
    platform.add("Storage", chart("a"))
    platform.properties()
    assert resources(template_of(platform.cluster_stack), MANIFEST) == {}


def test_should_be_served_by_our_function(platform: Platform) -> None:
    platform.add("Storage", chart("a"))
    assert "ManifestHandlerFunction" in json.dumps(platform.properties()["ServiceToken"])


def test_should_name_the_owner_on_every_object(platform: Platform) -> None:
    platform.add("Storage", chart("a", "b"))
    objects = json.loads(platform.properties()["Manifest"])
    assert [obj["metadata"]["annotations"] for obj in objects] == [
        {"own": "yes", "airflow-on-eks/manifest": "AirflowStack/Storage"}
    ] * 2


def test_should_add_nothing_else_to_the_objects(platform: Platform) -> None:
    platform.add("Storage", chart("a"))
    (obj,) = json.loads(platform.properties()["Manifest"])
    del obj["metadata"]["annotations"]
    assert obj == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"text": "x"}}


@pytest.mark.parametrize("minutes", [2, 12, 13])
def test_should_bound_the_wait_and_let_the_handler_answer_first(minutes: int, platform: Platform) -> None:
    platform.add("Storage", chart("a"), minutes)
    properties = platform.properties()
    assert properties["TimeoutSeconds"] == minutes * 60
    assert properties["ServiceTimeout"] > minutes * 60 + WORK_SECONDS
    assert DELETE_SECONDS < properties["ServiceTimeout"] <= 15 * 60


def test_should_refuse_a_chart_that_does_not_fit_and_name_it(platform: Platform) -> None:
    with pytest.raises(ManifestTooLargeError, match=r"AirflowStack/Storage has 1\d{5} bytes"):
        platform.add("Storage", chart("a", size=130_000))


def test_should_take_a_chart_that_just_fits(platform: Platform) -> None:
    platform.add("Storage", chart("a", size=120_000))


# --- The function


def function(template: Template, package: str) -> tuple[str, dict[str, Any]]:
    (found,) = (
        (name, function["Properties"])
        for name, function in resources(template, "AWS::Lambda::Function").items()
        if f".{package}." in function["Properties"]["Handler"]
    )
    return found


@pytest.mark.parametrize("package", ["manifest", "addon_version", "upgrade_gate"])
def test_should_never_repeat_a_request_that_cloudformation_has_given_up(package: str, template: Template) -> None:
    name, properties = function(template, package)
    (retries,) = (
        config["Properties"]["MaximumRetryAttempts"]
        for config in resources(template, "AWS::Lambda::EventInvokeConfig").values()
        if config["Properties"]["FunctionName"] == {"Ref": name}
    )
    assert retries == 0
    assert properties["Timeout"] == 15 * 60
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["x86_64"])


@pytest.mark.parametrize("package", ["manifest", "addon_version", "upgrade_gate"])
def test_should_have_the_memory_that_comes_with_enough_of_a_core(package: str, template: Template) -> None:
    # Lambda gives a core for 1769 MB, and a share of it for less: with 128 MB kubectl takes ten seconds to start.
    _, properties = function(template, package)
    assert 1024 <= properties["MemorySize"] <= 2 * 1769


def test_should_know_the_cluster_without_asking(template: Template) -> None:
    (cluster,) = resources(template, "AWS::EKS::Cluster")
    assert function(template, "manifest")[1]["Environment"]["Variables"] == {
        "CLUSTER_NAME": {"Ref": cluster},
        "CLUSTER_ENDPOINT": {"Fn::GetAtt": [cluster, "Endpoint"]},
        "CLUSTER_CERTIFICATE": {"Fn::GetAtt": [cluster, "CertificateAuthorityData"]},
    }


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_should_use_kubectl_within_one_minor_version(version: str, synthesize: Synthesize) -> None:
    (layer,) = resources(synthesize(cluster={"version": version}), "AWS::Lambda::LayerVersion").values()
    kubectl = re.search(r"kubectl v?1\.([0-9]+)", layer["Properties"]["Description"])
    assert kubectl and abs(int(kubectl[1]) - int(version.removeprefix("1."))) <= 1


@pytest.mark.parametrize(
    ("endpoint", "inside"),
    [
        ({"access": "public"}, False),
        ({"access": "public_and_private"}, False),
        ({"access": "private"}, True),
        ({"access": "public_limited", "public_cidrs": ["198.51.100.0/24"]}, True),
    ],
)
def test_should_stand_in_the_vpc_only_where_the_api_is_out_of_reach(
    endpoint: dict[str, Any], inside: bool, synthesize: Synthesize
) -> None:
    _, properties = function(synthesize(cluster={"endpoint": endpoint}), "manifest")
    assert ("VpcConfig" in properties) is inside
    if inside:
        assert ["SecurityGroupsKubectlHandler" in json.dumps(g) for g in properties["VpcConfig"]["SecurityGroupIds"]]
        assert all("PrivateSubnet" in json.dumps(subnet) for subnet in properties["VpcConfig"]["SubnetIds"])


def test_should_be_a_cluster_admin_with_few_permissions_on_aws(template: Template) -> None:
    (role,) = (name for name in resources(template, "AWS::IAM::Role") if "ManifestHandlerFunction" in name)
    (entry,) = (
        entry["Properties"]
        for entry in resources(template, "AWS::EKS::AccessEntry").values()
        if entry["Properties"]["PrincipalArn"] == {"Fn::GetAtt": [role, "Arn"]}
    )
    assert "AmazonEKSClusterAdminPolicy" in json.dumps(entry["AccessPolicies"])
    (statements,) = (
        policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in resources(template, "AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"] == [{"Ref": role}]
    )
    assert {statement["Action"] for statement in statements} == {"eks:DescribeCluster", "cloudformation:DescribeStacks"}
    assert all(statement["Resource"] != "*" for statement in statements)


@pytest.mark.parametrize("package", ["manifest", "addon_version", "upgrade_gate"])
def test_should_keep_its_log_as_long_as_the_settings_say(package: str, synthesize: Synthesize) -> None:
    template = synthesize(cluster={"log_retention_days": 90})
    _, properties = function(template, package)
    group = template["Resources"][properties["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == 90
    assert group["DeletionPolicy"] == "Delete"


def test_should_ship_every_handler_module_and_nothing_else(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    lambda_.Function(Stack(app, "Stack"), "F", code=handler_code(), handler="x.y", runtime=lambda_.Runtime.PYTHON_3_13)
    app.synth()
    (asset,) = tmp_path.glob("asset.*")
    shipped = {str(path.relative_to(asset)) for path in asset.rglob("*") if path.is_file()}
    handlers = SOURCE_ROOT / "airflow_platform" / "handlers"
    assert shipped == {str(path.relative_to(SOURCE_ROOT)) for path in handlers.rglob("*.py")}


def test_should_import_nothing_that_is_not_shipped() -> None:
    for path in (SOURCE_ROOT / "airflow_platform" / "handlers").rglob("*.py"):
        for line in path.read_text().splitlines():
            if "airflow_platform" in line and line.lstrip().startswith(("import ", "from ")):
                assert line.lstrip().startswith("from airflow_platform.handlers"), (path, line)
