"""What exists after a destroy: asked of CloudFormation and of the services, not concluded from templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.aws import AWS_ERRORS, Clients
from operations.deployed import DeployedStack, Resource, last_events
from operations.destroy.images import cached_repositories
from operations.destroy.kinds import BELOW, KINDS, PARTS, REPOSITORY
from operations.destroy.plan import in_order


@dataclass(frozen=True)
class Aftermath:
    """What is left of an environment."""

    kept: Sequence[Resource]
    """What CloudFormation left (DELETE_SKIPPED), and what its service still has."""

    unsure: Sequence[Resource]
    """What CloudFormation left, and what nobody could be asked about."""

    waiting_keys: Sequence[tuple[str, datetime]]
    """KMS keys that AWS deletes later, and when."""

    stacks: Sequence[DeployedStack]
    """Stacks that still exist."""

    copies: Sequence[str] | None = ()
    """Repositories that a cache of Docker Hub has left; None: ECR does not tell."""


def aftermath(
    clients: Clients, environment: str, stack_ids: Iterable[str], stacks: Sequence[DeployedStack]
) -> Aftermath:
    """Look at what became of the resources of stacks, by the stacks' ids: their names are free again."""
    kept, unsure, keys = [], [], []
    owned = {each.physical_id for stack in stacks for each in stack.resources}
    cloudformation = clients("cloudformation")
    for stack_id in stack_ids:
        for resource, status in last_events(cloudformation, stack_id):
            if resource.physical_id in owned:  # imported again after it was left
                continue
            if status == "DELETE_SKIPPED" and resource.type not in PARTS:
                exists = _exists(clients, resource)
                if exists is None:
                    unsure.append(resource)
                elif exists:
                    kept.append(resource)
            if status == "DELETE_COMPLETE" and resource.type == "AWS::KMS::Key":
                keys.append(resource.physical_id)
    copies = cached_repositories(clients("ecr"), environment)
    return Aftermath(in_order(kept), in_order(unsure), _waiting(clients, keys), stacks, copies)


def told(found: Aftermath, region: str) -> str:
    """The aftermath, for a person."""
    lines = []
    for title, resources in (
        ("Still there; in this order each can be removed for good:", found.kept),
        ("Left by CloudFormation; the service could not be asked whether it is still there:", found.unsure),
    ):
        if resources:
            lines.append(title)
        group = None
        for each in resources:
            kind = KINDS.get(each.type)
            if kind and kind.group != group:
                group = kind.group
                lines.append(f"{group}:" if group != BELOW else f"{group}, once the data is gone:")
            lines.append(f"  {kind.title if kind else each.type} {each.physical_id}  ({each.stack} {each.logical_id})")
            if kind:
                lines.append(f"    {kind.command(each.physical_id, region)}")
    if any(each.type == "AWS::KMS::Key" for each in [*found.kept, *found.unsure]):
        lines.append(
            "Final snapshots and backups are encrypted with the keys: keep a key for as long as you want those."
        )
    if found.copies is None:
        lines.append("ECR could not be asked whether a cache of Docker Hub has left repositories.")
    elif found.copies:
        lines.append("Copies of Docker Hub's images, which ECR made for the cache; no stack has them:")
        for name in found.copies:
            lines += [f"  image repository {name}", f"    {KINDS[REPOSITORY].command(name, region)}"]
    elif not found.kept and not found.unsure and not found.stacks:
        lines.append("Nothing of it is kept.")
    if found.waiting_keys:
        lines.append("KMS keys that AWS deletes after their waiting period (until then: aws kms cancel-key-deletion):")
        lines += [f"  {key}  {date:%Y-%m-%d}" for key, date in found.waiting_keys]
    if found.stacks:
        lines.append("Stacks that still exist, with what is in them:")
        for stack in found.stacks:
            lines.append(f"  {stack.name}  {stack.status}")
            lines.append(f"    aws cloudformation delete-stack --region {region} --stack-name {stack.name}")
    lines.append("The CDK's bootstrap stack (CDKToolkit) and its bucket of assets serve the whole account, and stay.")
    return "\n".join(lines)


def _exists(clients: Clients, resource: Resource) -> bool | None:
    """None: it has no kind, or its service does not answer."""
    kind = KINDS.get(resource.type)
    if kind is None:
        return None
    try:
        return kind.exists(clients, resource.physical_id)
    except AWS_ERRORS:
        return None


def _waiting(clients: Clients, keys: Iterable[str]) -> list[tuple[str, datetime]]:
    found = []
    for key in keys:
        try:
            date = clients("kms").describe_key(KeyId=key)["KeyMetadata"].get("DeletionDate")
        except AWS_ERRORS:
            continue
        if date:
            found.append((key, date))
    return sorted(found)
