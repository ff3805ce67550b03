"""What a destroy would do to the stacks as they are deployed, and why it should not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from operations.database_protection import INSTANCE
from operations.deployed import DeployedStack, Resource
from operations.destroy.kinds import DATA_KINDS, KINDS, PARTS


@dataclass(frozen=True)
class Plan:
    """The environment's stacks, and the application's own names for them."""

    stacks: Sequence[DeployedStack]
    known: frozenset[str]
    """The stacks that this version of the application has; the CDK destroys no others."""

    @property
    def destroyed(self) -> list[DeployedStack]:
        """The stacks that go."""
        return [stack for stack in self.stacks if stack.name in self.known]

    @property
    def unknown(self) -> list[DeployedStack]:
        """The environment's stacks of another version of the application."""
        return [stack for stack in self.stacks if stack.name not in self.known]

    @property
    def resources(self) -> list[Resource]:
        """What is in the stacks that go, apart from what is a part of something else."""
        return [each for stack in self.destroyed for each in stack.resources if each.type not in PARTS]

    @property
    def lost_data(self) -> list[Resource]:
        """The data that goes, by the deployed templates."""
        return in_order(each for each in self.resources if each.type in DATA_KINDS and not each.is_kept)

    @property
    def kept_data(self) -> list[Resource]:
        """The data that stays, by the deployed templates."""
        return in_order(each for each in self.resources if each.type in DATA_KINDS and each.is_kept)


def refusals(plan: Plan, environment: str, *, retain_data: bool, is_protected: Callable[[str], bool]) -> list[str]:
    """Why this destroy must not begin; nothing when it may.

    Args:
        environment: as it was given, for commands.
        retain_data: what the environment file says.
        is_protected: whether a database, by its name, refuses to be deleted.
    """
    reasons = [
        f"{stack.name} is {stack.status}: wait until CloudFormation has ended with it."
        for stack in plan.stacks
        if stack.is_busy
    ]
    if retain_data and plan.lost_data:
        reasons.append(
            f"retain_data is true in the file, but the deployed templates delete {named(plan.lost_data)}. To keep it:"
            f" `make deploy ENV={environment}` first, so that the deployed templates keep data too. To delete it: set"
            " retain_data: false."
        )
    if not retain_data and plan.kept_data:
        reasons.append(
            f"retain_data is false in the file, but the deployed templates keep {named(plan.kept_data)}. To delete it:"
            f" `make deploy ENV={environment}` first, so that the deployed templates delete data too. To keep it: set"
            " retain_data: true."
        )
    if not retain_data:
        reasons += [
            f"Database {each.physical_id} is protected from deletion. To delete it: `make deploy ENV={environment}`"
            " first, which takes the protection off."
            for each in plan.lost_data
            if each.type == INSTANCE and is_protected(each.physical_id)
        ]
    return reasons


def described(plan: Plan, region: str) -> str:
    """The plan, for a person: data first."""
    lines = ["Stacks:", *(f"  {stack.name}  {stack.status}" for stack in plan.destroyed)]
    lines += titled("Data that is DELETED:", plan.lost_data) or ["No data is deleted."]
    lines += titled("Data that stays:", plan.kept_data) or ["No data stays."]
    others = [each for each in plan.resources if each.type not in DATA_KINDS]
    kept = [each for each in others if each.is_kept]
    if kept:
        lines.append(f"Stays with it: {named(in_order(kept))}.")
    gone = Counter(_service(each.type) for each in others if not each.is_kept)
    counted = ", ".join(f"{service} {count}" for service, count in sorted(gone.items()))
    lines.append(f"Everything else in these stacks is deleted (resources by service): {counted or 'nothing'}.")
    return "\n".join([*lines, *unknown_stacks(plan.unknown, region)])


def _service(type_: str) -> str:
    """`EC2` of AWS::EC2::Subnet."""
    vendor, service, *_ = type_.split("::")
    return service if vendor == "AWS" else "custom resources"


def unknown_stacks(stacks: Sequence[DeployedStack], region: str) -> list[str]:
    """The stacks that this version of the application doesn't know, with the command that deletes each."""
    if not stacks:
        return []
    lines = ["Not in this version of the application, so not destroyed by it:"]
    for stack in stacks:
        lines.append(f"  {stack.name}  {stack.status}")
        lines.append(f"    aws cloudformation delete-stack --region {region} --stack-name {stack.name}")
    return lines


def titled(title: str, resources: Sequence[Resource]) -> list[str]:
    """Lines with a resource each; none without resources."""
    lines = [f"  {KINDS[each.type].title} {each.physical_id}  ({each.logical_id})" for each in resources]
    return [title, *lines] if lines else []


def named(resources: Iterable[Resource]) -> str:
    """`database airflow-dev-1, 5 secrets`: by kind, a single one by its id."""
    by_title: dict[str, list[str]] = {}
    for each in resources:
        title = KINDS[each.type].title if each.type in KINDS else each.type
        by_title.setdefault(title, []).append(each.physical_id)
    return ", ".join(
        f"{title} {ids[0]}" if len(ids) == 1 else f"{len(ids)} {title}s" for title, ids in by_title.items()
    )


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """In the order in which they can be removed; what has no kind comes last."""
    order = list(KINDS)
    return sorted(
        resources,
        key=lambda each: (order.index(each.type) if each.type in order else len(order), each.stack, each.logical_id),
    )
