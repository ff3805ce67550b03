"""File system and database."""

from tests.unit.settings.cases import Bad, Changes

BAD = [
    Bad("kind_exists", {"storage": {"storage_type": "HDD"}}, "storage.storage_type", "HDD"),
    Bad(
        "kind_exists",
        {"storage": {"deployment_type": "SCRATCH_2", "storage_type": "HDD"}},
        "storage.storage_type",
        "HDD",
    ),
    Bad(
        "throughput_is_offered",
        {"storage": {"throughput_mbps_per_tib": None}},
        "storage.throughput_mbps_per_tib",
        "null",
    ),
    Bad(
        "throughput_is_offered", {"storage": {"throughput_mbps_per_tib": 200}}, "storage.throughput_mbps_per_tib", "200"
    ),
    Bad(
        "throughput_is_offered",
        {"storage": {"throughput_mbps_per_tib": -125}},
        "storage.throughput_mbps_per_tib",
        "-125",
    ),
    Bad(
        "throughput_is_offered",
        {"storage": {"deployment_type": "PERSISTENT_1", "throughput_mbps_per_tib": 125}},
        "storage.throughput_mbps_per_tib",
        "125",
    ),
    Bad(
        "throughput_is_offered",
        {"storage": {"deployment_type": "PERSISTENT_1", "storage_type": "HDD", "throughput_mbps_per_tib": 50}},
        "storage.throughput_mbps_per_tib",
        "50",
    ),
    Bad(
        "throughput_is_offered",
        {"storage": {"deployment_type": "SCRATCH_2", "throughput_mbps_per_tib": 125}},
        "storage.throughput_mbps_per_tib",
        "125",
    ),
    Bad("capacity_is_offered", {"storage": {"storage_capacity_gib": 3600}}, "storage.storage_capacity_gib", "3600"),
    Bad(
        "capacity_is_offered",
        {"storage": {"deployment_type": "SCRATCH_2", "storage_capacity_gib": 1800}},
        "storage.storage_capacity_gib",
        "1800",
    ),
    Bad(
        "capacity_is_offered",
        {
            "storage": {
                "deployment_type": "PERSISTENT_1",
                "storage_type": "HDD",
                "throughput_mbps_per_tib": 12,
                "storage_capacity_gib": 7200,
            }
        },
        "storage.storage_capacity_gib",
        "7200",
    ),
    Bad(
        "capacity_is_offered",
        {
            "storage": {
                "deployment_type": "PERSISTENT_1",
                "storage_type": "HDD",
                "throughput_mbps_per_tib": 40,
                "storage_capacity_gib": 2400,
            }
        },
        "storage.storage_capacity_gib",
        "2400",
    ),
    Bad("read_cache_is_offered", {"storage": {"hdd_read_cache": True}}, "storage.hdd_read_cache", "true"),
    Bad(
        "read_cache_is_offered",
        {"storage": {"deployment_type": "PERSISTENT_1", "hdd_read_cache": True}},
        "storage.hdd_read_cache",
        "true",
    ),
    Bad(
        "backups_are_offered",
        {"storage": {"deployment_type": "SCRATCH_2", "backup_retention_days": 7}},
        "storage.backup_retention_days",
        "7",
    ),
    Bad(
        "backup_time_needs_backups",
        {"storage": {"deployment_type": "SCRATCH_2", "backup_start_time": "05:00"}},
        "storage.backup_start_time",
        "05:00",
    ),
    Bad(
        "backup_time_needs_backups",
        {"storage": {"backup_retention_days": 0, "backup_start_time": "05:00"}},
        "storage.backup_start_time",
        "05:00",
    ),
    Bad(
        "customer_key_is_offered",
        {"storage": {"deployment_type": "SCRATCH_2", "customer_managed_key": True}},
        "storage.customer_managed_key",
        "true",
    ),
    Bad(
        "backup_time_needs_backups",
        {"storage s3": {"enabled": False}, "storage backup_retention_days": None, "storage backup_start_time": "05:00"},
        "storage.backup_start_time",
        "storage.backup_retention_days",
    ),
    Bad(
        "linked_file_system_has_no_backups",
        {"storage": {"backup_retention_days": 7}},
        "storage.backup_retention_days",
        "storage.s3.enabled",
    ),
    Bad(
        "linked_file_system_has_no_backups",
        {"storage": {"s3": {"enabled": True}, "deployment_type": "PERSISTENT_1", "backup_retention_days": 90}},
        "storage.backup_retention_days",
        "90",
    ),
    Bad("bucket_needs_links", {"storage": {"s3": {"enabled": False, "bucket": "ours"}}}, "storage.s3.bucket", "ours"),
    Bad(
        "bucket_needs_links",
        {"storage": {"s3": {"enabled": False, "bucket": "ours"}}},
        "storage.s3.bucket",
        "storage.s3.enabled",
    ),
    Bad(
        "data_needs_links",
        {"storage": {"s3": {"enabled": False}, "data": [{"path": "features", "s3": "s3://theirs/features/"}]}},
        "storage.data",
        "storage.s3.enabled",
    ),
    *(
        Bad(
            "data_folders_are_apart",
            {"storage": {"data": [{"path": "a", "s3": "a/"}, {"path": path, "s3": "s3://theirs/b/"}]}},
            "storage.data[1].path",
            whose,
        )
        for path, whose in (
            ("a", "storage.data[0].path"),
            ("a/b", "storage.data[0].path"),
            ("dags", "the platform's folder dags"),
            ("logs/old", "the platform's folder logs"),
            ("bundles", "the platform's folder bundles"),
        )
    ),
    *(
        Bad(
            "data_places_are_apart",
            {"storage": {"s3": {"bucket": "ours"}, "data": [{"path": "a", "s3": "x/y"}, {"path": "b", "s3": place}]}},
            "storage.data[1].s3",
            whose,
        )
        for place, whose in (
            ("x/y/", "storage.data[0].s3"),
            ("x", "storage.data[0].s3"),
            ("s3://ours/x/y/z/", "storage.data[0].s3"),
            ("dags", "storage.s3 (dags/)"),
            ("logs/old/", "storage.s3 (logs/)"),
            ("s3://ours", "storage.s3 (dags/)"),
            ("s3://ours/", "storage.s3 (dags/)"),
        )
    ),
    Bad(
        "data_places_are_apart",
        {"storage": {"data": [{"path": "a", "s3": "s3://theirs/x/"}, {"path": "b", "s3": "s3://theirs/x/y/"}]}},
        "storage.data[1].s3",
        "s3://theirs/x/y/",
    ),
    Bad(
        "storage_can_grow",
        {"database": {"allocated_storage_gib": 101, "max_allocated_storage_gib": 111}},
        "database.max_allocated_storage_gib",
        "111",
    ),
    Bad(
        "region_has_certificates",
        {"region": "us-gov-west-1", "availability_zones": ["us-gov-west-1a", "us-gov-west-1b"]},
        "region",
        "python -m operations.certificates us-gov-west-1",
    ),
    Bad("retained_data_has_backups", {"database": {"backup_retention_days": 0}}, "database.backup_retention_days", "0"),
]

GOOD: list[Changes] = [
    *({"storage": {"throughput_mbps_per_tib": each}} for each in (125, 250, 500, 1000)),
    *({"storage": {"deployment_type": "PERSISTENT_1", "throughput_mbps_per_tib": each}} for each in (50, 100, 200)),
    *({"storage": {"storage_capacity_gib": each}} for each in (1200, 2400, 4800, 7200)),
    {"storage": {"deployment_type": "SCRATCH_2"}},
    {"storage": {"deployment_type": "SCRATCH_2", "throughput_mbps_per_tib": None, "backup_retention_days": 0}},
    {"storage": {"deployment_type": "PERSISTENT_1"}},
    {"storage": {"deployment_type": "PERSISTENT_1", "storage_type": "HDD"}},
    {
        "storage": {
            "deployment_type": "PERSISTENT_1",
            "storage_type": "HDD",
            "throughput_mbps_per_tib": 12,
            "storage_capacity_gib": 12000,
            "hdd_read_cache": True,
        }
    },
    {
        "storage": {
            "deployment_type": "PERSISTENT_1",
            "storage_type": "HDD",
            "throughput_mbps_per_tib": 40,
            "storage_capacity_gib": 5400,
        }
    },
    {"storage": {"maintenance_window": "1:00:00", "customer_managed_key": True}},
    {"storage": {"s3": {"enabled": False}, "backup_start_time": "23:59"}},
    {"storage": {"s3": {"enabled": False}, "backup_retention_days": 30}},
    {"storage": {"s3": {"enabled": False}, "backup_retention_days": None}},
    {"storage": {"backup_retention_days": 0}},
    {"storage": {"backup_retention_days": None}},
    {"storage": {"s3": {"bucket": "my.own-bucket", "previous_version_days": 365}}},
    {
        "storage": {
            "data": [
                {"path": "features", "s3": "s3://theirs/features/"},
                {"path": "features2", "s3": "s3://theirs/features2", "direction": "both"},
                {"path": "team/models_v1.2", "s3": "models/", "direction": "export"},
                {"path": "team/raw", "s3": "raw=1/day=2026-11-24/"},
                {"path": "dags2", "s3": "dags2/"},
                {"path": "whole", "s3": "s3://another"},
            ]
        }
    },
    {"storage": {"availability_zone": "us-east-1b"}},
    {"database": {"allocated_storage_gib": 100, "max_allocated_storage_gib": 110}},
    {"database": {"allocated_storage_gib": 500}},
    {"database": {"backup_retention_days": 0}, "retain_data": False},
]
