"""`python -m operations.sbom <environment>`: the bill of materials of a synthesized environment, in CycloneDX."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from operations import cdk
from operations.evidence.subject import Subject
from operations.sbom.document import document, written
from settings import SettingsError, load_aws_environment


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make sbom", description="What an environment is made of, in CycloneDX.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    parser.add_argument("--assembly", type=Path, default=cdk.ROOT / "cdk.out", help="default: cdk.out")
    parser.add_argument("--output", type=Path, default=cdk.ROOT / "build/sbom", help="folder; default: build/sbom")
    given = parser.parse_args(arguments)
    try:
        settings = load_aws_environment(given.environment, cdk.ROOT)
        subject = Subject(settings, cdk.templates_by_id(given.assembly), date.today())
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: `make synth ENV={given.environment}` writes it.", file=sys.stderr)
        return 1
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    bill = document(
        name=f"airflow-{settings.name}",
        version=settings.airflow.version,
        lock=(cdk.ROOT / "requirements.lock").read_text(),
        package_lock=json.loads((cdk.ROOT / "package-lock.json").read_text()),
        images=[container["image"] for pod in subject.pods for container in pod.containers],
        addons=[each.properties["AddonName"] for each in subject.resources("AWS::EKS::Addon")],
    )
    path = written(bill, given.output / f"{settings.name}.cdx.json")
    print(f"{path}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
