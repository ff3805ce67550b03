"""Data files of facts: one entry a line, so that a change reads as a change."""

import json
from datetime import date
from pathlib import Path
from typing import Any


def text_of(data: dict[str, Any]) -> str:
    """JSON with one line for each entry of each top-level mapping."""
    parts = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in sorted(value.items()))
            parts.append(f" {json.dumps(key)}: {{\n{lines}\n }}")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write(path: Path, data: dict[str, Any], today: date) -> bool:
    """Write a data file, dated; returns whether it says anything new. One that says the same keeps its date."""
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        there.pop("generated", None)
        if there == json.loads(json.dumps(data)):
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of({"generated": today.isoformat(), **data}), encoding="utf-8")
    return True
