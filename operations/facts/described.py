"""Runs inside an installed Airflow, with folders of unpacked providers as arguments, and prints its options as JSON."""

import importlib
import json
import sys
from importlib.metadata import distributions

sys.path.extend(sys.argv[1:])  # behind Airflow itself, whose package they extend

conf = importlib.import_module("airflow.configuration").conf

options = {}
for section, block in conf.configuration_description.items():
    for name, option in block["options"].items():
        facts = {"type": option.get("type") or "string", "default": option.get("default")}
        if option.get("sensitive"):
            facts["sensitive"] = True
        options[f"{section.lower()}.{name.lower()}"] = facts
renamed = {".".join(old[:2]): ".".join(new) for new, old in conf.deprecated_options.items()}
packages = {each.metadata["Name"]: each.version for each in distributions()}
json.dump(
    {
        "packages": {name: version for name, version in packages.items() if name.startswith("apache-airflow")},
        "options": options,
        "renamed": renamed,
    },
    sys.stdout,
)
