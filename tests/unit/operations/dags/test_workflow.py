"""The workflow and the role of docs/how-to/publish-dags: pinned, without a key, and allowed no more than is asked."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.versioned_bucket import BUCKET, VersionedBucket
from tests.unit.operations.dags.test_publish import ONE, TWO, Desk

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "docs/how-to/publish-dags"
WORKFLOW = (FOLDER / "workflow.yml").read_text()
ROLE = (FOLDER / "role.yaml").read_text()

ALLOWS = {
    "GetBucketVersioning": {"s3:GetBucketVersioning"},
    "ListObjectsV2": {"s3:ListBucket"},
    "GetObject": {"s3:GetObject"},
    "HeadObject": {"s3:GetObject", "s3:GetObjectVersion"},
    "PutObject": {"s3:PutObject"},
    "CopyObject": {
        *("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        *("s3:PutObject", "s3:PutObjectTagging"),
    },
    "DeleteObject": {"s3:DeleteObject"},
}
"""Operation -> what it takes, with a version and with tags ("Required permissions for Amazon S3 API operations", Amazon
S3 user guide)."""


class _Tags(yaml.SafeLoader):
    """CloudFormation's short forms, as lists of their name and value."""


def _tag(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [name, *loader.construct_sequence(node, deep=True)]
    return [name, loader.construct_scalar(node)]  # type: ignore[arg-type]


_Tags.add_multi_constructor("!", _tag)


@pytest.fixture(scope="module")
def role() -> Json:
    document: Json = yaml.load(ROLE, _Tags)
    found: Json = document["Resources"]["Role"]["Properties"]
    return found


@pytest.fixture(scope="module")
def jobs() -> Json:
    found: Json = yaml.safe_load(WORKFLOW)["jobs"]
    return found


def test_should_pin_the_actions_of_the_published_workflow_by_commit() -> None:
    used = [line for line in WORKFLOW.splitlines() if "uses:" in line]
    assert len(used) == 7
    for line in used:
        assert re.fullmatch(r" +- uses: (aws-)?actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    ours = (ROOT / ".github/workflows/ci.yml").read_text()
    for line in used:
        assert "aws-actions" in line or line.strip() in ours, "as in our own workflow"


def test_should_keep_no_key_and_give_a_token_only_to_what_publishes(jobs: Json) -> None:
    assert "secrets." not in WORKFLOW and not re.search("access-key|ACCESS_KEY", WORKFLOW)
    assert yaml.safe_load(WORKFLOW)["permissions"] == {"contents": "read"}
    assert "permissions" not in jobs["check"]
    assert jobs["publish"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert jobs["publish"]["if"] == "github.event_name == 'push'"
    assert "pull_request_target" not in WORKFLOW


def test_should_run_the_commands_of_the_makefile(jobs: Json) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    runs = [step["run"].split() for job in jobs.values() for step in job["steps"] if "run" in step]
    assert [run[3] for run in runs] == ["dags-check", "dags"] and set(targets) >= {"dags-check", "dags"}
    assert runs[1][-1] == "NO_WAIT=1"


def test_should_open_the_role_to_one_repositorys_environment_only(role: Json, jobs: Json) -> None:
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": ["Sub", "repo:${Repository}:environment:${Environment}"],
        }
    }
    assert jobs["publish"]["environment"] == "production"
    assert role["RoleName"] == ["Sub", "airflow-${Environment}-publish-dags"]


def test_should_allow_each_call_that_is_made_and_no_other(role: Json) -> None:
    s3 = VersionedBucket()
    desk = Desk(s3, agrees=True)
    s3.by_hand("a.py", b"by hand")
    for files in (ONE, TWO):
        desk.publish(files)
    desk.back()
    needed: dict[str, set[str]] = {}
    for operation, key in s3.calls:
        place = f"{BUCKET}/{'releases/dags' if key.startswith('releases/dags/') else 'dags'}/*" if key else BUCKET
        needed.setdefault(place.replace(BUCKET, "arn:${AWS::Partition}:s3:::${Bucket}"), set()).update(
            ALLOWS[operation]
        )
    allowed = {
        statement["Resource"][1]: set(statement["Action"])
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
        if isinstance(statement, dict) and statement["Sid"] != "WhereAndWhichAirflow"
    }
    assert allowed == needed


def test_should_let_the_role_ask_two_stacks_and_one_key_through_s3(role: Json) -> None:
    stacks, *_, key = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert stacks["Action"] == "cloudformation:DescribeStacks"
    assert [resource[1].partition(":stack/")[2] for resource in stacks["Resource"]] == [
        "airflow-${Environment}-storage/*",
        "airflow-${Environment}-airflow/*",
    ]
    assert key[:2] == ["If", "HasKey"] and key[2]["Resource"] == ["Ref", "Key"]
    assert key[2]["Condition"]["StringEquals"]["kms:ViaService"] == ["Sub", "s3.${AWS::Region}.amazonaws.com"]
