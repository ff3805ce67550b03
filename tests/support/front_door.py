"""Ways to Airflow beside `kubectl port-forward`, with every option on and off."""

from typing import Any

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
HOST, ZONE = "airflow.example.com", "Z0123456789ABCDEFGHIJ"
INTERNET: dict[str, Any] = {
    "mode": "internet",
    "cidrs": ["198.51.100.0/24", "203.0.113.0/24"],
    "host_name": HOST,
    "hosted_zone_id": ZONE,
    "waf": True,
}
INTERNAL: dict[str, Any] = {
    "mode": "internal",
    "cidrs": ["10.0.0.0/8"],
    "host_name": HOST,
    "certificate_arn": CERTIFICATE,
    "node_groups": ["workers"],
    "access_logs_days": None,
}
