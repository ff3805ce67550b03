"""Why a set can't be restored in an environment: told before anything is made."""

from collections.abc import Iterator

from operations.aws import Clients
from operations.backup.backup_set import BackupSet
from operations.database_protection import databases
from operations.deployed import deployed_stacks
from settings import AwsEnvironment


def obstacles(
    settings: AwsEnvironment, clients: Clients, taken: BackupSet, *, account: str, key: str | None, bucket: str | None
) -> Iterator[str]:
    """A line each; nothing when it can. Raises what AWS's client raises."""
    deployed = databases(deployed_stacks(clients("cloudformation"), settings.name))
    if deployed and settings.restore.database_snapshot is None:
        yield (
            f"Database {deployed[0].physical_id} of environment {settings.name} is deployed: a set is restored before"
            " the first deployment only. `make destroy`, or another name in the file"
        )
    if settings.region != taken.region:
        yield f"region: the environment's is {settings.region}, the set is of {taken.region}"
    if _number(settings.airflow.version) < _number(taken.airflow_version):
        version = settings.airflow.version
        yield f"airflow.version: must be {taken.airflow_version} or newer, as the database is (got {version})"
    if account != taken.account:
        yield from _of_another_account(settings, taken, key=key, bucket=bucket)


def _of_another_account(
    settings: AwsEnvironment, taken: BackupSet, *, key: str | None, bucket: str | None
) -> Iterator[str]:
    files, where = taken.files, f"account {taken.account}'s"
    if files.bucket and settings.storage.s3.enabled and bucket is None:
        yield (
            f"The files are in {files.bucket}, {where}: make a bucket here, `aws s3 sync s3://{files.bucket}"
            " s3://<yours>`, and name it: --bucket (make: BUCKET=)"
        )
    if files.backup_id:
        yield (
            f"The files are in {files.backup_id}, {where}, and FSx shares none: copy them to an S3 bucket there, and"
            " make a set with storage.s3.enabled"
        )
    if settings.database.customer_managed_key and key is None:
        yield (
            "database.customer_managed_key is true: name a KMS key of this account, which encrypts the copy of the"
            " snapshot and the secrets: --key (make: KEY=)"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
