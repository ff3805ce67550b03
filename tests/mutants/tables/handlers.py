"""Breaks of the Lambda functions."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/constructs/handlers"
MANIFEST, ROLLOUT, RESPONSE = f"{TESTS}/test_manifest.py", f"{TESTS}/test_rollout.py", f"{TESTS}/test_response.py"
KUBECTL, DIAGNOSIS = f"{TESTS}/test_kubectl.py", f"{TESTS}/test_diagnosis.py"
QUESTIONS, ADDON = f"{TESTS}/test_questions_to_aws.py", f"{TESTS}/test_addon_version.py"
GATE = f"{TESTS}/test_upgrade_gate.py"

MUTANTS = (
    *breaks(
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        (KUBECTL, MANIFEST),
        ("a kubectl that timed out is no success", 'return Finished(124, "",', 'return Finished(0, "",'),
        ("an exit code other than 0 is a failure", "if not finished.code:", "if finished.code < 2:"),
        ("a lost connection is tried again", '    "i/o timeout",\n', ""),
        ("what was refused is not tried again", "if pause is None or not any(", "if pause is None or any("),
        ("three tries", "RETRY_PAUSES_SECONDS = (2.0, 5.0)", "RETRY_PAUSES_SECONDS = (2.0,)"),
        ("fields that others hold are taken over", '"--force-conflicts", ', ""),
        ("a deletion is asked for once", '"--wait=false", ', '"--wait=true", '),
        ("a kind that nobody knows has no objects", '"no matches for kind" in str(self) or ', ""),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/index.py",
        (QUESTIONS, MANIFEST),
        ("a cluster that EKS does not know is gone, and no other", '["Code"] == GONE)', '["Code"] != GONE)'),
        (
            "silence does not mean that a cluster is gone",
            'exists: {error}")\n    return False',
            'exists: {error}")\n    return True',
        ),
        ("its own cluster is asked about", 'name=os.environ["CLUSTER_NAME"]', 'name="airflow"'),
        (
            "a status that is not known is no rollback",
            'print(f"Stack status unknown: {error}")\n        return ""',
            'print(f"Stack status unknown: {error}")\n        return "ROLLBACK"',
        ),
        ("its own stack is asked about", "StackName=stack_id", 'StackName="airflow"'),
        ("a question leaves time to answer", "read_timeout=5", "read_timeout=50"),
        ("a stack that goes forward fails", 'or "ROLLBACK" in stack_status', 'or "ROLLBACK" not in stack_status'),
        ("objects of a cluster that is there are reported", "if not cluster_is_gone():", "if cluster_is_gone():"),
        (
            "a Job whose secrets changed runs again",
            "job(obj).failed or changed_annotations",
            "job(obj).failed and changed_annotations",
        ),
        (
            "only an update takes back",
            'if event["RequestType"] != "Update" or',
            'if event["RequestType"] == "Delete" or',
        ),
        (
            "what leaves a manifest goes after the rollout",
            "waiting.delete(kubectl, dropped(old, objects)",
            "waiting.delete(kubectl, dropped(objects, old)",
        ),
        ("what rolled out well is remembered", "            record.write(kubectl, objects)\n", "            pass\n"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/diagnosis.py",
        (DIAGNOSIS, ROLLOUT),
        ("the newest warnings are told", "key=_last_seen)[-WARNINGS:]", "key=_last_seen)[:WARNINGS]"),
        ("warnings are told by time", "newest = sorted(events, key=_last_seen)[", "newest = list(events)["),
        ("a repeated warning is new", 'series.get("lastObservedTime") or ', ""),
        ("a fraction of a second is later", '.rstrip("Z")', ""),
        (
            "the logs of two pods",
            "[pod for pod in pods if not _well(pod)][:PODS_WITH_LOGS]",
            "[pod for pod in pods if not _well(pod)]",
        ),
        ("no logs of pods that are well", "if not _well(pod)]", "if _well(pod)]"),
        ("a Job's pods are found by its name", 'f"batch.kubernetes.io/job-name=', 'f"job='),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/rollout.py",
        (ROLLOUT,),
        (
            "the status is of this version",
            '.get("observedGeneration", 0)) >= int(',
            '.get("observedGeneration", 0)) <= int(',
        ),
        ("all counts are as wanted", "if all(count == wanted", "if any(count == wanted"),
        ("a Job that is about to fail has failed", ' or condition(obj, "FailureTarget")', ""),
        ("a lost claim never comes", 'failed=phase == "Lost"', "failed=False"),
        (
            "an old pod is still one",
            '"replicas", "updatedReplicas", "availableReplicas")\n\n\ndef stateful',
            '"updatedReplicas", "availableReplicas")\n\n\ndef stateful',
        ),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/objects.py",
        (MANIFEST,),
        (
            "no update deletes a claim",
            '"PersistentVolume", "PersistentVolumeClaim", "StorageClass"}',
            '"PersistentVolume", "StorageClass"}',
        ),
        ("what somebody made by hand stays", "if owner(obj) is not None and owner(obj)", "if owner(obj)"),
        ("a new API version is the same object", "return Identity(group,", 'return Identity(obj["apiVersion"],'),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/waiting.py",
        (MANIFEST,),
        (
            "a failed Job ends the wait",
            "if failed or (waiting and deadline.passed):",
            "if waiting and deadline.passed:",
        ),
        (
            "a refused deletion is tried three times and reported",
            "elif (undeleted and refused) or deadline.passed:",
            "elif deadline.passed:",
        ),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/response.py",
        (RESPONSE,),
        (
            "an inner deadline never passes the outer one",
            "Deadline(min(seconds, self.remaining)",
            "Deadline(max(seconds, self.remaining)",
        ),
        ("time to answer is kept", "/ 1000 - RESERVE_SECONDS)", "/ 1000)"),
        (
            "the physical id never changes",
            'event.get("PhysicalResourceId") or physical_id(event)',
            "physical_id(event)",
        ),
        ("the reason fits", "return encoded[: limit - len(tail.encode())]", "return encoded[:limit]"),
        ("an answer that is lost is sent again", "if attempt == PUT_ATTEMPTS:", "if attempt:"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/addon_version/index.py",
        (ADDON,),
        ("versions are compared by number", "parts(current) > parts(default)", "current > default"),
        ("an add-on that does not fit is replaced", "return current if fits and", "return current if"),
        ("a degraded add-on may recover", 'MAY_PASS = BUSY | {"DEGRADED"}', "MAY_PASS = BUSY"),
        ("an add-on's configuration stays", '{"configurationValues": addon["configurationValues"]} if', "{} if"),
        ("deletion does nothing", 'if event["RequestType"] == "Delete":', 'if event["RequestType"] == "Create":'),
        ("an add-on never stops a rollback", "parts(new) < parts(old)", "parts(new) > parts(old)"),
        ("an add-on that fails forwards fails", "if not goes_back(event):", "if goes_back(event):"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/upgrade_gate/index.py",
        (GATE,),
        ("a rollback is never asked about", "minor(kubernetes) <= minor(old)", "minor(kubernetes) < minor(old)"),
        ("versions are compared by number", "minor(kubernetes) <= minor(old)", "kubernetes <= old"),
        ("an add-on that is not offered is refused", "    if not versions:", "    if versions:"),
        ("a pin that does not fit is refused", "if pin and pin not in", "if pin and pin in"),
        ("a default of another version is none", "== kubernetes\n        for fit", "!= kubernetes\n        for fit"),
        ("what EKS does not know is not offered", "in UNKNOWN:", "not in UNKNOWN:"),
        ("problems are told", "    if problems:\n        stay", "    if not problems:\n        stay"),
        ("it stops in time", "        if deadline.passed:", "        if False:"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/credentials.py",
        (KUBECTL,),
        ("a kubeconfig is for its owner", "touch(mode=0o600)", "touch(mode=0o644)"),
        ("a token is fresh", "TOKEN_SECONDS = 300", "TOKEN_SECONDS = 900"),
    ),
)
