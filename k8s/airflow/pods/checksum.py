"""Checksums of what pods use."""

import hashlib
import json
from typing import Any


def checksum(value: Any) -> str:
    """A short SHA-256 of JSON-like data, the same for equal data.

    Raises ValueError for text that holds a CDK token: its number changes with unrelated code, and it does not change
    with what it stands for.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    if "${Token[" in text:
        raise ValueError("A CDK token stands in data to hash.")
    return hashlib.sha256(text.encode()).hexdigest()[:16]
