"""What was written to linked folders of a file system, and has not left to S3 yet.

Nothing waits for it when a file system is deleted (DeleteFileSystem, Amazon FSx API reference). The metric is that of
"Monitoring with Amazon CloudWatch", FSx for Lustre user guide; a third party measured up to 85 minutes after a million
small files.
"""

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from operations.aws import Clients
from operations.changes.links import FILE_SYSTEM, LINK
from operations.deployed import DeployedStack, Resource

WAIT_MINUTES = 30
"""How long a command waits, unless it is told otherwise."""

QUIET_SECONDS = 60
"""How long nothing has to wait: the metric has a point a minute."""

POLL_SECONDS = 15


@dataclass(frozen=True)
class Exporting:
    """A file system with folders whose files leave to S3."""

    stack: DeployedStack
    file_system: Resource
    folders: tuple[str, ...]
    places: tuple[str, ...]
    """Of the folders, as the deployed template has them: JSON, which may refer to the stack's own bucket."""


def add_export_minutes(parser: argparse.ArgumentParser) -> None:
    """The argument of a command that waits."""
    parser.add_argument(
        "--export-minutes",
        type=int,
        default=WAIT_MINUTES,
        metavar="N",
        help="minutes to wait for files that leave to S3, default %(default)s; 0: what has not left is given up"
        " (make: EXPORT_MINUTES=N)",
    )


def exporting(stacks: Iterable[DeployedStack]) -> list[Exporting]:
    """The file systems of stacks that something leaves from."""
    found = []
    for stack in stacks:
        resources = stack.template.get("Resources", {})
        links = [each.get("Properties", {}) for each in resources.values() if each.get("Type") == LINK]
        for file_system in (each for each in stack.resources if each.type == FILE_SYSTEM):
            own = [link for link in links if link.get("FileSystemId") == {"Ref": file_system.logical_id}]
            leaving = [link for link in own if link.get("S3", {}).get("AutoExportPolicy")]
            if leaving:
                folders = tuple(sorted(str(link["FileSystemPath"]) for link in leaving))
                places = tuple(json.dumps(link["DataRepositoryPath"]) for link in leaving)
                found.append(Exporting(stack, file_system, folders, places))
    return found


def waiting_seconds(cloudwatch: Any, file_system: str) -> int:
    """How long the oldest file has waited to leave; 0 when none does. Raises what AWS's client raises."""
    now = datetime.now(timezone.utc)
    points: list[Mapping[str, Any]] = cloudwatch.get_metric_statistics(
        Namespace="AWS/FSx",
        MetricName="AgeOfOldestQueuedMessage",
        Dimensions=[{"Name": "FileSystemId", "Value": file_system}, {"Name": "Publisher", "Value": "AutoExport"}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    newest = max(points, key=lambda point: point["Timestamp"], default={"Maximum": 0})
    return round(newest["Maximum"])


def broken_links(fsx: Any, stack: DeployedStack, file_system: str) -> list[str]:
    """The links of a stack that bring and take nothing: of them no metric tells. Raises what AWS's client raises."""
    of_it = [{"Name": "file-system-id", "Values": [file_system]}]
    found = fsx.describe_data_repository_associations(Filters=of_it)["Associations"]  # 8 at most
    ids = {link["AssociationId"] for link in found}
    gone = [each.logical_id for each in stack.resources if each.type == LINK and each.physical_id not in ids]
    broken = [f"{link['FileSystemPath']} is {link['Lifecycle']}" for link in found if link["Lifecycle"] != "AVAILABLE"]
    return [*broken, *(f"{name} is gone" for name in gone)]


def wait_until_exported(clients: Clients, file_systems: Iterable[str], *, minutes: int) -> dict[str, int]:
    """Wait until nothing waits to leave; returns the file systems with seconds of what still does after the minutes."""
    ids, end, quiet_since = list(file_systems), time.monotonic() + 60 * minutes, None
    while True:
        now = time.monotonic()
        ages = {each: waiting_seconds(clients("cloudwatch"), each) for each in ids}
        waiting = {each: age for each, age in ages.items() if age}
        if waiting:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since >= QUIET_SECONDS:
            return {}
        if now >= end:
            return waiting
        time.sleep(min(POLL_SECONDS, max(end - now, 1)))
