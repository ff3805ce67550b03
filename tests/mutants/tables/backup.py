"""Breaks of backup and restore: settings, what is deployed, and the commands."""

from tests.mutants.mutant import breaks

UNIT = "tests/unit"
RULES, TRANSITIONS = f"{UNIT}/settings/test_rules.py", f"{UNIT}/platform/test_transitions.py"
BACKUP = f"{UNIT}/operations/backup/test_backup.py"
RESTORE, SOURCES = f"{UNIT}/operations/restore/test_restore.py", f"{UNIT}/operations/restore/test_sources.py"

MUTANTS = (
    *breaks(
        "settings/rules/restore.py",
        (RULES,),
        ("a restored database has its Fernet key", '"fernet_key" not in restore.secrets', '"x" in restore.secrets'),
        ("credentials of the database are not adopted", "if not row.username)", "if row.username)"),
        ("a restored database keeps its key", "customer_managed and restore.kms_key_arn is None", "False"),
    ),
    *breaks(
        "constructs/airflow_platform/database/metadata_database.py",
        (f"{UNIT}/constructs/database/test_metadata_database.py",),
        ("a snapshot decides of the user", "    instance.master_username = None\n", ""),
        ("a snapshot decides of encryption", "    instance.storage_encrypted = None\n", ""),
        ("a database is made from its snapshot", "    instance.db_snapshot_identifier = snapshot\n", ""),
    ),
    *breaks(
        "operations/changes/restored.py",
        (f"{TRANSITIONS}::test_should_refuse_other_secrets_or_another_key_of_a_restored_database",),
        ("a restored platform keeps its secrets", "if before.get(part) != after.get(part):", "if False:"),
    ),
    *breaks(
        "operations/changes/fixed.py",
        (f"{UNIT}/operations/changes/test_compare.py",),
        ("no deployment forgets a snapshot", 'path="DBSnapshotIdentifier"', 'path="SnapshotIdentifier"'),
    ),
    *breaks(
        "operations/backup/__main__.py",
        (BACKUP,),
        ("the snapshot comes before the files", "name=name, since=made_at,", "name=name, since=made_at - 10**6,"),
        ("no set without the Fernet key", "if key not in data.secrets]", "if key in data.secrets]"),
        ("a kept file system has nothing to wait for", "if not data.stacks or", "if"),
    ),
    *breaks(
        "operations/backup/making.py",
        (BACKUP,),
        ("a metric is late", "+ METRIC_SECONDS <= now", "<= now"),
        ("a backup that fails is no backup", 'if found["Lifecycle"] == "AVAILABLE":', 'if found["Lifecycle"]:'),
    ),
    *breaks(
        "operations/backup/data.py",
        (BACKUP,),
        ("the last life of several", "and resource.stack not in done", "and True"),
        ("secrets that a platform was restored with", ", **settings.restore.secrets}", "}"),
    ),
    *breaks(
        "operations/restore/bringing.py",
        (RESTORE,),
        ("a snapshot is copied once", "if not found_or_none(lambda: rds", "if True or found_or_none(lambda: rds"),
        ("secrets of another account are not this one's", "if account == taken.account else None)", ")"),
        ("values are of this set", "context_of(taken.environment, taken.name)", "context_of(taken.environment, '')"),
    ),
    *breaks(
        "operations/restore/sources.py",
        (SOURCES,),
        ("an unencrypted snapshot", 'if not snapshot.get("Encrypted"):', 'if snapshot.get("Encrypted") is None:'),
        ("a secret that waits for its end", 'elif "DeletedDate" in found:', 'elif "DeletionDate" in found:'),
        (
            "storage can't shrink",
            "if database.allocated_storage_gib < size:",
            "if database.allocated_storage_gib > size:",
        ),
    ),
)
