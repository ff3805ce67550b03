"""Rules on AWS tags ("Tag naming limits and requirements", AWS general reference; IAM and RDS are the strictest)."""

import unicodedata
from collections.abc import Iterator

from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation

LONGEST_KEY, LONGEST_VALUE = 128, 256

RESERVED = ("aws:", "kubernetes.io/")
"""Prefixes of keys: AWS refuses the first; the platform sets the second on subnets and security groups."""


def _allowed(text: str) -> bool:
    return all(character in " _.:/=+-@" or unicodedata.category(character)[0] in "LN" for character in text)


def keys_are_allowed(environment: AwsEnvironment) -> Iterator[Violation]:
    """Keys have a length, a character set and reserved prefixes."""
    for key in environment.tags:
        path = f"tags.{key}"
        if not 1 <= len(key) <= LONGEST_KEY:
            yield Violation(path, f"the key must have 1 to {LONGEST_KEY} characters", key)
        elif not _allowed(key) or key != key.strip():
            yield Violation(path, "the key must be of letters, digits, inner spaces and _ . : / = + - @", key)
        elif key.lower().startswith(RESERVED):
            yield Violation(path, f"the key must not start with {' or '.join(RESERVED)}, which are reserved", key)


def keys_differ_in_more_than_case(environment: AwsEnvironment) -> Iterator[Violation]:
    """IAM takes Team and team for one key."""
    seen: set[str] = set()
    for key in environment.tags:
        if key.lower() in seen:
            yield Violation(f"tags.{key}", "the key must differ from the others in more than upper and lower case", key)
        seen.add(key.lower())


def values_are_allowed(environment: AwsEnvironment) -> Iterator[Violation]:
    """Values have a length and a character set."""
    for key, value in environment.tags.items():
        if len(value) > LONGEST_VALUE:
            yield Violation(f"tags.{key}", f"must have at most {LONGEST_VALUE} characters", value)
        elif not _allowed(value):
            yield Violation(f"tags.{key}", "must be of letters, digits, spaces and _ . : / = + - @", value)
