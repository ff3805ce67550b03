"""`python -m operations.destroy <environment>`: `cdk destroy --all`, then tell what stays and how to remove it."""

import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.destroy.leftovers import leftovers, report, stack_templates
from settings import SettingsError, load_aws_environment

ROOT = Path(__file__).resolve().parents[2]
CDK = ROOT / "node_modules/.bin/cdk"


def deployed(stack: str, region: str) -> dict[str, str]:
    """Logical id -> physical id of a stack's resources; empty when there is no such stack."""
    pages = boto3.client("cloudformation", region_name=region).get_paginator("list_stack_resources")
    try:
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=stack)
            for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId")
        }
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise


def main(environment: str, concurrency: str) -> int:
    """Destroy the environment's stacks. Returns the CDK CLI's exit code."""
    try:
        settings = load_aws_environment(environment, ROOT)
    except SettingsError as error:
        sys.exit(str(error))
    context = ["-c", f"environment={environment}"]
    with tempfile.TemporaryDirectory() as folder:
        assembly = Path(folder)
        subprocess.run([CDK, "synth", "--quiet", "--output", assembly, *context], cwd=ROOT, check=True)
        templates = stack_templates(assembly)
        try:
            found = leftovers(templates, {stack: deployed(stack, settings.region) for stack in templates})
        except (BotoCoreError, ClientError) as error:
            sys.exit(f"Can't read the stacks of environment {settings.name} in {settings.region}: {error}")
        destroy: list[str | Path] = [CDK, "destroy", "--all", "--force", "--concurrency", concurrency]
        code = subprocess.run([*destroy, "--app", assembly, *context], cwd=ROOT, check=False).returncode
    if code == 0:
        print(report(found, templates))
    else:
        print(
            "Not everything was destroyed: see above; run the command again when its reason is gone.", file=sys.stderr
        )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1"))
