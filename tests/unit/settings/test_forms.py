"""Single values that reach AWS, Kubernetes or a command line: whatever has not the form is refused there."""

from typing import Any

import pytest

from tests.unit.settings.cases import AWS, LOCAL, broken_lines

LONG = "x" * 5000

SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"

NEVER_TEXT: tuple[Any, ...] = (
    "",
    " ",
    "\n",
    LONG,
    "ünïcödé…",
    "a b",
    "a\x00b",
    "x\ud800",
    "${Token[TOKEN.1]}",
    "$(whoami)",
    1.36,
    True,
    [],
    {},
)
"""What no setting of a fixed form takes."""

BAD: dict[str, tuple[Any, ...]] = {
    "name": (*NEVER_TEXT, None, "Dev", "a", "1a", "a--b", "dev-", "dev\n", "a" * 21),
    "region": (*NEVER_TEXT, None, "us-east", "US-EAST-1", "us-east-1a", "us-east-1\n"),
    "account": (*NEVER_TEXT, "12345678901", "1234567890123", 123456789012, "12345678901a", "123456789012\n"),
    "availability_zones": (None, "us-east-1a", [], ["us-east-1a"], ["us-east-1a"] * 4, {"a": 1}),
    "retain_data": (None, "yes", 1, 0, "true"),
    "network nat_gateways": (None, -1, 4, 1.0, True, "1", 10**30, float("inf"), float("nan")),
    "network public_subnet_prefix": (None, -24, 15, 29),
    "network private_subnet_prefix": (None, -24, 15, 29, "/19"),
    "network flow_logs_retention_days": (2, -1, "30", True, 0),
    "cluster version": (None, "1.29", "1.33", "1.38", 1.36, "1.36\n"),
    "cluster endpoint access": (None, "everywhere", ""),
    "cluster authentication_mode": (None, "CONFIG_MAP"),
    "cluster log_retention_days": (None, 2, "30"),
    "cluster addons vpc_cni version": (*NEVER_TEXT, "1.20.4-eksbuild.2", "v1.20.4", "v1.20.4-eksbuild.2\n", "latest"),
    "cluster controller instance_type": (*NEVER_TEXT, None, "t4g", "t4g.micro\n", "T4G.MICRO"),
    "cluster node_groups": (None, {}, [], "workers"),
    "cluster node_groups workers": (None, [], "large", 3),
    "cluster node_groups workers instance_types": (None, [], "m7i.large", {}),
    "cluster node_groups workers disk_size_gib": (None, -50, 19, 16385, "50"),
    "cluster node_groups workers capacity_type": (None, "SPOT", "free"),
    "cluster node_groups workers max_size": (None, -3, 0, 451),
    "cluster node_groups workers max_unavailable": (
        None, 0, -1, 101, 1.5, True, "0%", "101%", "33", "033%", "33%\n", "33 %", [], {}, "all",
    ),
    "storage storage_capacity_gib": (None, -1200, 0, 1199, 1200.0, 10**12),
    "storage throughput_mbps_per_tib": ("125", 125.5, True, 10**30),
    "storage backup_start_time": (*NEVER_TEXT, "24:00", "5:00", "0500", "05:60", "05:00\n"),
    "storage maintenance_window": (*NEVER_TEXT, None, "0:03:00", "8:03:00", "7:24:00", "03:00", "7:03:00\n"),
    "restore database_snapshot": (*NEVER_TEXT, "1kept", "kept-", "ke--pt", "kept\n", "arn:aws:rds:x", "k" * 256),
    "restore file_system_backup": (*NEVER_TEXT, "backup", "backup-xyz", "fs-0123456789abcdef0", "backup-01234567\n"),
    "backup frequency": ("hourly", "", True, 1),
    "backup start_time": (*NEVER_TEXT, None, "24:00", "5:00", "05:00\n"),
    "backup keep_days": (None, 6, 36501, "90", 90.0, True),
    "backup lock": ("yes", True, "Compliance"),
    "backup accounts": (None, "111122223333", {}),
    "backup kms_key_arn": (*NEVER_TEXT, "alias/mine", "arn:aws:kms:us-east-1:111122223333:alias/mine"),
    "restore kms_key_arn": (*NEVER_TEXT, "alias/mine", "1234abcd", "arn:aws:kms:us-east-1:111122223333:alias/mine"),
    "restore secrets": (None, [], "fernet"),
    "restore secrets fernet_key": (
        *NEVER_TEXT, None, "fernet", f"{SECRET}x", f"{SECRET}x-AbCdE", f"{SECRET}x-AbCdEf\n",
    ),
    "storage s3 enabled": (None, "yes", 1),
    "storage s3 bucket": (
        *NEVER_TEXT, "ab", "a" * 64, "Bucket", "s3://bucket", "my_bucket",
        "bucket/", "-bucket", "bucket-", "a..b", "a.-b.", "bucket\n",
    ),
    "storage s3 previous_version_days": (None, 0, -1, 3651, "30"),
    "storage data": (None, "features", {"path": "a"}, [{"path": f"p{n}", "s3": f"p{n}/"} for n in range(7)]),
    "storage availability_zone": (*NEVER_TEXT, "a", "us-east-1"),
    "storage backup_retention_days": (-1, 91, "7", True),
    "database engine_version": (None, "13", "18", 17),
    "database instance_class": (*NEVER_TEXT, None, "t4g.small", "db.small", "db.t4g.small\n"),
    "database allocated_storage_gib": (None, -20, 19, 65537),
    "database backup_retention_days": (None, -1, 36),
    "images repository": (None, "yes", 1, "true"),
    "images registry_prefix": (
        *NEVER_TEXT, "mirror", "mirror/airflow", "registry.example.com/", "https://registry.example.com",
        "Registry.com", "registry.example.com/mirror\n", "registry.example.com//a", "registry.example.com/a:1",
        "-a.example.com",
    ),
    "images pull_through_cache docker_hub_credential_arn": (
        *NEVER_TEXT, "arn:aws:secretsmanager:us-east-1:123456789012:secret:docker-hub", "ecr-pullthroughcache/x",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/x\n",
    ),
    "airflow version": (*NEVER_TEXT, None, "2.10.0", "3.3", "3.3.2rc1", "3.3.2\n", "latest"),
    "airflow task_images": ("example.com/team/", {"a": 1}),
    "airflow image": (*NEVER_TEXT, "Airflow:3", "airflow:", "airflow@sha256:12", "airflow:3\n", "a//b", "-a"),
    "airflow base_url": (*NEVER_TEXT, None, "localhost:8080", "ftp://x", "https://x/", "https://x y", "http://x\n"),
    "airflow login issuer": (
        *NEVER_TEXT, "login.example.com", "ftp://x", "https://x/?a=b", "https://x#y", "https://u:p@x", "https://x\n",
    ),
    "airflow login client_id": (*NEVER_TEXT, "a$b", "airflow\n"),
    "airflow login client_secret_arn": (
        *NEVER_TEXT, "airflow/login", "arn:aws:secretsmanager:us-east-1:111122223333:secret:airflow/login",
        "arn:aws:ssm:us-east-1:111122223333:parameter/x-AbCdEf",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf\n",
    ),
    "airflow login client_secret_name": (*NEVER_TEXT, "Login", "-x", "x/", "x\n"),
    "airflow login name": (*NEVER_TEXT, None, "OIDC", "a", "a/b", "../x", "x-", "oidc\n"),
    "airflow login scopes": (None, "openid"),
    "airflow login username_claim": (*NEVER_TEXT, None, "a b", "x\n"),
    "airflow login group_claims": (None, [], "groups"),
    "airflow login roles": (None, [], "Admin"),
    "airflow login default_role": (*(each for each in NEVER_TEXT if each != "a b"), "-x", "Viewer\n"),
    "airflow login administrator": (None, "no", 0),
    "airflow login service_users": (None, "ci"),
    "airflow login egress_cidrs": (None, [], "0.0.0.0/0", ["x"]),
    "airflow admin username": (*NEVER_TEXT, None, "--role", "a/b", "admin\n"),
    "airflow admin email": (*NEVER_TEXT, None, "admin", "-a@b.cd", "a@b", "a@b.cd\n", "a b@c.de"),
    "airflow dag_bundles": (None, [], "dags", 3),
    "airflow dag_bundles a folder": (*NEVER_TEXT, "/abs", "a/", "a//b", "..", "a/../b", "./a", "a\n"),
    "airflow dag_bundles a image": (*NEVER_TEXT, "relative", "/", "/a/", "/a/../b", "/a/.", "/a\n"),
    "airflow dag_bundles a git": ([], "https://git.example.com/a", 3),
    "airflow dag_bundles a git url": (
        *NEVER_TEXT, None, "http://git.example.com/a", "git@git.example.com:a/b", "ssh://git@git.example.com/a",
        "https://user@git.example.com/a", "https://user:word@git.example.com/a", "https://git.example.com",
        "https://git.example.com/", "https://git.example.com/a?token=b", "https://git.example.com/a#b", "file:///a",
        "https://git.example.com:0/a", "https://git.example.com:65536/a", "https://git.example.com/%2e%2e/a",
        "https://git.example.com/../a", "https://-a.example.com/a", "https://git.example.com/a\n", "ext::sh -c true",
    ),
    "airflow dag_bundles a git tracking_ref": (
        *NEVER_TEXT, None, "-main", "refs/heads/main", "a..b", "a//b", "/a", "a/", "a.lock", "a.lock/b", "a/.b", "a.",
        "a@{1}", "a~1", "a^", "a:b", "a*", "a\n", "--upload-pack=x", "x" * 201,
    ),
    "airflow dag_bundles a git subdir": (*NEVER_TEXT, "/a", "a/", "..", "a/../b", ".", "-/..", "a\n"),
    "airflow dag_bundles a git refresh_seconds": (None, 9, 3601, "60"),
    "airflow dag_bundles a git credential": (*NEVER_TEXT, "a*", "a?", "a\n", "arn:aws:secretsmanager:x"),
    "airflow dag_bundles a git credential_kms_key_arn": (
        *NEVER_TEXT, "alias/a", "arn:aws:kms:us-east-1:111122223333:alias/a", "arn:aws:kms:us-east-1:1:key/a",
    ),
    "airflow git_sync keep_days": (None, 0, 3651, "30"),
    "airflow git_sync memory_mib": (None, 127),
    "airflow housekeeping metadata_retention_days": (0, 29, 3651, "365"),
    "airflow housekeeping archive_retention_days": (None, -1, 3651, "30"),
    "airflow housekeeping log_retention_days": (0, 6, 3651, "365"),
    "airflow housekeeping pod_retention_days": (0, 366, "7"),
    "airflow housekeeping start_time": (*NEVER_TEXT, "24:00", "3:30", "0330", "03:60", "03:30\n", "* * * * *"),
    "airflow secrets_backend service": (*NEVER_TEXT, "Secrets_Manager", "vault", "secretsmanager"),
    "airflow secrets_backend connections_prefix": (
        *NEVER_TEXT, "/", "//a", "a/", "a//b", "a/*", "a?b", "a:b", "a/b\n", "rds!cluster", "a/" * 11 + "a", "a" * 129,
    ),
    "airflow secrets_backend variables_prefix": (*NEVER_TEXT, "airflow/variables/", "*"),
    "airflow secrets_backend cache_seconds": (None, -1, 86_401, "300", 1.5, True),
    "airflow secrets_backend kms_key_arn": (
        *NEVER_TEXT, "*", "alias/mine", "arn:aws:kms:us-east-1:111122223333:alias/mine",
        "arn:aws:kms:us-east-1:111122223333:key/*", "arn:aws:s3:::bucket",
    ),
    "airflow parallelism": (0, -1, "5", 10_001),
    "airflow api_server replicas": (None, 0, -1, 11, "2", 1.5),
    "airflow worker termination_grace_seconds": (None, 4, 241, -1),
    "airflow rollout_timeout_minutes": (None, 1, 14),
    "access mode": (None, "public", "", "Internet"),
    "access cidrs": (None, "0.0.0.0/0", [f"198.51.{n}.0/24" for n in range(26)]),
    "access host_name": (
        *NEVER_TEXT, "airflow", "Airflow.example.com", "https://airflow.example.com", "*.example.com", "-a.example.com",
        "airflow.example.com.", "airflow.example.com:443", "198.51.100.7", "airflow.example.com\n",
        f"{'a' * 60}.example.com",
    ),
    "access certificate_arn": (
        *NEVER_TEXT, "12345678-1234-1234-1234-123456789012",
        "arn:aws:iam::123456789012:server-certificate/airflow",
        "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012\n",
    ),
    "access hosted_zone_id": (*NEVER_TEXT, "example.com", "/hostedzone/Z0123456789", "z0123456789", "Z01\n"),
    "access node_groups": (None, "workers", {}),
    "access access_logs_days": (0, 3654, "90", True),
    "access waf": (None, "yes", 1),
    "access waf_requests_per_five_minutes": (None, 99, "3000"),
}  # fmt: skip

BAD_LOCAL: dict[str, tuple[Any, ...]] = {
    "local host_path": (
        *NEVER_TEXT, None, "/", "//", "relative", "/a/../b", "/..", "/a/.", "/a//b", "/a/", "/a b", "/a\n",
    ),
    "local task_slots": (None, 0, -1, 1001),
    "images registry_prefix": (*NEVER_TEXT, "mirror"),
    "images": (None, True, "registry.example.com"),
    "local database_image": (*NEVER_TEXT, None, "Postgres"),
    "local database_storage_gib": (None, 0, -5),
}  # fmt: skip


@pytest.mark.parametrize(
    ("base", "path", "value"),
    [(base, path, value) for base, bad in ((AWS, BAD), (LOCAL, BAD_LOCAL)) for path in bad for value in bad[path]],
    ids=lambda each: repr(each)[:40] if not isinstance(each, dict) or not each.get("name") else "",
)
def test_should_refuse_what_has_not_the_form(base: dict[str, Any], path: str, value: Any) -> None:
    dotted = path.replace(" ", ".")

    lines = broken_lines({path: value}, base)

    assert [line for line in lines if line.startswith(f"{dotted}: ")]
    assert all(len(line) < 400 and line.isprintable() for line in lines)


LABEL = "cluster node_groups workers labels"
FOLDERS = (*NEVER_TEXT, None, "/a", "a/", "a//b", "..", "a/../b", "a/.", ".hidden", "a--b", "a_-b", "a b", "a\n")
PLACES = (
    *NEVER_TEXT, None, "/", "/a", "..", "a/../b", "./a", "a//b", "a\n", "s3://", "s3:///a", "s3://Bucket/a",
    "s3://bucket//a", "s3://bucket/a/../b", "s3://bucket/a\n", "https://bucket/a", "s3://bucket/a b",
)  # fmt: skip
ENTRIES: dict[str, Any] = {
    "storage.data[0]": {"storage data": [None]},
    "storage.data[0].s3": {"storage data": [{"path": "a"}]},
    "storage.data[1].path": {"storage data": [{"path": "a", "s3": "a/"}, {"s3": "b/"}]},
    "storage.data[0].direction": {"storage data": [{"path": "a", "s3": "a/", "direction": "out"}]},
    "storage.data[0].owner": {"storage data": [{"path": "a", "s3": "a/", "owner": "me"}]},
    # A beginning that ends within a name would let another name through that begins so.
    "airflow.task_images[0]": {"airflow task_images": ["example.com/team"]},
    "airflow.task_images[1]": {"airflow task_images": ["example.com/team/", "/"]},
    "airflow.task_images[2]": {"airflow task_images": ["a/", "b/", "a/\n"]},
    "availability_zones[1]": {"availability_zones": ["us-east-1a", "us-east-1"]},
    "cluster.access.admins[0]": {"cluster access": {"admins": ["arn:aws:iam::123456789012:root"]}},
    "cluster.access.admins[1]": {
        "cluster access": {"admins": ["arn:aws:iam::123456789012:role/a", "arn:aws:sts::123456789012:assumed-role/a/b"]}
    },
    "cluster.access.viewers[0]": {"cluster access": {"viewers": ["Admin"]}},
    "cluster.control_plane_logs[0]": {"cluster control_plane_logs": ["everything"]},
    "cluster.node_groups.workers.instance_types[0]": {"cluster node_groups workers instance_types": ["large"]},
    "cluster.node_groups.workers.zones[0]": {"cluster node_groups workers zones": ["a"]},
    f"{LABEL.replace(' ', '.')}.a/b/c": {LABEL: {"a/b/c": "x"}},
    f"{LABEL.replace(' ', '.')}.-a": {LABEL: {"-a": "x"}},
    f"{LABEL.replace(' ', '.')}.{'a' * 64}": {LABEL: {"a" * 64: "x"}},
    f"{LABEL.replace(' ', '.')}.Upper.example/a": {LABEL: {"Upper.example/a": "x"}},
    f"{LABEL.replace(' ', '.')}.team": {LABEL: {"team": "a b"}},
    f"{LABEL.replace(' ', '.')}.size": {LABEL: {"size": "x" * 64}},
    "cluster.node_groups.workers.taints[0].key": {
        "cluster node_groups workers taints": [{"key": "a b", "effect": "NoSchedule"}]
    },
    "cluster.node_groups.workers.taints[1].value": {
        "cluster node_groups workers taints": [
            {"key": "a", "effect": "NoSchedule"},
            {"key": "b", "value": "c\n", "effect": "NoSchedule"},
        ]
    },
    "cluster.node_groups.workers.taints[0].effect": {
        "cluster node_groups workers taints": [{"key": "a", "effect": "noschedule"}]
    },
    **{
        f"airflow.dag_bundles.{name}": {"airflow dag_bundles": {name: {"folder": "a"}}}
        for name in ("A", "1", "-a", "a-", "a_b", "example_dags", "a" * 41)
    },
    "airflow.login.scopes[0]": {"airflow login": {"scopes": ["openid profile"]}},
    "airflow.login.scopes[1]": {"airflow login": {"scopes": ["openid", "${Token[TOKEN.1]}"]}},
    "airflow.login.group_claims[0]": {"airflow login": {"group_claims": ["a b"]}},
    "airflow.login.service_users[0]": {"airflow login": {"service_users": ["--role"]}},
    "airflow.login.roles.one": {"airflow login": {"roles": {"one": "Ad\nmin"}}},
    "airflow.login.roles.two": {"airflow login": {"roles": {"two": ["Admin"]}}},
    "airflow.login.roles.": {"airflow login": {"roles": {"": "Admin"}}},
    "airflow.login.roles.${Token[TOKEN.1]}": {"airflow login": {"roles": {"${Token[TOKEN.1]}": "Admin"}}},
    "airflow.config.core": {"airflow config": {"core": "x"}},
    "airflow.config.Core.x": {"airflow config": {"Core.x": "x"}},
    "airflow.config.a.b": {"airflow config": {"a.b": "x\ny"}},
    "airflow.config.a.c": {"airflow config": {"a.c": None}},
    "airflow.config.a.d": {"airflow config": {"a.d": float("nan")}},
    "airflow.config.a.e": {"airflow config": {"a.e": "x" * 4097}},
    "airflow.config.a.f": {"airflow config": {"a.f": "${Token[TOKEN.1]}"}},
    "airflow.config.a.g": {"airflow config": {"a.g": -1.8881545897087626e289}},
    "airflow.config.a.h": {"airflow config": {"a.h": ["x"]}},
}


@pytest.mark.parametrize("path", ENTRIES)
def test_should_refuse_the_entry_that_has_not_the_form_in_one_line(path: str) -> None:
    lines = broken_lines(ENTRIES[path])

    assert len([line for line in lines if line.startswith(f"{path}: ")]) == 1


@pytest.mark.parametrize(
    ("setting", "value"), [("path", value) for value in FOLDERS] + [("s3", value) for value in PLACES], ids=repr
)
def test_should_refuse_folders_and_places_that_fsx_could_not_link(setting: str, value: Any) -> None:
    link = {"path": "a", "s3": "a/", setting: value}
    lines = broken_lines({"storage data": [link]})
    assert len([line for line in lines if line.startswith(f"storage.data[0].{setting}: ")]) == 1
    assert all(len(line) < 400 and line.isprintable() for line in lines)
