"""Breaks of the Lambda functions."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/constructs/handlers"
MANIFEST, ROLLBACK, DELETION = (f"{TESTS}/test_manifest{part}.py" for part in ("", "_rollback", "_deletion"))
ROLLOUT, RESPONSE = f"{TESTS}/test_rollout.py", f"{TESTS}/test_response.py"
KUBECTL, DIAGNOSIS = f"{TESTS}/test_kubectl.py", f"{TESTS}/test_diagnosis.py"
LIMITS, HOPELESS = f"{TESTS}/test_limits.py", f"{TESTS}/test_hopeless.py"
REVISION, LOOKOUT = f"{TESTS}/test_revision.py", f"{TESTS}/test_lookout.py"
QUESTIONS, ADDON = f"{TESTS}/test_questions_to_aws.py", f"{TESTS}/test_addon_version.py"
GATE = f"{TESTS}/test_upgrade_gate.py"

MUTANTS = (
    *breaks(
        "constructs/airflow_platform/handlers/manifest/kubectl.py",
        (KUBECTL, MANIFEST, DELETION),
        ("a kubectl that timed out is no success", 'return Finished(124, "",', 'return Finished(0, "",'),
        ("an exit code other than 0 is a failure", "if not finished.code:", "if finished.code < 2:"),
        ("a lost connection is tried again", '    "i/o timeout",\n', ""),
        ("what was refused is not tried again", "if pause is None or not any(", "if pause is None or any("),
        ("fields that others hold are taken over", '"--force-conflicts", ', ""),
        ("a deletion is asked for once", '"--wait=false", ', '"--wait=true", '),
        ("a kind that nobody knows has no objects", '"no matches for kind" in str(self) or ', ""),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/index.py",
        (QUESTIONS, MANIFEST, ROLLBACK, DELETION),
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
        (MANIFEST, DELETION),
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
        (MANIFEST, DELETION),
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
    ),
    *breaks(
        "constructs/airflow_platform/handlers/limits.py",
        (KUBECTL,),
        ("three tries", "RETRY_PAUSES_SECONDS = (2.0, 5.0)", "RETRY_PAUSES_SECONDS = (2.0,)"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/limits.py",
        (LIMITS, HOPELESS),
        ("a token is fresh", "\nTOKEN_SECONDS = 300", "\nTOKEN_SECONDS = 900"),
        ("a task has its time to end", "DELETE_SECONDS = 270", "DELETE_SECONDS = 240"),
        ("Lambda's longest", "LAMBDA_SECONDS = 900", "LAMBDA_SECONDS = 1000"),
        ("a failover of the database is no crash loop", "CRASH_SECONDS = 60", "CRASH_SECONDS = 10"),
        ("one crash is no loop", "LEAST_CRASHES = 4", "LEAST_CRASHES = 1"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/hopeless.py",
        (HOPELESS,),
        (
            "an image that can't be pulled has its time",
            "**dict.fromkeys(PULL, PULL_SECONDS)",
            "**dict.fromkeys(PULL, 0)",
        ),
        ("an image without a name is hopeless at once", '    "InvalidImageName": 0,\n', ""),
        ("a pod that has ended troubles nobody", 'in ("Succeeded", "Failed"):', 'in ("Succeeded",):'),
        ("what waits for a volume has its own wait", '"persistentvolume" not in text and not', "not"),
        ("a pod for which others are cleared may wait", ' and not status.get("nominatedNodeName")', ""),
        ("an init container may be what crashes", '*(status.get("initContainerStatuses") or []), ', ""),
        ("a crash that waits for its restart counts", "CRASH_SECONDS, restarts + 1)", "CRASH_SECONDS, restarts)"),
        ("trouble that passed begins anew", "self._since = {trouble.key", "self._since |= {trouble.key"),
        ("a trouble lasts from its first look", "self._since.get(trouble.key, now)", "now"),
        ("crashes are counted from the first", "- min(crashes.values())", "- max(crashes.values())"),
        ("the time after the latest crash does not count", "lasted = crashes[trouble.crashes] -", "lasted = now -"),
        ("long waits between few crashes are no loop", "trouble.crashes >= LEAST_CRASHES and lasted", "lasted"),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/revision.py",
        (REVISION,),
        ("clocks differ", "seconds - CLOCKS_DIFFER_SECONDS", "seconds + CLOCKS_DIFFER_SECONDS"),
        ("older pods do not count", '.get("creationTimestamp", "") >= since', '.get("creationTimestamp", "") != since'),
        ("a pod that goes does not count", '        and "deletionTimestamp" not in pod["metadata"]\n', ""),
        ("other objects' pods do not count", 'reference.get("uid") in owners for', "owners for"),
        ("a StatefulSet's old pods do not count", '!= "StatefulSet" or _label(pod', '!= "Job" or _label(pod'),
        (
            "the newest ReplicaSet is the template's",
            "return bool(unhashed == deployment",
            "return bool(unhashed != deployment",
        ),
        (
            "another Deployment's ReplicaSet is not its own",
            'if not any(reference.get("uid") ==',
            'if not any(reference.get("uid") !=',
        ),
        (
            "a StatefulSet that its controller has not seen has no new pods",
            " or seen(obj) else set()",
            " or True else set()",
        ),
    ),
    *breaks(
        "constructs/airflow_platform/handlers/manifest/lookout.py",
        (LOOKOUT,),
        ("a look every so many seconds", "if now - self._looked < PODS_SECONDS:", "if now < self._looked:"),
        ("pods of before do not count", "self._since = timestamp(applied_at)", 'self._since = ""'),
        ("patience lasts from look to look", "self._patience.setdefault(name, Patience())", "Patience()"),
        ("a new node is waited for", "and self._scaling_up(namespace, pods):", "and not pods:"),
        ("a new node mends no image", "in lost if not trouble.unschedulable]", "in lost if trouble.crashes]"),
        ("a new node for another pod helps nobody", '.get("uid") in uids', '.get("uid") not in uids'),
        (
            "a cluster that does not say is asked again",
            "        except KubectlError as error:\n",
            "        except ValueError as error:\n",
        ),
    ),
)
