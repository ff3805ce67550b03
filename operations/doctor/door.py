"""The front door: its certificate, the zone of its name, and where the name leads."""

import socket
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context

Json = dict[str, Any]
BALANCER, CERTIFICATE = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::CertificateManager::Certificate"
SOON = timedelta(days=30)
"""Of warning before a certificate ends. ACM renews its own 60 days before, while the record that validates them is
there ("Managed certificate renewal", ACM user guide)."""


def addresses_of(name: str) -> set[str]:
    """What a name leads to from here. Raises OSError for one that leads nowhere."""
    return {str(found[4][0]) for found in socket.getaddrinfo(name, 443, socket.AF_INET, socket.SOCK_STREAM)}


def _certificates(context: Context) -> list[str]:
    given = context.settings.access.certificate_arn
    return [given] if given else context.resources("cluster", CERTIFICATE)


def no_certificate(context: Context) -> str | None:
    """There is no load balancer, or its certificate is still to be made."""
    if not context.settings.access.has_load_balancer:
        return "access.mode is port_forward"
    return None if _certificates(context) else f"{context.platform}-cluster has no certificate yet"


def certificate(context: Context) -> Answer:
    """Whether the certificate is issued, names the host, and is valid for a while."""
    host, answers, ends = str(context.settings.access.host_name), [], []
    another = "another access.certificate_arn, or access.hosted_zone_id instead (docs/how-to/front-door.md)"
    for arn in _certificates(context):
        try:
            found = context.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            answers.append(Answer.failed(f"{arn} does not exist", another))
            continue
        status, names = found.get("Status"), {found.get("DomainName", ""), *found.get("SubjectAlternativeNames", ())}
        if status == "PENDING_VALIDATION":
            step = "look that the zone's name servers are those that its domain delegates to (dig NS)"
            answers.append(Answer.failed(f"{arn} waits for its validation", step))
        elif status != "ISSUED":
            answers.append(Answer.failed(f"{arn} is {status}", another))
        if not any(covers(name, host) for name in names):
            answers.append(Answer.failed(f"{arn} is for {', '.join(sorted(names))}, and not for {host}", another))
        end = found.get("NotAfter")
        if end is not None:
            ends.append(f"{end:%Y-%m-%d}")
            if end - context.now < SOON:
                step = (
                    "import a new one at the same ARN"
                    if found.get("Type") == "IMPORTED"
                    else ("make the record again by which ACM validates it: `aws acm describe-certificate` has it")
                )
                word = Answer.failed if end <= context.now else Answer.warned
                answers.append(word(f"{arn} ends on {end:%Y-%m-%d}, and nothing has renewed it", step))
    return worst(answers, Answer.passed(f"for {host}, valid until {', '.join(ends) or 'a day that ACM does not tell'}"))


def covers(name: str, host: str) -> bool:
    """Whether a name in a certificate is for a host: itself, or with `*` for its first label."""
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


def no_zone(context: Context) -> str | None:
    """No zone is named."""
    return None if context.settings.access.hosted_zone_id else "access.hosted_zone_id is not set"


def zone(context: Context) -> Answer:
    """Whether the zone is there, is public, and is of the host's name."""
    zone_id, host = str(context.settings.access.hosted_zone_id), str(context.settings.access.host_name)
    step = "the id of the public zone of this name in access.hosted_zone_id: `aws route53 list-hosted-zones`"
    try:
        found = context.client("route53").get_hosted_zone(Id=zone_id)["HostedZone"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchHostedZone":
            raise
        return Answer.failed(f"{zone_id} does not exist in this account", step)
    name = str(found["Name"]).rstrip(".")
    if (found.get("Config") or {}).get("PrivateZone"):
        return Answer.failed(f"{zone_id} ({name}) is private: ACM validates by public records", step)
    if host != name and not host.endswith(f".{name}"):
        return Answer.failed(f"{zone_id} is of {name}, and {host} is not in it", step)
    return Answer.passed(f"{zone_id} is of {name}")


def no_balancer(context: Context) -> str | None:
    """There is no load balancer."""
    there = context.settings.access.has_load_balancer and context.resources("cluster", BALANCER)
    return None if there else f"{context.platform}-cluster has no load balancer"


def name(context: Context) -> Answer:
    """Whether the load balancer works, and the name leads to it."""
    host = str(context.settings.access.host_name)
    arns = context.resources("cluster", BALANCER)
    [balancer] = context.client("elbv2").describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"]
    state, own = (balancer.get("State") or {}).get("Code"), balancer["DNSName"]
    if state not in ("active", "active_impaired"):
        return Answer.failed(f"the load balancer is {state}", "wait, then `make doctor` again")
    step = f"a record of {host}: a CNAME to {own}" if no_zone(context) else "look at the zone's record: `make deploy`"
    try:
        leads_to = addresses_of(host)
    except OSError:
        return Answer.failed(f"{host} leads nowhere from here", step)
    try:
        there = addresses_of(own)
    except OSError:
        return Answer.warned(f"{own} leads nowhere from here", "look at this machine's DNS")
    if not leads_to & there:
        return Answer.warned(f"{host} leads to {', '.join(sorted(leads_to))}, which is not the load balancer", step)
    return Answer.passed(f"{host} leads to the load balancer")


RESOURCES = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
CHECKS = (
    Check("access", "certificate", certificate, (*RESOURCES, "acm:DescribeCertificate"), no_certificate),
    Check("access", "hosted zone", zone, ("route53:GetHostedZone",), no_zone),
    Check(
        "access",
        "host name",
        name,
        (*RESOURCES, "elasticloadbalancing:DescribeLoadBalancers"),
        no_balancer,
        before=False,
    ),
)
