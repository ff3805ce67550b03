"""app.py, run as the CDK CLI runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.evidence.nag import read_nag_findings

ROOT = Path(__file__).resolve().parents[3]
ENDED = {
    "name": "old",
    "region": "us-east-1",
    "availability_zones": ["us-east-1a", "us-east-1b"],
    "cluster": {"controller": {"enabled": True}},
    "airflow": {"version": "3.1.0"},
}
"""An environment whose Airflow is unsupported on every day from now on."""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    path = tmp_path / "old.yaml"
    path.write_text(yaml.safe_dump(ENDED))
    return path


def run(folder: Path, **context: Any) -> subprocess.CompletedProcess[str]:
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], **context}
    context["aws:cdk:disable-asset-staging"] = True
    variables = {**os.environ, "CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(folder / "cdk.out")}
    return subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=120
    )


def test_should_refuse_in_one_line_what_is_not_supported_any_more(environment: Path, tmp_path: Path) -> None:
    ended = run(tmp_path, environment=str(environment))

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(f"{environment}: airflow.version: must be newer, or accept that")
    assert "Traceback" not in ended.stderr
    assert list((tmp_path / "cdk.out").glob("*.template.json")) == []


def test_should_still_synthesize_it_for_who_destroys_it(environment: Path, tmp_path: Path) -> None:
    ended = run(tmp_path, environment=str(environment), any_version="true")

    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "cdk.out" / "ClusterStack.template.json").exists()
    assert not (tmp_path / "cdk.out" / "nag.json").exists()


def test_should_write_what_cdk_nag_finds_beside_the_templates(environment: Path, tmp_path: Path) -> None:
    ended = run(tmp_path, environment=str(environment), any_version="true", evidence="true")

    assert ended.returncode == 0, ended.stderr
    found = {finding.rule for finding in read_nag_findings(tmp_path / "cdk.out")}
    assert {rule.partition("-")[0] for rule in found} == {"AwsSolutions", "NIST.800.53.R5"}
