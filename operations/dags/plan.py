"""What a release would add, change and remove."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from operations.dags.release import File, Release, Stored


@dataclass(frozen=True)
class Plan:
    """From what is there to what shall be; paths, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: Mapping[str, File]
    """What is as it shall be."""

    @property
    def touched(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    def lines(self) -> list[str]:
        """A line a file, and one of counts."""
        rows = (("+", self.added), ("~", self.changed), ("-", self.removed))
        counts = f"{len(self.added)} added, {len(self.changed)} changed, {len(self.removed)} removed"
        return [
            *(f"  {sign} {path}" for sign, paths in rows for path in paths),
            f"{counts}, {len(self.kept)} as before",
        ]


def plan(present: Mapping[str, File], wanted: Mapping[str, str]) -> Plan:
    """`wanted`: path -> SHA-256."""
    return _plan(
        present, wanted, {path for path, sum_ in wanted.items() if path in present and present[path].sha256 == sum_}
    )


def plan_back(present: Mapping[str, File], former: Release) -> Plan:
    """To a former release. What has the same content but is another object, maybe with other metadata, changes too."""
    same = {path for path, file in former.files.items() if path in present and present[path].stored == file.stored}
    return _plan(present, former.files, same)


def strangers(present: Mapping[str, Stored], release: Release | None) -> list[str]:
    """Paths that are not as the release left them: changed, added or removed by other hands."""
    known = release.files if release else {}
    return sorted(
        {path for path, stored in present.items() if path not in known or known[path].stored != stored}
        | (set(known) - set(present))
    )


def dag_lines(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """DAG ids that come and go."""
    old, new = set(before), set(after)
    return [
        f"DAGs {word}: {', '.join(sorted(ids))}" for word, ids in (("added", new - old), ("removed", old - new)) if ids
    ]


def _plan(present: Mapping[str, File], wanted: Iterable[str], same: set[str]) -> Plan:
    every = set(wanted)
    return Plan(
        added=tuple(sorted(every - set(present))),
        changed=tuple(sorted((every & set(present)) - same)),
        removed=tuple(sorted(set(present) - every)),
        kept={path: present[path] for path in sorted(same)},
    )
