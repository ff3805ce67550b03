"""The custom resource Custom::AWSCDK-EKS-KubernetesResource.

Create and Update apply the manifest, wait until it runs, and then delete what it has no more. Delete removes all of
it. A deployment that says "complete" is one whose Jobs have succeeded and whose Deployments are available.
"""

import os
import time
from typing import Any

from airflow_platform.handlers.limits import DELETE_SECONDS, PRUNE_SECONDS, REPLACE_SECONDS, WORK_SECONDS
from airflow_platform.handlers.manifest import record, waiting
from airflow_platform.handlers.manifest.kubectl import Kubectl, KubectlError
from airflow_platform.handlers.manifest.objects import digest, dropped, identity, owned, parse
from airflow_platform.handlers.manifest.rollout import job
from airflow_platform.handlers.response import Deadline, Json, LambdaContext, respond

GONE = "ResourceNotFoundException"


def handler(event: Json, context: LambdaContext) -> None:
    """Lambda's entry point."""
    respond(event, context, lambda event, deadline: handle(event, deadline, Kubectl()))


def handle(event: Json, deadline: Deadline, kubectl: Kubectl, sleep: waiting.Sleep = time.sleep) -> None:
    """One request of CloudFormation's.

    Raises:
        KubectlError: an object was refused; kubectl's own words.
        RolloutError: the objects did not become ready in time.
        DeletionError: objects could not be deleted.
    """
    if event["RequestType"] == "Delete":
        remove(event, deadline, kubectl, sleep)
    else:
        roll_out(event, deadline, kubectl, sleep)


def roll_out(event: Json, deadline: Deadline, kubectl: Kubectl, sleep: waiting.Sleep) -> None:
    properties = event["ResourceProperties"]
    objects = parse(properties["Manifest"])
    timeout = float(properties["TimeoutSeconds"])
    deadline = deadline.within(timeout + WORK_SECONDS)
    old = parse(event.get("OldResourceProperties", {}).get("Manifest", "[]"))
    if objects:
        good = record.read(kubectl, objects)
        remove_stale_jobs(kubectl, objects, deadline, sleep)
        applied_at = time.time()
        kubectl.apply(objects)
        try:
            waiting.until_ready(kubectl, objects, deadline.within(timeout), sleep, applied_at=applied_at)
        except waiting.RolloutError as error:
            if not takes_back(event, objects, old, good):
                raise
            # Failing now would leave the stack in UPDATE_ROLLBACK_FAILED, which helps nobody: the manifest is back.
            print(f"Rolled back, and not (yet) ready again: {error}")
        else:
            record.write(kubectl, objects)
    waiting.delete(kubectl, dropped(old, objects), deadline.within(PRUNE_SECONDS), sleep)


def takes_back(event: Json, objects: list[Json], old: list[Json], good: str | None) -> bool:
    """Whether this update is CloudFormation's rollback of one that failed.

    Either it restores what last rolled out well here, or, when this manifest's part of the update had succeeded
    before another one failed, the stack itself says so.
    """
    if event["RequestType"] != "Update" or digest(objects) == digest(old):
        return False
    return digest(objects) == good or "ROLLBACK" in stack_status(event["StackId"])


def stack_status(stack_id: str) -> str:
    """The stack's status; empty where CloudFormation can't be asked (a way out of the network that was taken away)."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = boto3.client("cloudformation", config=quick_answers())
        stacks = client.describe_stacks(StackName=stack_id)["Stacks"]
        return str(stacks[0]["StackStatus"])
    except (BotoCoreError, ClientError) as error:
        print(f"Stack status unknown: {error}")
        return ""


def remove_stale_jobs(kubectl: Kubectl, objects: list[Json], deadline: Deadline, sleep: waiting.Sleep) -> None:
    """Delete our Jobs that have to run again, which an apply alone would not make them do.

    An earlier try left them failed; or an annotation has changed, which is where a Job names what its pods read and its
    template, which is immutable, cannot: the secret of another database, say.
    """
    jobs = {identity(obj): obj for obj in objects if obj["kind"] == "Job"}
    live = owned(kubectl.get(list(jobs.values())), jobs.values())
    stale = [obj for obj in live if job(obj).failed or changed_annotations(obj, jobs[identity(obj)])]
    waiting.delete(kubectl, stale, deadline.within(REPLACE_SECONDS), sleep)


def changed_annotations(live: Json, wanted: Json) -> bool:
    """Whether an annotation of the wanted object has another value on the live one."""
    found = live["metadata"].get("annotations") or {}
    return any(found.get(key) != value for key, value in (wanted["metadata"].get("annotations") or {}).items())


def remove(event: Json, deadline: Deadline, kubectl: Kubectl, sleep: waiting.Sleep) -> None:
    try:
        objects = parse(event["ResourceProperties"]["Manifest"])
    except (KeyError, TypeError, ValueError) as error:
        # Then no Create can have applied it, and the stack must be able to go.
        print(f"Nothing to delete, the manifest cannot be read: {error!r}")
        return
    if not objects:
        return
    try:
        waiting.delete(kubectl, objects, deadline.within(DELETE_SECONDS), sleep)
        record.forget(kubectl, objects)
    except (KubectlError, waiting.DeletionError):
        if not cluster_is_gone():
            raise
        print("The cluster does not exist any more, and its objects with it.")


def cluster_is_gone() -> bool:
    """Whether EKS says, in so many words, that there is no such cluster."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        boto3.client("eks", config=quick_answers()).describe_cluster(name=os.environ["CLUSTER_NAME"])
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == GONE)
    except BotoCoreError as error:
        print(f"EKS does not say whether the cluster exists: {error}")
    return False


def quick_answers() -> Any:
    """A client configuration that gives up in time to answer CloudFormation."""
    from botocore.config import Config

    return Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
