"""How people reach Airflow."""

from typing import Any

from tests.unit.settings.cases import ABSENT, Bad, Changes

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
ELSEWHERE = CERTIFICATE.replace("us-east-1", "eu-west-1")
DOOR: dict[str, Any] = {
    "mode": "internet",
    "cidrs": ["198.51.100.0/24"],
    "host_name": "airflow.example.com",
    "certificate_arn": CERTIFICATE,
}
ZONE = {"certificate_arn": ABSENT, "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}


def door(**changes: Any) -> Changes:
    """A door on the internet, changed."""
    return {"access": {name: value for name, value in {**DOOR, **changes}.items() if value is not ABSENT}}


def closed(**settings: Any) -> Changes:
    """Settings of a load balancer without one."""
    return {"access": settings}


def ranges(*cidrs: str, mode: str = "internet") -> Changes:
    return door(cidrs=list(cidrs), mode=mode)


NO_DOOR = "only_a_load_balancer_has_its_settings"
NETWORKS, LIMITS = "ranges_are_networks", "ranges_are_limits"
BASE_URL = "base_url_follows_from_the_host_name"

BAD = [
    # Without a load balancer nothing of it is in force.
    Bad(NO_DOOR, closed(cidrs=["198.51.100.0/24"]), "access.cidrs", "198.51.100.0/24"),
    Bad(NO_DOOR, closed(host_name="airflow.example.com"), "access.host_name", "airflow.example.com"),
    Bad(NO_DOOR, closed(certificate_arn=CERTIFICATE), "access.certificate_arn", CERTIFICATE[:55]),
    Bad(NO_DOOR, closed(hosted_zone_id="Z0123456789"), "access.hosted_zone_id", "Z0123456789"),
    Bad(NO_DOOR, closed(node_groups=["workers"]), "access.node_groups", "workers"),
    Bad(NO_DOOR, closed(waf=True), "access.waf", "true"),
    # Who may connect.
    Bad(
        "load_balancer_names_who_may_connect", door(cidrs=ABSENT), "access.cidrs", "all of the internet is [0.0.0.0/0]"
    ),
    Bad("load_balancer_names_who_may_connect", ranges(mode="internal"), "access.cidrs", "[]"),
    Bad(NETWORKS, ranges("198.51.100.7/24"), "access.cidrs[0]", "198.51.100.7/24"),
    Bad(NETWORKS, ranges("198.51.100.0/24", "everyone"), "access.cidrs[1]", "everyone"),
    Bad(NETWORKS, ranges("2001:db8::/32"), "access.cidrs[0]", "2001:db8::/32"),
    Bad(NETWORKS, ranges("::/0"), "access.cidrs[0]", "::/0"),
    Bad(NETWORKS, ranges("::ffff:198.51.100.0/120"), "access.cidrs[0]", "::ffff:198.51.100.0/120"),
    Bad(NETWORKS, ranges("198.51.100.0/33"), "access.cidrs[0]", "198.51.100.0/33"),
    Bad(NETWORKS, ranges("198.51.100.4"), "access.cidrs[0]", "198.51.100.4"),
    Bad(NETWORKS, ranges("198.51.100.0/24\n"), "access.cidrs[0]", "198.51.100.0/24\\n"),
    Bad("ranges_are_named_once", ranges("198.51.100.0/24", "198.51.100.0/24"), "access.cidrs[1]", "198.51.100.0/24"),
    Bad(LIMITS, ranges("0.0.0.0/1", "128.0.0.0/1"), "access.cidrs[0]", "0.0.0.0/1"),
    Bad(LIMITS, ranges("0.0.0.0/1", "128.0.0.0/1"), "access.cidrs[1]", "128.0.0.0/1"),
    Bad(LIMITS, ranges("64.0.0.0/7"), "access.cidrs[0]", "64.0.0.0/7"),
    Bad(LIMITS, ranges("198.51.100.0/24", "0.0.0.0/0"), "access.cidrs[1]", "must stand alone"),
    Bad(LIMITS, ranges("0.0.0.0/0", mode="internal"), "access.cidrs[0]", "0.0.0.0/0"),
    # Name and certificate.
    Bad("load_balancer_has_a_host_name", door(host_name=ABSENT), "access.host_name", "null"),
    Bad("certificate_is_given_or_made", door(certificate_arn=ABSENT), "access.certificate_arn", "null"),
    Bad(
        "certificate_is_given_or_made",
        door(hosted_zone_id="Z0123456789ABCDEFGHIJ"),
        "access.certificate_arn",
        CERTIFICATE[:55],
    ),
    Bad(
        "certificate_is_of_the_region_and_account",
        door(certificate_arn=ELSEWHERE),
        "access.certificate_arn",
        ELSEWHERE[:55],
    ),
    Bad(
        "certificate_is_of_the_region_and_account",
        {**door(), "account": "210987654321"},
        "access.certificate_arn",
        CERTIFICATE[:55],
    ),
    # The address that Airflow tells.
    Bad(BASE_URL, {**door(), "airflow base_url": "http://airflow.example.com"}, "airflow.base_url", "http://"),
    Bad(BASE_URL, {**door(), "airflow base_url": "https://other.example.com"}, "airflow.base_url", "https://other"),
    Bad(BASE_URL, {**door(), "airflow base_url": "https://airflow.example.com:8443"}, "airflow.base_url", ":8443"),
    Bad(BASE_URL, {**door(), "airflow base_url": "http://localhost:9090"}, "airflow.base_url", "localhost:9090"),
    # What it stands on.
    Bad("node_groups_exist", door(node_groups=["workers", "others"]), "access.node_groups[1]", "others"),
    Bad("node_groups_exist", door(node_groups=["workers", "workers"]), "access.node_groups[1]", "workers"),
    Bad(
        "public_subnets_hold_a_load_balancer",
        {**door(), "network public_subnet_prefix": 28},
        "network.public_subnet_prefix",
        "28",
    ),
    Bad(
        "connections_outlive_the_load_balancers",
        {**door(), "airflow config": {"api.worker_timeout": 60}},
        "airflow.config.api.worker_timeout",
        "60",
    ),
]

GOOD: list[Changes] = [
    door(),
    door(**ZONE),
    {**door(mode="internal", cidrs=["10.0.0.0/8", "172.16.0.0/12"]), "network public_subnet_prefix": 28},
    ranges("0.0.0.0/0"),
    door(node_groups=["workers"], waf=True, access_logs_days=None, waf_requests_per_five_minutes=100),
    {**door(), "account": "123456789012"},
    {**door(), "airflow base_url": "https://airflow.example.com"},
    {**door(), "airflow base_url": "http://localhost:8080"},
    {**door(), "airflow config": {"api.worker_timeout": 300}},
    {"airflow config": {"api.worker_timeout": 60}},
    closed(access_logs_days=30),
]
