"""The load balancer before Airflow, property by property."""

import json
from pathlib import Path
from typing import Any

import pytest

from k8s.airflow.components import API_SERVER
from settings.facts import front_door as facts
from tests.support.environments import aws_environment
from tests.support.front_door import CERTIFICATE, HOST, INTERNAL, INTERNET, ZONE
from tests.support.lint import lint
from tests.support.platform import Templates, build
from tests.support.templates import resources

Json = dict[str, Any]
ELB = "AWS::ElasticLoadBalancingV2"


@pytest.fixture(scope="module")
def internet() -> Templates:
    return build(aws_environment(access=INTERNET))


@pytest.fixture(scope="module")
def internal() -> Templates:
    groups = {"workers": {}, "more": {"instance_types": ["m7g.large"]}}
    return build(aws_environment(access=INTERNAL, cluster={"node_groups": groups}))


@pytest.fixture(scope="module")
def closed() -> Templates:
    return build(aws_environment())


@pytest.fixture(scope="module", params=["internet", "internal"])
def door(request: pytest.FixtureRequest) -> Json:
    template: Json = request.getfixturevalue(request.param)["ClusterStack"]
    return template


def one(template: Json, type_: str, words: str = "FrontDoor") -> Json:
    (found,) = [body["Properties"] for name, body in resources(template, type_).items() if words in name]
    properties: Json = found
    return properties


def pairs(attributes: list[Json]) -> dict[str, Any]:
    return {each["Key"]: each["Value"] for each in attributes}


def test_should_be_nothing_by_default(closed: Templates) -> None:
    text = json.dumps(closed)
    for trace in ("AWS::ElasticLoadBalancingV2", "FrontDoor", "TrafficSource", "webserver-door", "WAFv2", "Route53"):
        assert trace not in text


def test_should_satisfy_cfn_lint(internet: Templates, internal: Templates, tmp_path: Path) -> None:
    templates = {"internet": internet["ClusterStack"], "internal": internal["ClusterStack"]}
    assert lint(templates, region="eu-central-1", folder=tmp_path) == []


def test_should_stand_in_public_subnets_on_the_internet_and_in_private_ones_inside(
    internet: Templates, internal: Templates
) -> None:
    for templates, scheme, subnets in ((internet, "internet-facing", "Public"), (internal, "internal", "Private")):
        balancer = one(templates["ClusterStack"], f"{ELB}::LoadBalancer")
        assert balancer["Scheme"] == scheme
        assert len(balancer["Subnets"]) == 2
        assert all(f"{subnets}Subnet" in subnet["Fn::ImportValue"] for subnet in balancer["Subnets"])


def test_should_have_no_name_that_a_replacement_would_meet(door: Json) -> None:
    for type_ in (f"{ELB}::LoadBalancer", f"{ELB}::TargetGroup", "AWS::WAFv2::WebACL", "AWS::S3::Bucket"):
        for body in resources(door, type_).values():
            assert not {"Name", "BucketName"} & set(body["Properties"])
    assert "GroupName" not in one(door, "AWS::EC2::SecurityGroup")


def test_should_make_all_of_a_load_balancer_anew_for_another_mode_and_keep_what_is_of_the_name() -> None:
    """A load balancer's scheme can't change, a target group has one load balancer, and a record's name is taken."""
    inside = build(aws_environment(access={**INTERNET, "mode": "internal"}))["ClusterStack"]
    outside = build(aws_environment(access=INTERNET))["ClusterStack"]

    def of(template: Json) -> set[str]:
        return {name for name in template["Resources"] if name.startswith("FrontDoor")}

    kept = {outside["Resources"][name]["Type"] for name in of(inside) & of(outside)}
    made = {outside["Resources"][name]["Type"] for name in of(outside) - of(inside)}
    assert {"AWS::Route53::RecordSet", "AWS::CertificateManager::Certificate", "AWS::S3::Bucket"} <= kept
    assert made == {
        *(f"{ELB}::{each}" for each in ("LoadBalancer", "TargetGroup", "Listener", "ListenerRule")),
        *(f"AWS::EC2::SecurityGroup{each}" for each in ("", "Ingress", "Egress")),
        "Custom::TrafficSource",
        "AWS::WAFv2::WebACLAssociation",
    }


def test_should_have_no_listener_without_tls_but_the_one_that_sends_to_it(door: Json) -> None:
    listeners = [body["Properties"] for body in resources(door, f"{ELB}::Listener").values()]
    assert sorted((each["Port"], each["Protocol"]) for each in listeners) == [(80, "HTTP"), (443, "HTTPS")]
    (plain,) = [each for each in listeners if each["Port"] == 80]
    redirect = {"Protocol": "HTTPS", "Port": "443", "Host": HOST, "StatusCode": "HTTP_301"}
    assert plain["DefaultActions"] == [{"Type": "redirect", "RedirectConfig": redirect}]


def test_should_speak_tls_1_2_at_least(door: Json) -> None:
    listener = one(door, f"{ELB}::Listener", "Https")
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert len(listener["Certificates"]) == 1
    assert pairs(listener["ListenerAttributes"]) == {
        "routing.http.response.server.enabled": "false",
        "routing.http.response.strict_transport_security.header_value": "max-age=31536000",
        "routing.http.response.x_content_type_options.header_value": "nosniff",
    }


def test_should_answer_to_its_name_alone_and_never_for_the_api_of_tasks(door: Json) -> None:
    nothing = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    assert one(door, f"{ELB}::Listener", "Https")["DefaultActions"] == nothing
    rules = sorted(
        (body["Properties"] for body in resources(door, f"{ELB}::ListenerRule").values()), key=lambda r: r["Priority"]
    )
    tasks, people = rules
    assert tasks["Actions"] == nothing
    (condition,) = tasks["Conditions"]
    assert condition["PathPatternConfig"] == {"Values": ["/execution", "/execution/*"]}
    (condition,) = people["Conditions"]
    assert condition["HostHeaderConfig"] == {"Values": [HOST]}
    assert [each["Type"] for each in people["Actions"]] == ["forward"]


def test_should_take_requests_strictly_and_tell_airflow_where_they_come_from(door: Json) -> None:
    attributes = pairs(one(door, f"{ELB}::LoadBalancer")["LoadBalancerAttributes"])
    assert attributes["routing.http.desync_mitigation_mode"] == "strictest"
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["routing.http.xff_header_processing.mode"] == "append"
    assert attributes["deletion_protection.enabled"] == "false"


def test_should_close_idle_connections_before_airflow_does(door: Json) -> None:
    attributes = pairs(one(door, f"{ELB}::LoadBalancer")["LoadBalancerAttributes"])
    assert int(attributes["idle_timeout.timeout_seconds"]) == facts.IDLE_SECONDS < facts.KEEP_ALIVE_SECONDS


def test_should_let_the_named_networks_in_to_two_ports_and_reach_one_port_of_the_nodes(internet: Templates) -> None:
    template = internet["ClusterStack"]
    group = one(template, "AWS::EC2::SecurityGroup")
    assert sorted((each["CidrIp"], each["FromPort"], each["ToPort"]) for each in group["SecurityGroupIngress"]) == [
        (cidr, port, port) for cidr in INTERNET["cidrs"] for port in (80, 443)
    ]
    for type_ in ("AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"):
        rule = one(template, type_)
        assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (30080, 30080, "tcp")
    into = one(template, "AWS::EC2::SecurityGroupIngress")["GroupId"]["Fn::ImportValue"]
    assert "SecurityGroupsNodes" in into


def test_should_ask_nodes_what_the_readiness_probe_asks_pods(door: Json) -> None:
    group = one(door, f"{ELB}::TargetGroup")
    assert API_SERVER.check.path == group["HealthCheckPath"] == "/api/v2/version"  # type: ignore[union-attr]
    assert (group["TargetType"], group["Port"], group["Protocol"]) == ("instance", 30080, "HTTP")
    assert "HealthCheckPort" not in group, "the port of the traffic"
    attributes = pairs(group["TargetGroupAttributes"])
    assert attributes["deregistration_delay.timeout_seconds"] == "120"


def test_should_attach_every_node_group_or_those_that_are_named(internet: Templates, internal: Templates) -> None:
    for templates in (internet, internal):
        template = templates["ClusterStack"]
        (attachment,) = [body["Properties"] for body in resources(template, "Custom::TrafficSource").values()]
        workers = {n for n in resources(template, "AWS::EKS::Nodegroup") if n.startswith("NodeGroupsworkers")}
        assert {attachment["NodegroupArn"]["Fn::GetAtt"][0]} == workers
        assert attachment["TargetGroupArn"]["Ref"] in resources(template, f"{ELB}::TargetGroup")
        assert attachment["ServiceTimeout"] == "780"


def test_should_attach_auto_scaling_groups_of_this_cluster_only(internet: Templates) -> None:
    policies = resources(internet["ClusterStack"], "AWS::IAM::Policy")
    (policy,) = [body for name, body in policies.items() if name.startswith("FrontDoorTrafficSources")]
    (change,) = [
        each
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
        if "autoscaling:AttachTrafficSources" in each["Action"]
    ]
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/eks:cluster-name": "airflow-test"}}
    assert json.dumps(change["Resource"]).endswith(':autoScalingGroup:*:autoScalingGroupName/*"]]}')


def test_should_make_certificate_and_record_in_the_zone(internet: Templates) -> None:
    template = internet["ClusterStack"]
    certificate = one(template, "AWS::CertificateManager::Certificate")
    assert (certificate["DomainName"], certificate["ValidationMethod"]) == (HOST, "DNS")
    assert certificate["DomainValidationOptions"] == [{"DomainName": HOST, "HostedZoneId": ZONE}]
    record = one(template, "AWS::Route53::RecordSet")
    assert (record["Name"], record["Type"], record["HostedZoneId"]) == (f"{HOST}.", "A", ZONE)
    assert set(record["AliasTarget"]) == {"DNSName", "HostedZoneId", "EvaluateTargetHealth"}


def test_should_take_a_given_certificate_and_make_no_record(internal: Templates) -> None:
    template = internal["ClusterStack"]
    assert one(template, f"{ELB}::Listener", "Https")["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert not resources(template, "AWS::Route53::RecordSet")
    assert "LoadBalancerName" in template["Outputs"]


def test_should_keep_a_log_of_requests_that_only_elastic_load_balancing_writes(internet: Templates) -> None:
    template = internet["ClusterStack"]
    attributes = pairs(one(template, f"{ELB}::LoadBalancer")["LoadBalancerAttributes"])
    assert attributes["access_logs.s3.enabled"] == "true"
    ((name, body),) = resources(template, "AWS::S3::Bucket").items()
    assert attributes["access_logs.s3.bucket"] == {"Ref": name}
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert body["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"] == [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
    (expiry, *_) = body["Properties"]["LifecycleConfiguration"]["Rules"]
    assert expiry["ExpirationInDays"] == 90
    statements = one(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    assert [each["Principal"] for each in allowed] == [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]
    assert [each["Action"] for each in allowed] == ["s3:PutObject"]


def test_should_keep_no_log_where_it_is_turned_off(internal: Templates) -> None:
    template = internal["ClusterStack"]
    attributes = pairs(one(template, f"{ELB}::LoadBalancer")["LoadBalancerAttributes"])
    assert attributes["access_logs.s3.enabled"] == "false"
    assert not resources(template, "AWS::S3::Bucket")


def test_should_filter_and_limit_requests_and_only_count_large_bodies(internet: Templates, internal: Templates) -> None:
    rules = one(internet["ClusterStack"], "AWS::WAFv2::WebACL")["Rules"]
    assert [rule["Name"] for rule in rules] == [
        "Requests",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]
    assert rules[0]["Action"] == {"Block": {}}
    assert rules[0]["Statement"]["RateBasedStatement"]["Limit"] == 3000
    counted = rules[2]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert counted == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert one(internet["ClusterStack"], "AWS::WAFv2::WebACLAssociation")
    assert not resources(internal["ClusterStack"], "AWS::WAFv2::WebACL")


def test_should_tell_airflow_its_address(internet: Templates) -> None:
    assert internet["AirflowStack"]["Outputs"]["AirflowUrl"]["Value"] == f"https://{HOST}"
    text = json.dumps(internet["AirflowStack"])
    assert f'AIRFLOW__API__BASE_URL\\":\\"https://{HOST}' in text


def test_should_offer_other_stacks_the_same_with_and_without(
    internet: Templates, internal: Templates, closed: Templates
) -> None:
    """What is imported can't go: which exports there are follows no setting of the door's."""

    def exports(templates: Templates) -> dict[str, set[str]]:
        return {
            stack: {out["Export"]["Name"] for out in template.get("Outputs", {}).values() if "Export" in out}
            for stack, template in templates.items()
        }

    assert exports(internet) == exports(closed) == exports(internal)
