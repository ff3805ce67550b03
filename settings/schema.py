"""The JSON schema that editors complete environment files from; `python -m settings.schema` writes it."""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from settings.model.environment import AwsEnvironment, LocalEnvironment

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_FILE = ROOT / "environments" / "schema.json"


def environment_schema() -> dict[str, Any]:
    """One schema for both platforms: `platform: kubernetes` chooses the one without AWS."""
    references, definitions = models_json_schema([(AwsEnvironment, "validation"), (LocalEnvironment, "validation")])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Environment",
        "description": "A deployment of the platform. The rules across settings are checked by make synth.",
        "if": {"properties": {"platform": {"const": "kubernetes"}}, "required": ["platform"]},
        "then": {"$ref": references[(LocalEnvironment, "validation")]["$ref"].replace("$defs", "definitions")},
        "else": {"$ref": references[(AwsEnvironment, "validation")]["$ref"].replace("$defs", "definitions")},
        "definitions": _plain(definitions["$defs"]),
    }


def _plain(schema: Any) -> Any:
    """The schema as draft 7, which every editor reads, without the titles that only repeat the keys."""
    if isinstance(schema, dict):
        plain = {key: _plain(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
        if "$ref" in plain:
            plain["$ref"] = plain["$ref"].replace("#/$defs/", "#/definitions/")
            if len(plain) > 1:  # draft 7 ignores what stands beside a reference
                plain["allOf"] = [{"$ref": plain.pop("$ref")}]
        if isinstance(plain.get("description"), str):
            plain["description"] = " ".join(plain["description"].split())
        return plain
    return [_plain(each) for each in schema] if isinstance(schema, list) else schema


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(environment_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    print(f"{SCHEMA_FILE.relative_to(ROOT)} is written.")
