"""What AWS knows of an account and a region, and the emulator does not: quotas, offers, plans, versions.

A healthy account by default. Tests lay faults over it (`LoopbackAws.account`).
"""

from typing import Any

Json = dict[str, Any]

VERSIONS = ("1.34", "1.35", "1.36")

HEALTHY: Json = {
    # An account's own: the emulator by itself has the zone without EKS, use1-az3, in the third place.
    "zone_ids": {
        "us-east-1a": "use1-az1",
        "us-east-1b": "use1-az2",
        "us-east-1c": "use1-az4",
        "us-east-1d": "use1-az6",
        "us-east-1e": "use1-az3",
        "us-east-1f": "use1-az5",
    },
    "quotas": {"L-1216C47A": 256.0, "L-34B43A08": 256.0, "L-0263D0A3": 10.0, "L-F678F1CE": 10.0},
    "plan": {"accountId": "000000000000", "accountPlanType": "PAID", "accountPlanStatus": "ACTIVE"},
    "missing_instance_types": {},  # zone -> types
    "missing_database_classes": [],
    "ebs_key": "alias/aws/ebs",
    "version_status": dict.fromkeys(VERSIONS, "STANDARD_SUPPORT"),
    "missing_addons": {},  # Kubernetes version -> add-ons
    "addon_schemas": {
        "vpc-cni": {
            "$schema": "http://json-schema.org/draft-06/schema#",
            "type": "object",
            "additionalProperties": False,
            "properties": {"enableNetworkPolicy": {"type": "string", "format": "boolean"}},
        },
        "aws-secrets-store-csi-driver-provider": {
            "$schema": "http://json-schema.org/draft-06/schema#",
            "type": "object",
            "additionalProperties": False,
            "properties": {"tolerations": {"type": "array", "items": {"type": "object"}}},
        },
    },
    "insights": {},  # name -> status
    "stuck_addons": [],  # whose pods do not become ready at another version
    "stuck_nodes": "",  # why no node lets its pods go
    "file_systems": {},  # id -> lifecycle
    "links": {},  # folder of a data repository association -> lifecycle
    "nat_gateways": {},  # id -> state
    "authority_ends": "2061-05-24T22:54:33Z",  # of rds-ca-rsa2048-g1
    "images": ["apache/airflow"],
    "pulls_left": 100,
    "denied": [],  # operations that the caller may not call
}

STATE: Json = {key: value.copy() if isinstance(value, dict | list) else value for key, value in HEALTHY.items()}


def change(changes: Json) -> None:
    """A healthy account but for these."""
    for key, value in HEALTHY.items():
        changed = changes.get(key, value)
        if isinstance(value, dict) and isinstance(changed, dict):
            changed = {**value, **changed}
        STATE[key] = changed
