"""Values that a list names more than once."""

from collections.abc import Iterator, Sequence

from settings.reading.violations import Violation


def repeats(path: str, values: Sequence[str], what: str) -> Iterator[Violation]:
    """A violation for each value that stands in the list before. `what`: the values' common name, in the plural."""
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Violation(f"{path}[{index}]", f"must differ from the {what} before it", value)
