"""What a destroy owes to S3: files leave before their file system goes, and a bucket that goes is empty."""

from collections.abc import Sequence
from dataclasses import dataclass

from operations.aws import Clients
from operations.buckets import empty, holds
from operations.deployed import Resource
from operations.destroy.kinds import BUCKET, KINDS
from operations.destroy.plan import Plan
from operations.exports import Exporting, broken_links, exporting, wait_until_exported, waiting_seconds


@dataclass(frozen=True)
class Linked:
    """The part of a plan that S3 is concerned with."""

    leaving: Sequence[Exporting]
    """File systems whose files leave to a place that stays."""

    buckets: Sequence[Resource]
    """That go, with all that is in them."""

    @classmethod
    def of(cls, plan: Plan) -> "Linked":
        """Of the stacks that go."""
        buckets = [each for each in plan.lost_data if each.type == BUCKET]
        gone = [f'{{"Ref": "{each.logical_id}"}}' for each in buckets]
        leaving = [
            each
            for each in exporting(plan.destroyed)
            if not all(any(bucket in place for bucket in gone) for place in each.places)
        ]
        return cls(leaving, buckets)

    def described(self, clients: Clients, minutes: int) -> list[str]:
        """What will happen, for a person. Raises what AWS's client raises."""
        lines = []
        for each in self.leaving:
            age = waiting_seconds(clients("cloudwatch"), each.file_system.physical_id)
            now = f"now the oldest file has waited {age} s" if age else "now none waits"
            what = f"{', '.join(each.folders)} of {each.file_system.physical_id} leave to S3 first: {now}"
            lines.append(f"Files in {what}; Airflow is removed, then at most {minutes} minutes are waited.")
            broken = broken_links(clients("fsx"), each.stack, each.file_system.physical_id)
            lines += [f"Link {link}: what was written there may NOT be in S3, and nothing tells." for link in broken]
        lines += [
            f"Bucket {each.physical_id} is EMPTIED, in all versions: it holds {holds(clients('s3'), each.physical_id)}."
            for each in self.buckets
        ]
        return lines

    def wait(self, clients: Clients, minutes: int) -> list[str]:
        """Wait for what leaves; returns what would be lost now, a line each."""
        by_id = {each.file_system.physical_id: each for each in self.leaving}
        waiting = wait_until_exported(clients, by_id, minutes=minutes) if by_id else {}
        lost = []
        for file_system, age in waiting.items():
            found = by_id[file_system]
            told = f"{', '.join(found.folders)} of {file_system} have not all left to S3: the oldest has waited {age} s"
            if found.file_system.is_kept:
                print(f"Files in {told}. The file system stays, and they in it.", flush=True)
            else:
                lost.append(f"Files in {told}, and they would be lost with the file system.")
        return lost

    def empty_buckets(self, clients: Clients) -> int:
        """Empty the buckets that go; returns how much was deleted. Raises BucketError and what AWS's client raises."""
        total = 0
        for bucket in (each.physical_id for each in self.buckets):
            if KINDS[BUCKET].exists(clients, bucket) and (deleted := empty(clients("s3"), bucket)):
                print(f"Bucket {bucket}: {deleted} objects and versions deleted.", flush=True)
                total += deleted
        return total
