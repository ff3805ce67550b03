"""Answers of EC2 and RDS, whose requests are forms and whose answers are XML."""

import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from standins.aws.account import STATE
from standins.aws.ledger import LEDGER

REGION = "us-east-1"


class RefusalError(Exception):
    """What AWS answers instead: code and message."""


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
