"""Answers to questions about an account and a region that the emulator does not know, in the form of each protocol."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from standins.aws import eks_questions
from standins.aws.account import STATE
from standins.aws.ledger import LEDGER, RefusedError

Json = dict[str, Any]
SERVICE = re.compile(r"Credential=[^/]+/[0-9]+/[^/]+/([^/]+)/")
REGION = "us-east-1"


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    body: bytes
    status: int = 200
    content_type: str = "application/x-amz-json-1.1"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class RefusalError(Exception):
    """What AWS answers instead: code and message."""


def _quota(question: Json) -> Json:
    code = question["QuotaCode"]
    if code not in STATE["quotas"]:
        raise RefusalError("NoSuchResourceException", f"quota {code} does not exist")
    return {"Quota": {"ServiceCode": question["ServiceCode"], "QuotaCode": code, "Value": STATE["quotas"][code]}}


def _plan(question: Json) -> Json:
    if STATE["plan"] is None:
        raise RefusalError("ResourceNotFoundException", "the account has no plan")
    plan: Json = STATE["plan"]
    return plan


def _file_systems(question: Json) -> Json:
    wanted = question.get("FileSystemIds") or [r.physical_id for r in LEDGER.of("AWS::FSx::FileSystem")]
    found = []
    for physical_id in wanted:
        resource = LEDGER.find("AWS::FSx::FileSystem", physical_id)
        if resource is None:
            raise RefusalError("FileSystemNotFound", f"File system '{physical_id}' does not exist.")
        found.append(
            {
                "FileSystemId": physical_id,
                "FileSystemType": "LUSTRE",
                "Lifecycle": STATE["file_systems"].get(physical_id, "AVAILABLE"),
                "StorageCapacity": int(resource.properties["StorageCapacity"]),
                "SubnetIds": resource.properties["SubnetIds"],
                "DNSName": resource.attributes.get("DNSName", ""),
            }
        )
    return {"FileSystems": found}


TARGETS: dict[str, Callable[[Json], Json]] = {
    "ServiceQuotasV20190624.GetServiceQuota": _quota,
    "ServiceQuotasV20190624.GetAWSDefaultServiceQuota": _quota,
    "AWSFreeTierService.GetAccountPlanState": _plan,
    "AWSSimbaAPIService_v20180301.DescribeFileSystems": _file_systems,
}
"""By the header X-Amz-Target."""


def _zones(question: dict[str, list[str]]) -> str:
    fixed = {"regionName": REGION, "zoneType": "availability-zone", "zoneState": "available", "groupName": REGION}
    return _set(
        "availabilityZoneInfo",
        [
            {"zoneName": name, "zoneId": zone_id, "optInStatus": "opt-in-not-required", **fixed}
            for name, zone_id in STATE["zone_ids"].items()
        ],
    )


def _offerings(question: dict[str, list[str]]) -> str:
    types = [values[0] for name, values in question.items() if re.fullmatch(r"Filter\.1\.Value\.\d+", name)]
    offers = [(zone, each) for zone in STATE["zone_ids"] for each in types]
    return _set(
        "instanceTypeOfferingSet",
        [
            {"instanceType": each, "locationType": "availability-zone", "location": zone}
            for zone, each in offers
            if each not in STATE["missing_instance_types"].get(zone, ())
        ],
    )


def _ebs_key(question: dict[str, list[str]]) -> str:
    return f"<kmsKeyId>{escape(STATE['ebs_key'])}</kmsKeyId>"


def _database_options(question: dict[str, list[str]]) -> str:
    name = question["DBInstanceClass"][0]
    zones = "".join(f"<AvailabilityZone><Name>{zone}</Name></AvailabilityZone>" for zone in STATE["zone_ids"])
    options = "".join(
        f"<OrderableDBInstanceOption><Engine>postgres</Engine><EngineVersion>{version}.4</EngineVersion>"
        f"<DBInstanceClass>{escape(name)}</DBInstanceClass><AvailabilityZones>{zones}</AvailabilityZones>"
        "<MultiAZCapable>true</MultiAZCapable><StorageType>gp3</StorageType></OrderableDBInstanceOption>"
        for version in range(14, 19)
        if name not in STATE["missing_database_classes"]
    )
    result = "DescribeOrderableDBInstanceOptionsResult"
    return f"<{result}><OrderableDBInstanceOptions>{options}</OrderableDBInstanceOptions></{result}>"


def _nat_gateways(question: dict[str, list[str]]) -> str:
    wanted = [values[0] for name, values in question.items() if name.startswith("NatGatewayId.")]
    there = [gateway.physical_id for gateway in LEDGER.of("AWS::EC2::NatGateway")]
    if missing := set(wanted) - set(there):
        raise RefusalError("NatGatewayNotFound", f"The Nat Gateway {min(missing)} was not found")
    states = STATE["nat_gateways"]
    return _set("natGatewaySet", [{"natGatewayId": i, "state": states.get(i, "available")} for i in wanted or there])


def _certificates(question: dict[str, list[str]]) -> str:
    told = f"<CertificateIdentifier>{escape(question['CertificateIdentifier'][0])}</CertificateIdentifier>"
    told += f"<ValidTill>{STATE['authority_ends']}</ValidTill>"
    result = "DescribeCertificatesResult"
    return f"<{result}><Certificates><Certificate>{told}</Certificate></Certificates></{result}>"


def _set(name: str, items: list[dict[str, str]]) -> str:
    """A list as EC2 writes it."""
    rows = ("".join(f"<{key}>{escape(value)}</{key}>" for key, value in item.items()) for item in items)
    return f"<{name}>{''.join(f'<item>{row}</item>' for row in rows)}</{name}>"


ACTIONS: dict[str, Callable[[dict[str, list[str]]], str]] = {
    "DescribeAvailabilityZones": _zones,
    "DescribeInstanceTypeOfferings": _offerings,
    "GetEbsDefaultKmsKeyId": _ebs_key,
    "DescribeOrderableDBInstanceOptions": _database_options,
    "DescribeNatGateways": _nat_gateways,
    "DescribeCertificates": _certificates,
}
"""Of the services whose requests are forms, by the field Action."""


def _manifest(path: str) -> Reply | None:
    """A registry's, for the images that there are."""
    found = re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", path)
    if not found or found[1] not in STATE["images"]:
        return None
    limit = (b"ratelimit-remaining", f"{STATE['pulls_left']};w=21600".encode())
    return Reply(b"", content_type="application/vnd.oci.image.index.v1+json", headers=(limit,))


def service_of(headers: dict[str, str]) -> str:
    """The service that a request is signed for."""
    found = SERVICE.search(headers.get("authorization", ""))
    return found[1] if found else ""


def may_concern(method: str, path: str, headers: dict[str, str]) -> bool:
    """Whether a request could be one of ours: only then its body is read here."""
    if headers.get("x-amz-target") in TARGETS or path.startswith("/v2/"):
        return True
    return service_of(headers) in ("ec2", "rds", "eks")


def reply(method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Reply | None:
    """Our answer; None where the emulator has its own."""
    target = headers.get("x-amz-target", "")
    form = parse_qs(body.decode(errors="replace")) if service_of(headers) in ("ec2", "rds") else {}
    action = form.get("Action", [""])[0]
    if (action or target.rpartition(".")[2]) in STATE["denied"]:
        return _refused(action, "AccessDeniedException", "is not authorized to perform this operation")
    try:
        if target in TARGETS:
            return Reply(json.dumps(TARGETS[target](json.loads(body or b"{}"))).encode())
        if action in ACTIONS:
            document = f"<{action}Response>{ACTIONS[action](form)}</{action}Response>"
            return Reply(document.encode(), content_type="text/xml")
    except RefusalError as refusal:
        return _refused(action, *refusal.args)
    if service_of(headers) == "eks":
        try:
            answer = eks_questions.answer(method, path, query, body)
        except RefusedError as refusal:
            code, _, message = str(refusal).partition(": ")
            return _refused("", code, message)
        return None if answer is None else Reply(json.dumps(answer).encode(), content_type="application/json")
    return _manifest(path)


def _refused(action: str, code: str, message: str) -> Reply:
    if action:
        error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        return Reply(f"<Response><Errors><Error>{error}</Error></Errors></Response>".encode(), 403, "text/xml")
    return Reply(json.dumps({"__type": code, "message": message}).encode(), 400)
