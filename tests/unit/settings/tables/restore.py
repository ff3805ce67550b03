"""What a platform is brought up from, and who can."""

from tests.unit.settings.cases import Bad, Changes

ACCOUNT, REGION = "111122223333", "us-east-1"


def secret(name: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:secretsmanager:{region}:{account}:secret:{name}-AbCdEf"


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
RESTORED = {"database_snapshot": "airflow-test-final", "secrets": {"fernet_key": secret("fernet")}}
WITH_KEY: Changes = {"database customer_managed_key": True, "restore": {**RESTORED, "kms_key_arn": KEY}}


def _restored(**changes: object) -> Changes:
    return {"restore": {**RESTORED, **changes}}


BAD = [
    Bad(
        "scheduled_backups_are_of_kept_data",
        {"backup": {"frequency": "daily"}, "retain_data": False},
        "backup.frequency",
        "daily",
    ),
    Bad("lock_is_of_scheduled_backups", {"backup": {"lock": "compliance"}}, "backup.lock", "compliance"),
    Bad("shared_backups_have_a_key", {"backup": {"accounts": ["210987654321"]}}, "backup.kms_key_arn", "null"),
    Bad(
        "backup_key_is_of_the_region",
        {"backup": {"kms_key_arn": KEY.replace(REGION, "eu-west-1")}},
        "backup.kms_key_arn",
        REGION,
    ),
    Bad(
        "restored_parts_have_a_database",
        {"restore": {"secrets": {"fernet_key": secret("fernet")}, "file_system_backup": "backup-0123456789abcdef0"}},
        "restore.database_snapshot",
        "restore.secrets and restore.file_system_backup",
    ),
    Bad(
        "restored_database_has_its_fernet_key",
        {"restore": {"database_snapshot": "kept", "secrets": {"jwt_secret": secret("jwt")}}},
        "restore.secrets",
        "jwt_secret",
    ),
    *(
        Bad(
            "restored_secrets_are_the_platforms",
            _restored(secrets={"fernet_key": secret("fernet"), key: secret("x")}),
            f"restore.secrets.{key}",
            key,
        )
        for key in ("database", "fernet")
    ),
    Bad(
        "restored_parts_are_of_the_account_and_region",
        _restored(secrets={"fernet_key": secret("fernet", region="eu-west-1")}),
        "restore.secrets.fernet_key",
        "us-east-1",
    ),
    Bad(
        "restored_parts_are_of_the_account_and_region",
        {"account": ACCOUNT, **_restored(secrets={"fernet_key": secret("fernet", account="210987654321")})},
        "restore.secrets.fernet_key",
        ACCOUNT,
    ),
    Bad(
        "restored_parts_are_of_the_account_and_region",
        _restored(database_snapshot=f"arn:aws:rds:eu-west-1:{ACCOUNT}:snapshot:kept"),
        "restore.database_snapshot",
        "eu-west-1",
    ),
    Bad(
        "restored_parts_are_of_the_account_and_region",
        {**WITH_KEY, "account": "210987654321"},
        "restore.kms_key_arn",
        "210987654321",
    ),
    Bad(
        "restored_database_keeps_its_key",
        {"database customer_managed_key": True, **_restored()},
        "restore.kms_key_arn",
        "null",
    ),
    Bad("restored_database_keeps_its_key", _restored(kms_key_arn=KEY), "restore.kms_key_arn", "must be left out"),
    Bad(
        "restored_file_system_is_persistent",
        {"storage deployment_type": "SCRATCH_2", **_restored(file_system_backup="backup-0123456789abcdef0")},
        "restore.file_system_backup",
        "SCRATCH_2",
    ),
]

GOOD: list[Changes] = [
    {"backup": {"frequency": "weekly", "start_time": "23:59", "keep_days": 3650, "lock": "governance"}},
    {"backup": {"kms_key_arn": KEY}},
    {"backup": {"kms_key_arn": KEY, "accounts": ["210987654321", "109876543210"]}},
    _restored(),
    WITH_KEY,
    {"account": ACCOUNT, **_restored(database_snapshot=f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:awsbackup:job-1")},
    _restored(secrets={key: secret(key) for key in ("fernet_key", "jwt_secret", "api_secret_key", "admin_password")}),
    {"storage s3": {"enabled": False}, **_restored(file_system_backup="backup-0123456789abcdef0")},
]
