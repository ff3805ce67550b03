"""The pinned CDK CLI."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from operations.aws import OperationError

ROOT = Path(__file__).resolve().parents[1]
CDK = ROOT / "node_modules/.bin/cdk"


class CdkError(OperationError):
    """The CLI ended with an error; it has told the reason itself."""


def synthesize(environment: str, assembly: Path, *, any_version: bool = False) -> None:
    """Write an environment's cloud assembly, with what the security report needs (operations/evidence).

    `any_version`: without that, and also of versions that are not supported any more: for who looks, or destroys.

    Raises CdkError. (Its warnings are told again by what deploys it.)
    """
    context = [f"environment={environment}", *(["any_version=true"] if any_version else ["evidence=true"])]
    run = _captured("synth", "--quiet", "--output", assembly, *(part for each in context for part in ("-c", each)))
    if run.returncode:
        raise CdkError(f"{run.stdout.rstrip()}\nThe templates could not be written: see above.")


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Physical stack name -> template of a cloud assembly."""
    return {name: template for _, name, template in _stacks(assembly)}


def templates_by_id(assembly: Path) -> dict[str, dict[str, Any]]:
    """Construct id of a stack -> template of a cloud assembly."""
    return {construct_id: template for construct_id, _, template in _stacks(assembly)}


def _stacks(assembly: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Construct id, physical name and template of each stack."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    for construct_id, artifact in artifacts.items():
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            template = json.loads((assembly / properties["templateFile"]).read_text())
            yield construct_id, properties.get("stackName", construct_id), template


def broadening_changes(assembly: Path) -> str | None:
    """What a deployment would change in permissions and open ports, as a table; None when it widens nothing.

    The comparison is of templates: a change set would leave a stack in REVIEW_IN_PROGRESS when there is none yet.

    Raises:
        CdkError: the CLI could not compare.
    """
    run = _captured("diff", "--all", "--security-only", "--method", "template", "--quiet", "--app", assembly)
    compared = re.search(r"Number of stacks with differences: (\d+)", run.stdout)
    if run.returncode or compared is None:
        raise CdkError(f"{run.stdout.rstrip()}\nThe changes could not be compared: see above.")
    return run.stdout if int(compared[1]) else None


def deploy(assembly: Path, concurrency: int) -> int:
    """Deploy all stacks; returns the CLI's exit code.

    Nothing is asked: with more than one stack at a time the CLI refuses to ask (ConcurrencyConflict), so whoever calls
    this has asked.
    """
    return _run("deploy", "--all", "--require-approval", "never", "--concurrency", str(concurrency), "--app", assembly)


def destroy(assembly: Path, concurrency: int) -> int:
    """Destroy all stacks of an assembly that exist, in reverse order; returns the CLI's exit code. Nothing is asked."""
    return _run("destroy", "--all", "--force", "--concurrency", str(concurrency), "--app", assembly)


def destroy_airflow(assembly: Path) -> int:
    """Remove Airflow from the cluster, and nothing else; returns the CLI's exit code. Nothing is asked."""
    return _run("destroy", "AirflowStack", "--exclusively", "--force", "--app", assembly)


def _run(*arguments: str | Path) -> int:
    return subprocess.run([CDK, *arguments], cwd=ROOT, check=False).returncode


def _captured(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [CDK, *arguments], cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
