"""`python -m operations.restore <environment> --from SET`: bring a backup set into the account, and tell the settings
that bring the environment up from it."""

import sys

import yaml

from operations.aws import Clients, account_of
from operations.backup.backup_set import read
from operations.command import parser, refused, run
from operations.restore import bringing
from operations.restore.obstacles import obstacles
from operations.restore.sources import source_violations
from operations.restore.wanted import missing, nested, wanted
from settings import AwsEnvironment


def restore(
    given: str,
    settings: AwsEnvironment,
    clients: Clients,
    *,
    place: str,
    key: str | None = None,
    bucket: str | None = None,
) -> int:
    """Bring a set's parts into the account, and tell the settings; returns the exit code. No stack is touched.

    Run again with the settings in the file, it says whether all of it is there. Raises OperationError and what AWS's
    client raises.

    Args:
        given: the environment as the person named it: a name, or a path.
        place: of the set: s3://bucket/key, or a file.
        key: a KMS key of this account, which encrypts what is made of a set of another account.
        bucket: a copy of the set's, where that is another account's.
    """
    account = account_of(clients, settings)
    taken = read(clients("s3"), place)
    if reasons := list(obstacles(settings, clients, taken, account=account, key=key, bucket=bucket)):
        return refused(reasons)
    print(f"Backup set {taken.name} of environment {taken.environment}, account {taken.account}.", flush=True)
    snapshot = bringing.snapshot(clients("rds"), taken, account=account, key=key)
    secrets = bringing.secrets(clients, taken, account=account, key=key)
    settled = wanted(settings, clients, taken, snapshot=snapshot, secrets=secrets, bucket=bucket)
    if missing(settings, settled):
        print(f"Write this into the environment file, then `make deploy ENV={given}`:\n")
        print(yaml.safe_dump(nested(settled), sort_keys=False))
        return 0
    if found := list(source_violations(settings, clients)):
        return refused(found, "The environment file has it all, but:")
    print(f"The environment file has it all: `make deploy ENV={given}` brings it up.")
    return 0


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    made = parser("make restore", "Tell the settings that bring an environment up from a backup set.")
    made.add_argument("--from", dest="place", required=True, metavar="SET", help="s3://bucket/key, or a file (FROM=)")
    made.add_argument("--key", metavar="ARN", help="a KMS key of the account, for a set of another one (make: KEY=)")
    made.add_argument("--bucket", help="your copy of the set's bucket, for a set of another account (make: BUCKET=)")
    given = made.parse_args(arguments)

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        return restore(given.environment, settings, clients, place=given.place, key=given.key, bucket=given.bucket)

    return run(given.environment, work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
