"""Airflow's own description of its options, of each minor version that the project has run.

The files are generated (`python -m operations.facts airflow`): core and the providers that the platform uses, and those
of the image `apache/airflow` that have options of their own.
"""

import difflib
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class AirflowOption:
    """What Airflow says of an option."""

    type: str
    """string, integer, float or boolean; some that take true and false are strings."""

    default: str | None
    sensitive: bool = False
    """Airflow masks it."""


@dataclass(frozen=True)
class AirflowDescription:
    """The options of a version of Airflow."""

    version: str
    options: dict[str, AirflowOption] = field(repr=False)
    """As `section.option`; a section may have a dot."""

    renamed: dict[str, str] = field(repr=False)
    """Old name -> the name that it is read for still."""

    @property
    def minor(self) -> tuple[int, int]:
        """3.3.2 is (3, 3)."""
        return minor_of(self.version)

    @cached_property
    def sections(self) -> frozenset[str]:
        """Every section that has an option, also an old one."""
        return frozenset(option.rpartition(".")[0] for option in (*self.options, *self.renamed))

    def nearest(self, option: str) -> str | None:
        """The option that is most like this one; None: none is."""
        found = difflib.get_close_matches(option, self.options, n=1, cutoff=0.75)
        if not found:
            # The right name in a wrong section.
            name = option.rpartition(".")[2]
            found = [each for each in self.options if each.rpartition(".")[2] == name]
        return found[0] if found else None

    def nearest_section(self, section: str) -> str | None:
        """The section that is most like this one; None: none is."""
        found = difflib.get_close_matches(section, sorted(self.sections), n=1, cutoff=0.75)
        return found[0] if found else None


def minor_of(version: str) -> tuple[int, int]:
    """3.3.2 is (3, 3)."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


@cache
def described_versions() -> tuple[str, ...]:
    """The versions that there is a description of."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.json")), key=minor_of))


def description_for(version: str) -> AirflowDescription:
    """The description of the same minor version, or of the nearest one; of two as near, the newer."""
    wanted = minor_of(version)

    def distance(each: str) -> tuple[int, int]:
        major, minor = minor_of(each)
        return abs((major - wanted[0]) * 1000 + minor - wanted[1]), -minor

    return _read(min(described_versions(), key=distance))


@cache
def _read(version: str) -> AirflowDescription:
    data = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))
    options = {name: AirflowOption(**facts) for name, facts in data["options"].items()}
    return AirflowDescription(version, options, data["renamed"])
