"""The stacks: which are stuck, which have drifted, and what they keep when they go."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import PARTS, Context
from operations.doctor.facts import DATA_TYPES, KEEPING_POLICIES

Json = dict[str, Any]

LONG = timedelta(hours=3)
"""No step of a deployment takes so long; CloudFormation gives a custom resource up after one hour."""

GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")

ROLLED_BACK = "its last change was taken back: `make deploy` again when the reason is gone ({events})"
WAYS_OUT = {
    "UPDATE_ROLLBACK_FAILED": (
        "aws cloudformation continue-update-rollback --stack-name {stack}, with --resources-to-skip for a resource"
        " that can't go back (a newer Kubernetes); then `make deploy`"
    ),
    "ROLLBACK_FAILED": (
        "aws cloudformation delete-stack --stack-name {stack} (a protected database first: aws rds modify-db-instance"
        " --no-deletion-protection); then `make deploy`"
    ),
    "DELETE_FAILED": "remove what is in the way ({events}), then `make destroy` again",
    "CREATE_FAILED": "npx cdk rollback, or aws cloudformation delete-stack --stack-name {stack}; then `make deploy`",
    "UPDATE_FAILED": "npx cdk rollback, or `make deploy` again when the reason is gone ({events})",
    "IMPORT_ROLLBACK_FAILED": "aws cloudformation delete-stack is no way out here: ask AWS Support ({events})",
}
"""States that a stack does not leave by itself ("Understand CloudFormation stack creation events", "Troubleshooting
CloudFormation", AWS CloudFormation user guide)."""


def _command(context: Context, text: str, stack: str) -> str:
    events = f"aws cloudformation describe-stack-events --region {context.settings.region} --stack-name {stack}"
    return text.format(stack=stack, events=events)


def nothing_deployed(context: Context) -> str | None:
    """There is no stack of the platform."""
    return None if context.stacks() else f"no stack of {context.platform} is deployed"


def states(context: Context) -> Answer:
    """Whether every stack is in a state that a deployment can start from."""
    stacks = context.stacks()
    answers = [answer for stack in stacks.values() if (answer := _state(context, stack))]
    missing = [part for part in PARTS if part not in stacks]
    told = f"{len(stacks)} stacks" + (f"; not deployed: {', '.join(missing)}" if missing else "")
    return worst(answers, Answer.passed(told))


def _state(context: Context, stack: Json) -> Answer | None:
    name, status = stack["StackName"], stack["StackStatus"]
    told = f"{name} is {status}"
    if status in WAYS_OUT:
        return Answer.failed(told, _command(context, WAYS_OUT[status], name))
    if status == "ROLLBACK_COMPLETE":
        step = "see why ({events}); `make deploy` deletes the stack and makes it again"
        return Answer.warned(told, _command(context, step, name))
    if status in ("UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"):
        return Answer.warned(told, _command(context, ROLLED_BACK, name))
    if status == "REVIEW_IN_PROGRESS":
        return Answer.warned(f"{told}: a change set was never executed", "`make deploy` makes the stack")
    if status.endswith("_IN_PROGRESS"):
        since = stack.get("LastUpdatedTime") or stack.get("CreationTime")
        if isinstance(since, datetime) and datetime.now(timezone.utc) - _aware(since) > LONG:
            step = "see what it waits for ({events}); aws cloudformation cancel-update-stack ends an update"
            return Answer.failed(f"{told} since {since:%Y-%m-%d %H:%M}", _command(context, step, name))
        return Answer.warned(told, "wait until the other deployment ends")
    if status not in GOOD:
        return Answer.warned(told, _command(context, "see {events}", name))
    return None


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def no_drift_known(context: Context) -> str | None:
    """Drift is read, not asked for: a detection is an operation of its own."""
    if not context.stacks():
        return nothing_deployed(context)
    if any(_drift(stack) not in ("NOT_CHECKED", "") for stack in context.stacks().values()):
        return None
    return "nobody has asked CloudFormation for drift: aws cloudformation detect-stack-drift --stack-name <stack>"


def _drift(stack: Json) -> str:
    return str((stack.get("DriftInformation") or {}).get("StackDriftStatus") or "")


def drift(context: Context) -> Answer:
    """What CloudFormation found when it last looked for drift."""
    answers, clean = [], []
    for stack in context.stacks().values():
        name, status = stack["StackName"], _drift(stack)
        if status == "IN_SYNC":
            clean.append(name)
        elif status == "DRIFTED":
            show = f"aws cloudformation describe-stack-resource-drifts --stack-name {name}"
            step = f"{show}; then bring the file or the resource back into step"
            answers.append(Answer.warned(f"{name} has drifted: {_drifted(context, name)}", step))
    return worst(answers, Answer.passed(f"{', '.join(clean)} as deployed, when last looked at"))


def _drifted(context: Context, stack: str) -> str:
    answer = context.client("cloudformation").describe_stack_resource_drifts(
        StackName=stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
    )
    found = [f"{d['LogicalResourceId']} {d['StackResourceDriftStatus']}" for d in answer["StackResourceDrifts"]]
    return ", ".join(found) or "see the resources"


def no_data(context: Context) -> str | None:
    """Neither file system nor database is deployed."""
    has_data = any(context.has_resources(part) for part in ("storage", "database"))
    return None if has_data else "no file system and no database are deployed"


def retain_data(context: Context) -> Answer:
    """Whether the deployed templates keep the data as the file says: CloudFormation acts on what was deployed."""
    kept: list[str] = []
    lost: list[str] = []
    for part in ("storage", "database"):
        if context.has_resources(part):
            for logical_id, resource in _template(context, f"{context.platform}-{part}")["Resources"].items():
                if resource.get("Type") in DATA_TYPES:
                    (kept if resource.get("DeletionPolicy") in KEEPING_POLICIES else lost).append(logical_id)
    wanted = context.settings.retain_data
    wrong, does = (lost, "deletes") if wanted else (kept, "keeps")
    if wrong:
        return Answer.warned(
            f"`retain_data` is {str(wanted).lower()}, but a destroy of what is deployed {does} {', '.join(wrong)}",
            "`make deploy` first, if the file is right: `make destroy` acts on what was deployed",
        )
    return Answer.passed("a destroy keeps the data" if wanted else "a destroy deletes the data, as the file says")


def _template(context: Context, stack: str) -> Json:
    body = context.client("cloudformation").get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    template: Json = json.loads(body) if isinstance(body, str) else body
    return template


STACKS = ("cloudformation:DescribeStacks",)
CHECKS = (
    Check("stacks", "stack states", states, STACKS, nothing_deployed),
    Check("stacks", "retain_data", retain_data, (*STACKS, "cloudformation:GetTemplate"), no_data),
    Check(
        "stacks",
        "drift",
        drift,
        (*STACKS, "cloudformation:DescribeStackResourceDrifts"),
        no_drift_known,
        before=False,
    ),
)
