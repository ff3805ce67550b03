"""`python -m operations.patch <environment> [--yes]`: new nodes with the newest image, one group after another."""

import sys
import time
from typing import Any

from operations.aws import Clients, account_of
from operations.command import parser, run
from operations.deployed import platform_name
from operations.patch.nodes import NodeGroup, PatchError, move, node_groups
from operations.terminal import answer_to, has_terminal
from settings import AwsEnvironment

WHAT_IT_DOES = """\
Each node is drained as disruption budgets allow, and replaced. Tasks on it get their grace period, then they are killed
and retried as their DAG says: pause DAGs with long tasks first."""


def main(arguments: list[str]) -> int:
    """Ask, and move the node groups of an environment. Returns the exit code."""
    given = parser("make patch-nodes", "Newest images for all nodes.", asks=True).parse_args(arguments)

    def work(settings: AwsEnvironment, clients: Clients) -> int:
        account_of(clients, settings)  # raises for another account, which may have a cluster of this name
        return patch(clients, cluster=platform_name(settings.name), ask=not given.yes)

    return run(given.environment, work)


def patch(clients: Clients, *, cluster: str, ask: bool, sleep: Any = time.sleep) -> int:
    """Move every group of a cluster that has not the newest release, one after another."""
    eks = clients("eks")
    groups = node_groups(eks, clients("ssm"), cluster)
    for group in groups:
        print(f"{group.name}: {group.release}" + (", the newest" if group.is_newest else f" -> {group.newest}"))
    old = [group for group in groups if not group.is_newest]
    if not old:
        print("Nothing to do.")
        return 0
    print(WHAT_IT_DOES)
    if ask and not _agreed(old):
        print("Nothing was changed.")
        return 1
    for group in old:
        move(eks, group, tell=lambda line: print(line, flush=True), sleep=sleep)
        print(f"{group.name}: has {group.newest} now", flush=True)
    return 0


def _agreed(groups: list[NodeGroup]) -> bool:
    if not has_terminal():
        raise PatchError("Nobody can be asked here: --yes says that the nodes may be replaced")
    count = "1 node group" if len(groups) == 1 else f"{len(groups)} node groups"
    return answer_to(f"Replace the nodes of {count} now? (y/n) ").lower() in ("y", "yes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
