"""An AWS account in memory that makes snapshots and backups, keeps secrets and encrypts: for backup and restore."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.deployed_aws import ACCOUNT, Account, Json, refused

REGION = "eu-central-1"
AWS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
OWN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-1111-1111-1111-111111111111"
"""AWS's own, and one of the account's."""


def secret_arn(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{account}:secret:{name}-AbCdEf"


@dataclass
class Vault(Account):
    """Beside what operations look at elsewhere."""

    account: str = ACCOUNT
    keys: dict[str, str] = field(default_factory=dict)
    """Database -> key; AWS's own where there is none."""

    snapshots: dict[str, Json] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """ARN of a secret -> value."""

    secret_keys: dict[str, str] = field(default_factory=dict)
    going: set[str] = field(default_factory=set)
    """Secrets that wait for their deletion."""

    objects: dict[str, bytes] = field(default_factory=dict)
    backups: dict[str, Json] = field(default_factory=dict)
    lifecycles: list[str] = field(default_factory=lambda: ["CREATING", "AVAILABLE"])
    """Of a new backup, look by look."""

    calls: list[str] = field(default_factory=list)

    def get_caller_identity(self) -> Json:
        return {"Account": self.account}

    def wait(self, **_: Any) -> None:  # type: ignore[override]
        """Everything is ready at once."""

    def create_db_snapshot(self, DBInstanceIdentifier: str, DBSnapshotIdentifier: str, Tags: list[Json]) -> None:  # noqa: N803
        self._there(DBInstanceIdentifier)
        self.calls.append("snapshot")
        self.keep(DBSnapshotIdentifier, self.keys.get(DBInstanceIdentifier, AWS_KEY))

    def keep(self, name: str, key: str = AWS_KEY, **changes: Any) -> str:
        """A snapshot of this account; returns its ARN."""
        arn = f"arn:aws:rds:{REGION}:{self.account}:snapshot:{name}"
        self.snapshots[name] = {
            "DBSnapshotArn": arn,
            "Status": "available",
            "Encrypted": True,
            "KmsKeyId": key,
            "EngineVersion": "17.4",
            "AllocatedStorage": 20,
            **changes,
        }
        return arn

    def describe_db_snapshots(self, DBSnapshotIdentifier: str) -> Json:  # noqa: N803
        if DBSnapshotIdentifier not in self.snapshots:
            raise refused("DBSnapshotNotFound")
        return {"DBSnapshots": [self.snapshots[DBSnapshotIdentifier]]}

    def copy_db_snapshot(
        self,
        SourceDBSnapshotIdentifier: str,  # noqa: N803
        TargetDBSnapshotIdentifier: str,  # noqa: N803
        KmsKeyId: str,  # noqa: N803
        **_: Any,
    ) -> Json:
        self.calls.append(f"copy of {SourceDBSnapshotIdentifier}")
        self.keep(TargetDBSnapshotIdentifier, AWS_KEY if KmsKeyId == "alias/aws/rds" else KmsKeyId)
        return {"DBSnapshot": self.snapshots[TargetDBSnapshotIdentifier]}

    def modify_db_snapshot_attribute(self, DBSnapshotIdentifier: str, ValuesToAdd: list[str], **_: Any) -> None:  # noqa: N803
        self.shared[DBSnapshotIdentifier] = ValuesToAdd

    def create_backup(self, FileSystemId: str, **_: Any) -> Json:  # noqa: N803
        self._there(FileSystemId)
        self.calls.append("backup")
        self.backups["backup-0123456789"] = {"FileSystem": {"StorageCapacity": 2400}}
        return {"Backup": {"BackupId": "backup-0123456789"}}

    def describe_backups(self, BackupIds: list[str]) -> Json:  # noqa: N803
        if BackupIds[0] not in self.backups:
            raise refused("BackupNotFound")
        state = self.lifecycles.pop(0) if len(self.lifecycles) > 1 else self.lifecycles[0]
        return {"Backups": [{**self.backups[BackupIds[0]], "Lifecycle": state}]}

    def _secret(self, name: str) -> str:
        if name.startswith("arn:") and f":{self.account}:" not in name:
            raise refused("AccessDeniedException")
        found = next((arn for arn in self.values if arn in (name, secret_arn(name, self.account))), None)
        if found is None or found in self.gone:
            raise refused("ResourceNotFoundException")
        return found

    def describe_secret(self, SecretId: str) -> Json:  # noqa: N803
        arn = self._secret(SecretId)
        told: Json = {"ARN": arn, "VersionIdsToStages": {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}}
        if arn in self.secret_keys:
            told["KmsKeyId"] = self.secret_keys[arn]
        if arn in self.going:
            told["DeletedDate"] = "2026-12-01"
        return told

    def get_secret_value(self, SecretId: str) -> Json:  # noqa: N803
        arn = self._secret(SecretId)
        self.calls.append("value")
        return {"ARN": arn, "VersionId": "v2", "SecretString": self.values[arn]}

    def create_secret(self, Name: str, SecretString: str, Description: str, KmsKeyId: str = "") -> Json:  # noqa: N803
        arn = secret_arn(Name, self.account)
        assert arn not in self.values
        self.values[arn] = SecretString
        if KmsKeyId:
            self.secret_keys[arn] = KmsKeyId
        return {"ARN": arn}

    def describe_key(self, KeyId: str) -> Json:  # noqa: N803
        return {"KeyMetadata": {"Arn": KeyId, "KeyManager": "AWS" if KeyId == AWS_KEY else "CUSTOMER"}}

    def encrypt(self, KeyId: str, Plaintext: bytes, EncryptionContext: Json) -> Json:  # noqa: N803
        assert len(Plaintext) <= 4096
        return {"CiphertextBlob": json.dumps([EncryptionContext, Plaintext[::-1].decode()]).encode()}

    def decrypt(self, CiphertextBlob: bytes, EncryptionContext: Json) -> Json:  # noqa: N803
        context, text = json.loads(CiphertextBlob)
        if context != EncryptionContext:
            raise refused("InvalidCiphertextException")
        return {"Plaintext": text[::-1].encode()}

    def put_object(self, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str, **_: Any) -> None:  # noqa: N803
        place = f"s3://{Bucket}/{Key}"
        assert IfNoneMatch == "*" and place not in self.objects
        self.objects[place] = Body

    def get_object(self, Bucket: str, Key: str) -> Json:  # noqa: N803
        place = f"s3://{Bucket}/{Key}"
        if place not in self.objects:
            raise refused("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[place])}
