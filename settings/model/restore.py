"""What a platform is brought up from, instead of empty."""

from typing import Annotated

from settings.model.base import Form, KeyArn, Settings

_REGION = r"[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]"
_SNAPSHOT = r"[A-Za-z](-?[A-Za-z0-9]){0,254}"

SnapshotName = Annotated[
    str,
    Form(
        rf"(arn:aws[a-z-]*:rds:{_REGION}:[0-9]{{12}}:snapshot:)?(rds:|awsbackup:)?{_SNAPSHOT}",
        "must be the name or the ARN of an RDS snapshot, such as airflow-production-20261124-0500",
        350,
    ),
]
FileSystemBackupId = Annotated[
    str, Form(r"backup-[0-9a-f]{8,}", "must be the id of an FSx backup, such as backup-0123456789abcdef0", 64)
]
SecretArn = Annotated[
    str,
    Form(
        rf"arn:aws[a-z-]*:secretsmanager:{_REGION}:[0-9]{{12}}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{{6}}",
        "must be the whole ARN of a secret of Secrets Manager, with the six characters at its end",
        640,
    ),
]


class RestoreSettings(Settings):
    """What a platform is brought up from, instead of empty: what `make restore` writes of a backup set.

    It must be there at the first deployment, and stay as long as the platform lives: CloudFormation would make an
    empty database in the place of one whose template forgets its snapshot (DBSnapshotIdentifier of
    AWS::RDS::DBInstance, CloudFormation template reference). `make deploy` refuses to add, change or drop it later.
    """

    database_snapshot: SnapshotName | None = None
    """RDS snapshot that the database is made from: its name or its ARN. Default: an empty database."""

    secrets: dict[str, SecretArn] = {}
    """Secrets that are used instead of new ones, by their names here: `fernet_key`, `jwt_secret`, `api_secret_key`,
    `admin_password`. They stay yours: no destroy deletes them. Database credentials are always new."""

    kms_key_arn: KeyArn | None = None
    """Your KMS key, or the one that was kept, which encrypts the snapshot and these secrets: it stands for the key that
    `database.customer_managed_key` makes otherwise. Default: AWS's own keys."""

    file_system_backup: FileSystemBackupId | None = None
    """FSx backup that the file system is made from, of the size that `storage.storage_capacity_gib` says; default: an
    empty file system, which its links fill from S3."""
