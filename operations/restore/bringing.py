"""What a set's parts become in the account that they are restored in: used where they are, or made there.

Sources: CopyDBSnapshot, Amazon RDS API reference (an encrypted snapshot of another account must be copied, with a key);
"Sharing encrypted snapshots", Amazon RDS user guide; Decrypt, AWS KMS API reference.
"""

import base64
import json
from typing import Any

from operations.aws import Clients, OperationError
from operations.backup.backup_set import BackupSet, context_of
from operations.backup.making import WAIT
from operations.restore.sources import found_or_none

AWS_KEY = "alias/aws/rds"


class RestoreError(OperationError):
    """A set does not have what it takes."""


def snapshot(rds: Any, taken: BackupSet, *, account: str, key: str | None) -> str:
    """Name of a snapshot of this account: the set's own, or a copy of the shared one. Raises RestoreError."""
    if account == taken.account:
        return taken.database.snapshot_arn.rpartition(":")[2]
    shared = taken.database.shared_snapshot_arn
    if shared is None:
        raise RestoreError(
            f"The set's snapshot is account {taken.account}'s, and no other can use it: make a set with"
            " backup.kms_key_arn and backup.accounts"
        )
    if not found_or_none(lambda: rds.describe_db_snapshots(DBSnapshotIdentifier=taken.name)["DBSnapshots"]):
        print(f"Copying {shared}: minutes to hours.", flush=True)
        rds.copy_db_snapshot(
            SourceDBSnapshotIdentifier=shared, TargetDBSnapshotIdentifier=taken.name, KmsKeyId=key or AWS_KEY
        )
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=taken.name, WaiterConfig=WAIT)
    return taken.name


def secrets(clients: Clients, taken: BackupSet, *, account: str, key: str | None) -> dict[str, str]:
    """ARN of each secret: where it was, or made from the encrypted values, once. Raises RestoreError.

    One that waits for its deletion counts as there: `source_violations` tells the command that brings it back.
    """
    manager, arns, values = clients("secretsmanager"), dict[str, str](), dict[str, str]()
    for name, secret in taken.secrets.items():
        made = f"{taken.name}/{name}"
        there = (_secret(manager, secret.arn) if account == taken.account else None) or _secret(manager, made)
        if there is None:
            values = values or _values(clients("kms"), taken)
            there = manager.create_secret(
                Name=made,
                SecretString=values[name],
                Description=f"Airflow: {name} of {taken.environment}, restored",
                **({"KmsKeyId": key} if key else {}),
            )
            print(f"Secret {made} is made, with the set's value.", flush=True)
        arns[name] = there["ARN"]
    return arns


def _secret(manager: Any, name: str) -> Any:
    return found_or_none(lambda: manager.describe_secret(SecretId=name))


def _values(kms: Any, taken: BackupSet) -> dict[str, str]:
    if taken.encrypted_secrets is None:
        raise RestoreError(
            "The set's secrets are not in this account, and it does not hold their values: it was made without"
            " backup.kms_key_arn. Without the Fernet key no connection in the database can be read"
        )
    blob = base64.b64decode(taken.encrypted_secrets)
    context = context_of(taken.environment, taken.name)
    found: dict[str, str] = json.loads(kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"])
    return found
