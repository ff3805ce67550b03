"""What several rules share: a rule on one node group made one on all of them, values that stand twice,
and settings that are in force with another one only."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps

from settings.model.base import Settings, UnreadableSettingError
from settings.model.environment import AwsEnvironment
from settings.model.node_group import NodeGroupSettings
from settings.reading.violations import Violation

GroupRule = Callable[[AwsEnvironment, str, NodeGroupSettings], Iterator[Violation]]


def of_each_group(rule: GroupRule) -> Callable[[AwsEnvironment], Iterator[Violation]]:
    """A rule on one group, for all of them; a group that can't be told hides no other."""

    @wraps(rule)
    def of_all(environment: AwsEnvironment) -> Iterator[Violation]:
        for name, group in environment.cluster.node_groups.items():
            try:
                yield from rule(environment, f"cluster.node_groups.{name}", group)
            except UnreadableSettingError:
                continue

    return of_all


def repeats(path: str, values: Sequence[str], what: str) -> Iterator[Violation]:
    """A violation for each value that stands in the list before. `what`: the values' common name, in the plural."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Violation(f"{path}[{index}]", f"must differ from the {what} before it", value)


def differing(path: str, settings: Settings, rule: str) -> Iterator[Violation]:
    """A violation for each setting of a group that is not its default."""
    defaults = dict(type(settings)())
    for name, value in settings:
        if value != defaults[name]:
            yield Violation(f"{path}.{name}", rule, value)
