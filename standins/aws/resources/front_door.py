"""Load balancers and what stands around them: what can't stand twice, and what is in use and can't go."""

import secrets
from typing import Any

import ministack.services.eks as eks

from standins.aws.form_questions import ACTIONS, RefusalError
from standins.aws.ledger import LEDGER, RefusedError, on_create, on_delete
from standins.aws.resources.network import GROUP, SUBNET
from standins.aws.resources.record import register

Json = dict[str, Any]
ARN = "arn:aws:{}:us-east-1:000000000000:{}"
BALANCER, TARGETS, LISTENER, RULE = (
    f"AWS::ElasticLoadBalancingV2::{each}" for each in ("LoadBalancer", "TargetGroup", "Listener", "ListenerRule")
)
CERTIFICATE, RECORD = "AWS::CertificateManager::Certificate", "AWS::Route53::RecordSet"
ACL, ASSOCIATION = "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"

SOURCES: dict[str, set[str]] = {}
"""Auto Scaling group -> the target groups that are attached to it."""


def _register(type_: str, service: str, path: str, replacing: tuple[str, ...], **more: str) -> None:
    """A resource whose physical id is its ARN."""

    def named(properties: Json) -> str:
        return ARN.format(service, f"{path}/{secrets.token_hex(8)}")

    def attributes(physical_id: str, properties: Json) -> Json:
        short = physical_id.rpartition("/")[2]
        return {"Arn": physical_id, **{name: value.format(short) for name, value in more.items()}}

    register(type_, "", attributes, replacing=replacing, named=named)


ELB = "elasticloadbalancing"
_register(
    BALANCER, ELB, "loadbalancer/app", ("Name", "Scheme", "Type"),
    DNSName="airflow-{}.us-east-1.elb.amazonaws.com", CanonicalHostedZoneID="Z35SXDOTRQ7X7K",
)  # fmt: skip
_register(TARGETS, ELB, "targetgroup", ("Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"))
_register(LISTENER, ELB, "listener", ("LoadBalancerArn",))
_register(RULE, ELB, "listener-rule", ("ListenerArn",))
_register(
    CERTIFICATE, "acm", "certificate", ("DomainName", "DomainValidationOptions", "ValidationMethod", "KeyAlgorithm")
)
_register(ACL, "wafv2", "webacl", ("Name", "Scope"), Id="{}")
_register(ASSOCIATION, "wafv2", "association", ("ResourceArn", "WebACLArn"))
register(
    RECORD,
    "",
    lambda physical_id, _: {},
    replacing=("Name", "HostedZoneId"),
    named=lambda properties: properties["Name"],
)


def forwarded(rule: Json) -> set[str]:
    """The target groups that a listener, or a rule of one, leads to."""
    actions = rule.get("Actions") or rule.get("DefaultActions") or ()
    return {each["TargetGroupArn"] for each in actions if each.get("Type") == "forward"}


def _balancer_of(rule: Any) -> str:
    listener = rule if rule.type == LISTENER else LEDGER.find(LISTENER, rule.properties["ListenerArn"])
    return str(listener.properties["LoadBalancerArn"]) if listener else ""


@on_create(BALANCER)
def _balancer_can_stand(properties: Json) -> None:
    subnets = [LEDGER.require(SUBNET, each, "SubnetNotFound") for each in properties["Subnets"]]
    if len({subnet.properties["AvailabilityZone"] for subnet in subnets}) < 2:
        raise RefusedError("InvalidConfigurationRequest: A load balancer needs subnets in two Availability Zones")
    for group in properties.get("SecurityGroups") or ():
        LEDGER.require(GROUP, group, "InvalidSecurityGroup")
    name = properties.get("Name")
    if name and any(other.properties.get("Name") == name for other in LEDGER.of(BALANCER)):
        raise RefusedError(f"DuplicateLoadBalancerName: A load balancer with the name '{name}' already exists")


@on_create(LISTENER)
def _listener_has_its_certificate(properties: Json) -> None:
    LEDGER.require(BALANCER, properties["LoadBalancerArn"], "LoadBalancerNotFound")
    for other in LEDGER.of(LISTENER):
        same = other.properties["LoadBalancerArn"] == properties["LoadBalancerArn"]
        if same and str(other.properties["Port"]) == str(properties["Port"]):
            raise RefusedError(f"DuplicateListener: A listener already exists on port {properties['Port']}")
    if properties["Protocol"] == "HTTPS":
        [certificate] = properties["Certificates"]
        arn = certificate["CertificateArn"]
        if ":000000000000:" in arn:
            LEDGER.require(CERTIFICATE, arn, "CertificateNotFound")


@on_create(RULE)
def _target_group_has_one_load_balancer(properties: Json) -> None:
    listener = LEDGER.require(LISTENER, properties["ListenerArn"], "ListenerNotFound")
    for target_group in forwarded(properties):
        LEDGER.require(TARGETS, target_group, "TargetGroupNotFound")
        for other in LEDGER.of(RULE, LISTENER):
            elsewhere = _balancer_of(other) != listener.properties["LoadBalancerArn"]
            if target_group in forwarded(other.properties) and elsewhere:
                raise RefusedError(
                    "TargetGroupAssociationLimit: The following target groups cannot be associated with more than one"
                    f" load balancer: {target_group}"
                )


@on_create(RECORD)
def _record_is_new(properties: Json) -> None:
    if LEDGER.find(RECORD, properties["Name"]):
        raise RefusedError(
            f"InvalidChangeBatch: [Tried to create resource record set [name='{properties['Name']}', type='A'] but it"
            " already exists]"
        )
    target = properties["AliasTarget"]["DNSName"]
    if target not in {balancer.attributes["DNSName"] for balancer in LEDGER.of(BALANCER)}:
        raise RefusedError(f"InvalidChangeBatch: [no load balancer {target}]")


@on_delete(TARGETS)
def _target_group_is_free(physical_id: str) -> None:
    for rule in LEDGER.of(RULE, LISTENER):
        if physical_id in forwarded(rule.properties):
            raise RefusedError(f"ResourceInUse: Target group '{physical_id}' is currently in use by {rule.physical_id}")
    for group, attached in SOURCES.items():
        if physical_id in attached and group in auto_scaling_groups():
            raise RefusedError(f"ResourceInUse: Target group '{physical_id}' still gets the instances of {group}")


@on_delete(CERTIFICATE)
def _certificate_is_free(physical_id: str) -> None:
    for listener in LEDGER.of(LISTENER):
        if physical_id in str(listener.properties.get("Certificates")):
            raise RefusedError(f"ResourceInUseException: Certificate {physical_id} is in use")


@on_delete(ACL)
def _acl_is_free(physical_id: str) -> None:
    if any(each.properties["WebACLArn"] == physical_id for each in LEDGER.of(ASSOCIATION)):
        raise RefusedError("WAFAssociatedItemException: AWS WAF couldn't perform the operation because it is in use")


def auto_scaling_groups() -> set[str]:
    """Those of all node groups that there are."""
    return {
        group["name"]
        for node_group in list(eks._nodegroups.values())
        for group in (node_group.get("resources") or {}).get("autoScalingGroups") or ()
    }


# --- Auto Scaling's traffic sources


def _source(question: dict[str, list[str]]) -> tuple[str, str]:
    group = question["AutoScalingGroupName"][0]
    if group not in auto_scaling_groups():
        raise RefusalError("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup {group} not found")
    return group, question.get("TrafficSources.member.1.Identifier", [""])[0]


def _attach(question: dict[str, list[str]]) -> str:
    group, target_group = _source(question)
    if LEDGER.find(TARGETS, target_group) is None:
        raise RefusalError("ValidationError", f"Provided Target Groups may not be valid: {target_group}")
    SOURCES.setdefault(group, set()).add(target_group)
    return "<AttachTrafficSourcesResult/>"


def _detach(question: dict[str, list[str]]) -> str:
    group, target_group = _source(question)
    if target_group not in SOURCES.get(group, ()):
        raise RefusalError("ValidationError", "Trying to remove Target Groups that are not part of the group")
    SOURCES[group].discard(target_group)
    return "<DetachTrafficSourcesResult/>"


def _described(question: dict[str, list[str]]) -> str:
    group, _ = _source(question)
    members = "".join(
        f"<member><Identifier>{each}</Identifier><State>InService</State><Type>elbv2</Type></member>"
        for each in sorted(SOURCES.get(group, ()))
    )
    result = "DescribeTrafficSourcesResult"
    return f"<{result}><TrafficSources>{members}</TrafficSources></{result}>"


ACTIONS.update({"AttachTrafficSources": _attach, "DetachTrafficSources": _detach, "DescribeTrafficSources": _described})
