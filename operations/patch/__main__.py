"""`python -m operations.patch <environment> [--yes]`: new nodes with the newest image, one group after another."""

import argparse
import sys
import time
from typing import Any

from operations import cdk
from operations.aws import AWS_ERRORS, Clients, WrongAccountError, account_of, clients_of
from operations.deployed import platform_name
from operations.patch.nodes import NodeGroup, PatchError, move, node_groups
from operations.terminal import answer_to, has_terminal
from settings import SettingsError, load_aws_environment

WHAT_IT_DOES = """\
Each node is drained as disruption budgets allow, and replaced. Tasks on it get their grace period, then they are killed
and retried as their DAG says: pause DAGs with long tasks first."""


def main(arguments: list[str]) -> int:
    """Ask, and move the node groups of an environment. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make patch-nodes", description="Newest images for all nodes.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    parser.add_argument("--yes", action="store_true", help="ask nothing (make: YES=1)")
    options = parser.parse_args(arguments)
    try:
        settings = load_aws_environment(options.environment, cdk.ROOT)
        clients = clients_of(settings)
        account_of(clients, settings)  # raises for another account, which may have a cluster of this name
        return patch(clients, cluster=platform_name(settings.name), ask=not options.yes)
    except (SettingsError, WrongAccountError, PatchError) as error:
        print(error, file=sys.stderr)
        return 1
    except AWS_ERRORS as error:
        print(f"AWS refuses or does not answer, for environment {options.environment}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nAn update that has begun goes on in EKS; run this again to see its end.", file=sys.stderr)
        return 130


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
