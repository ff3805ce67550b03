"""Breaks of the way from outside."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit"
FRONT, CHARTS = f"{TESTS}/k8s/test_front.py", f"{TESTS}/k8s/test_front_door.py"
DOOR, SOURCE = f"{TESTS}/constructs/front_door", f"{TESTS}/constructs/handlers/test_traffic_source.py"
RULES, DOCTOR = f"{TESTS}/settings/test_rules.py", f"{TESTS}/operations/doctor/test_checks.py"
BALANCER = "constructs/airflow_platform/front_door/load_balancer.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/scripts/front.py",
        (FRONT,),
        ("Airflow sees https", '"scheme": "https"', '"scheme": scope["scheme"]'),
        ("Airflow sees its own name", 'not in {b"host", *FORWARDED}', "not in {*FORWARDED}"),
        ("forwarded headers are dropped", 'not in {b"host", *FORWARDED}', 'not in {b"host"}'),
        ("paths are looked at as they resolve", 'posixpath.normpath(f"/{path}")', "path"),
        ("who asks for the public name is from outside", "return own or any(", "return any("),
        ("who comes through a proxy is from outside", "return own or any(", "return own and any("),
        ("the last address counts", '.rpartition(",")[2]', '.partition(",")[0]'),
        ("made-up addresses are counted together", "if address != peer:", "if False:"),
        ("a pod that goes ends its connections", "if self._goes():", "if False:"),
    ),
    *breaks(
        BALANCER,
        (DOOR,),
        ("plain HTTP leads nowhere", 'type="redirect"', 'type="forward"'),
        ("TLS is of this decade", "ssl_policy=TLS_POLICY", 'ssl_policy="ELBSecurityPolicy-2016-08"'),
        ("the API of tasks comes before all else", "priority=1,", "priority=3,"),
        (
            "one port of the nodes is reached",
            'description="Airflow, from the load balancer",\n            ip_protocol="tcp"',
            'description="Airflow, from the load balancer",\n            ip_protocol="-1"',
        ),
        ("proxies tell who asks", '"routing.http.xff_header_processing.mode": "append"', '"x": "append"'),
        ("a stack can go", '"deletion_protection.enabled": "false"', '"deletion_protection.enabled": "true"'),
    ),
    *breaks(
        "constructs/airflow_platform/front_door/front_door.py",
        (DOOR,),
        ("another mode is another load balancer", '"Internet" if is_public else "Internal"', '"Door"'),
        ("inside is private", "subnets=public_subnets if is_public else private_subnets", "subnets=public_subnets"),
        ("named groups alone are attached", "in settings.node_groups or node_groups", "in node_groups"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/traffic_source/index.py",
        (SOURCE,),
        ("nodes are registered at the end", 'not in ("Added", "InService")', 'not in ("Adding", "Added")'),
        ("what is gone is no error", "if not is_gone(error):", "if True:"),
        ("other errors are told", "if not is_gone(error):", "if False:"),
        (
            "a replaced target group is detached",
            'if old and old["TargetGroupArn"]',
            'if False and old["TargetGroupArn"]',
        ),
    ),
    *breaks(
        "settings/rules/access.py",
        (RULES,),
        ("nearly everything is refused", "network.prefixlen < WIDEST_PREFIX", "network.prefixlen < 1"),
        ("everything stands alone", "elif len(access.cidrs) > 1:", "elif False:"),
        ("a certificate is of the region", "if region != environment.region:", "if False:"),
        ("a certificate is given or made", "and access.hosted_zone_id is None:", "and False:"),
        ("the address is the host's", "url not in (default, access.url)", "url is None"),
    ),
    *breaks(
        "k8s/airflow/charts/network_policies.py",
        (CHARTS,),
        ("nodes reach one port", "_from_networks(front_door.node_cidrs, component.port[1])", "_from([], 0)"),
    ),
    *breaks(
        "operations/doctor/door.py",
        (DOCTOR, f"{TESTS}/operations/doctor/test_door.py"),
        ("a star is one label", 'name[2:] == host.partition(".")[2]', "host.endswith(name[1:])"),
        ("a zone is of whole labels", 'host.endswith(f".{name}")', "host.endswith(name)"),
        ("a private zone validates nothing", '.get("PrivateZone")', '.get("Private")'),
    ),
)
