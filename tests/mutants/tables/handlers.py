"""Breaks of the Lambda functions."""

from tests.mutants.mutant import Mutant

TESTS = "tests/unit/constructs/handlers"
MANIFEST, ROLLOUT, RESPONSE = f"{TESTS}/test_manifest.py", f"{TESTS}/test_rollout.py", f"{TESTS}/test_response.py"
KUBECTL, DIAGNOSIS = f"{TESTS}/test_kubectl.py", f"{TESTS}/test_diagnosis.py"
QUESTIONS, ADDON = f"{TESTS}/test_questions_to_aws.py", f"{TESTS}/test_addon_version.py"

MUTANTS = (
    Mutant(
        "a kubectl that timed out is no success",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        'return Finished(124, "",',
        'return Finished(0, "",',
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "an exit code other than 0 is a failure",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        "if not finished.code:",
        "if finished.code < 2:",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "a lost connection is tried again",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        '    "i/o timeout",\n',
        "",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "what was refused is not tried again",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        "if pause is None or not any(",
        "if pause is None or any(",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "three tries",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        "RETRY_PAUSES_SECONDS = (2.0, 5.0)",
        "RETRY_PAUSES_SECONDS = (2.0,)",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "fields that others hold are taken over",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        '"--force-conflicts", ',
        "",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "a deletion is asked for once",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        '"--wait=false", ',
        '"--wait=true", ',
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "a kind that nobody knows has no objects",
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        '"no matches for kind" in str(self) or ',
        "",
        (
            KUBECTL,
            MANIFEST,
        ),
    ),
    Mutant(
        "a cluster that EKS does not know is gone, and no other",
        "constructs/airflow_platform/handlers/manifest/index.py",
        '["Code"] == GONE)',
        '["Code"] != GONE)',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "silence does not mean that a cluster is gone",
        "constructs/airflow_platform/handlers/manifest/index.py",
        'exists: {error}")\n    return False',
        'exists: {error}")\n    return True',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "its own cluster is asked about",
        "constructs/airflow_platform/handlers/manifest/index.py",
        'name=os.environ["CLUSTER_NAME"]',
        'name="airflow"',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "a status that is not known is no rollback",
        "constructs/airflow_platform/handlers/manifest/index.py",
        'print(f"Stack status unknown: {error}")\n        return ""',
        'print(f"Stack status unknown: {error}")\n        return "ROLLBACK"',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "its own stack is asked about",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "StackName=stack_id",
        'StackName="airflow"',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "a question leaves time to answer",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "read_timeout=5",
        "read_timeout=50",
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "a stack that goes forward fails",
        "constructs/airflow_platform/handlers/manifest/index.py",
        'or "ROLLBACK" in stack_status',
        'or "ROLLBACK" not in stack_status',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "objects of a cluster that is there are reported",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "if not cluster_is_gone():",
        "if cluster_is_gone():",
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "a Job whose secrets changed runs again",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "job(obj).failed or changed_annotations",
        "job(obj).failed and changed_annotations",
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "only an update takes back",
        "constructs/airflow_platform/handlers/manifest/index.py",
        'if event["RequestType"] != "Update" or',
        'if event["RequestType"] == "Delete" or',
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "what leaves a manifest goes after the rollout",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "waiting.delete(kubectl, dropped(old, objects)",
        "waiting.delete(kubectl, dropped(objects, old)",
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "what rolled out well is remembered",
        "constructs/airflow_platform/handlers/manifest/index.py",
        "            record.write(kubectl, objects)\n",
        "            pass\n",
        (
            QUESTIONS,
            MANIFEST,
        ),
    ),
    Mutant(
        "the newest warnings are told",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        "key=_last_seen)[-WARNINGS:]",
        "key=_last_seen)[:WARNINGS]",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "warnings are told by time",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        "newest = sorted(events, key=_last_seen)[",
        "newest = list(events)[",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "a repeated warning is new",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        'series.get("lastObservedTime") or ',
        "",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "a fraction of a second is later",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        '.rstrip("Z")',
        "",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "the logs of two pods",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        "[pod for pod in pods if not _well(pod)][:PODS_WITH_LOGS]",
        "[pod for pod in pods if not _well(pod)]",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "no logs of pods that are well",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        "if not _well(pod)]",
        "if _well(pod)]",
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "a Job's pods are found by its name",
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        'f"batch.kubernetes.io/job-name=',
        'f"job=',
        (
            DIAGNOSIS,
            ROLLOUT,
        ),
    ),
    Mutant(
        "the status is of this version",
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        '.get("observedGeneration", 0)) >= int(',
        '.get("observedGeneration", 0)) <= int(',
        (ROLLOUT,),
    ),
    Mutant(
        "all counts are as wanted",
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        "if all(count == wanted",
        "if any(count == wanted",
        (ROLLOUT,),
    ),
    Mutant(
        "a Job that is about to fail has failed",
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        ' or condition(obj, "FailureTarget")',
        "",
        (ROLLOUT,),
    ),
    Mutant(
        "a lost claim never comes",
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        'failed=phase == "Lost"',
        "failed=False",
        (ROLLOUT,),
    ),
    Mutant(
        "an old pod is still one",
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        '"replicas", "updatedReplicas", "availableReplicas")\n\n\ndef stateful',
        '"updatedReplicas", "availableReplicas")\n\n\ndef stateful',
        (ROLLOUT,),
    ),
    Mutant(
        "no update deletes a claim",
        "constructs/airflow_platform/handlers/manifest/objects.py",
        '"PersistentVolume", "PersistentVolumeClaim", "StorageClass"}',
        '"PersistentVolume", "StorageClass"}',
        (MANIFEST,),
    ),
    Mutant(
        "what somebody made by hand stays",
        "constructs/airflow_platform/handlers/manifest/objects.py",
        "if owner(obj) is not None and owner(obj)",
        "if owner(obj)",
        (MANIFEST,),
    ),
    Mutant(
        "a new API version is the same object",
        "constructs/airflow_platform/handlers/manifest/objects.py",
        "return Identity(group,",
        'return Identity(obj["apiVersion"],',
        (MANIFEST,),
    ),
    Mutant(
        "a failed Job ends the wait",
        "constructs/airflow_platform/handlers/manifest/waiting.py",
        "if failed or (waiting and deadline.passed):",
        "if waiting and deadline.passed:",
        (MANIFEST,),
    ),
    Mutant(
        "a refused deletion is tried three times and reported",
        "constructs/airflow_platform/handlers/manifest/waiting.py",
        "elif (undeleted and refused) or deadline.passed:",
        "elif deadline.passed:",
        (MANIFEST,),
    ),
    Mutant(
        "an inner deadline never passes the outer one",
        "constructs/airflow_platform/handlers/response.py",
        "Deadline(min(seconds, self.remaining)",
        "Deadline(max(seconds, self.remaining)",
        (RESPONSE,),
    ),
    Mutant(
        "time to answer is kept",
        "constructs/airflow_platform/handlers/response.py",
        "/ 1000 - RESERVE_SECONDS)",
        "/ 1000)",
        (RESPONSE,),
    ),
    Mutant(
        "the physical id never changes",
        "constructs/airflow_platform/handlers/response.py",
        'event.get("PhysicalResourceId") or physical_id(event)',
        "physical_id(event)",
        (RESPONSE,),
    ),
    Mutant(
        "the reason fits",
        "constructs/airflow_platform/handlers/response.py",
        "return encoded[: limit - len(tail.encode())]",
        "return encoded[:limit]",
        (RESPONSE,),
    ),
    Mutant(
        "an answer that is lost is sent again",
        "constructs/airflow_platform/handlers/response.py",
        "if attempt == PUT_ATTEMPTS:",
        "if attempt:",
        (RESPONSE,),
    ),
    Mutant(
        "versions are compared by number",
        "constructs/airflow_platform/handlers/addon_version/index.py",
        "parts(current) > parts(default)",
        "current > default",
        (ADDON,),
    ),
    Mutant(
        "an add-on that does not fit is replaced",
        "constructs/airflow_platform/handlers/addon_version/index.py",
        "return current if fits and",
        "return current if",
        (ADDON,),
    ),
    Mutant(
        "a degraded add-on may recover",
        "constructs/airflow_platform/handlers/addon_version/index.py",
        'MAY_PASS = BUSY | {"DEGRADED"}',
        "MAY_PASS = BUSY",
        (ADDON,),
    ),
    Mutant(
        "an add-on's configuration stays",
        "constructs/airflow_platform/handlers/addon_version/index.py",
        '{"configurationValues": addon["configurationValues"]} if',
        "{} if",
        (ADDON,),
    ),
    Mutant(
        "deletion does nothing",
        "constructs/airflow_platform/handlers/addon_version/index.py",
        'if event["RequestType"] == "Delete":',
        'if event["RequestType"] == "Create":',
        (ADDON,),
    ),
    Mutant(
        "a kubeconfig is for its owner",
        "constructs/airflow_platform/handlers/manifest/credentials.py",
        "touch(mode=0o600)",
        "touch(mode=0o644)",
        (KUBECTL,),
    ),
    Mutant(
        "a token is fresh",
        "constructs/airflow_platform/handlers/manifest/credentials.py",
        "TOKEN_SECONDS = 300",
        "TOKEN_SECONDS = 900",
        (KUBECTL,),
    ),
)
