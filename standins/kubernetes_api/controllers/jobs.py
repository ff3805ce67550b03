"""Jobs: pods until enough have succeeded, or too many have failed."""

import time
from calendar import timegm
from typing import Any

from standins.kubernetes_api.api import Api
from standins.kubernetes_api.controllers.base import Controller, condition, is_leaving, is_over, is_ready
from standins.kubernetes_api.store import now

Json = dict[str, Any]


class Jobs(Controller):
    """Runs Jobs; `backoff_seconds` is the pause after a first failure, which doubles (10 on a real cluster)."""

    def __init__(self, api: Api, backoff_seconds: float = 0.2) -> None:
        super().__init__(api)
        self._backoff_seconds = backoff_seconds
        self._failed_at: dict[str, float] = {}

    def reconcile(self) -> None:
        for job in self.store.objects("Job"):
            if is_leaving(job):
                continue
            if verdict(job):
                self._expire(job)
            else:
                self._step(job)

    def _step(self, job: Json) -> None:
        spec, uid = job["spec"], job["metadata"]["uid"]
        pods = self.owned("Pod", job)
        succeeded = [pod for pod in pods if pod["status"].get("phase") == "Succeeded"]
        failed = [pod for pod in pods if pod["status"].get("phase") == "Failed"]
        active = [pod for pod in pods if not is_over(pod) and not is_leaving(pod)]
        started = (job.get("status") or {}).get("startTime") or now()
        conditions: list[Json] = []
        if len(succeeded) >= spec["completions"]:
            conditions = [condition("SuccessCriteriaMet", True, "CompletionsReached"), condition("Complete", True)]
        elif reason := self._failure(job, failed, started):
            conditions = [condition(type_, True, *reason) for type_ in ("FailureTarget", "Failed")]
        if conditions:
            for pod in active:
                self.delete(pod)
        elif not spec.get("suspend"):
            missing = min(spec["parallelism"], spec["completions"] - len(succeeded)) - len(active)
            if missing > 0 and self._rested(uid, len(failed)):
                for _ in range(missing):
                    self.create_pod(job, spec["template"])
        if len(failed) > (job.get("status") or {}).get("failed", 0):
            self._failed_at[uid] = time.monotonic()
        status: Json = {
            "startTime": started,
            "active": 0 if conditions else len(active),
            "ready": sum(map(is_ready, active)),
            "succeeded": len(succeeded),
            "failed": len(failed),
        }
        if conditions:
            status["conditions"] = conditions
            if conditions[-1]["type"] == "Complete":
                status["completionTime"] = now()
        self.set_status(job, status)

    def _rested(self, uid: str, failures: int) -> bool:
        pause = self._backoff_seconds * 2 ** max(0, failures - 1) if failures else 0
        return time.monotonic() - self._failed_at.get(uid, 0) >= pause

    @staticmethod
    def _failure(job: Json, failed: list[Json], started: str) -> tuple[str, str] | None:
        spec = job["spec"]
        for pod in failed:
            code = _exit_code(pod)
            for rule in (spec.get("podFailurePolicy") or {}).get("rules") or ():
                wanted = rule.get("onExitCodes") or {}
                inside = code in (wanted.get("values") or [])
                if rule["action"] == "FailJob" and wanted and inside == (wanted["operator"] == "In"):
                    return "PodFailurePolicy", f"Container exited with code {code}"
        if len(failed) > spec["backoffLimit"]:
            return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        deadline = spec.get("activeDeadlineSeconds")
        if deadline and time.time() - timegm(time.strptime(started, "%Y-%m-%dT%H:%M:%SZ")) > deadline:
            return "DeadlineExceeded", "Job was active longer than specified deadline"
        return None

    def _expire(self, job: Json) -> None:
        lifetime = job["spec"].get("ttlSecondsAfterFinished")
        ended = job["status"].get("completionTime") or job["status"].get("startTime")
        if lifetime is not None and time.time() - timegm(time.strptime(ended, "%Y-%m-%dT%H:%M:%SZ")) > lifetime:
            self.delete(job)


def verdict(job: Json) -> str | None:
    """`Complete`, `Failed`, or None while it runs."""
    for one in (job.get("status") or {}).get("conditions") or ():
        if one["type"] in ("Complete", "Failed") and one["status"] == "True":
            return str(one["type"])
    return None


def _exit_code(pod: Json) -> int:
    for container in pod["status"].get("containerStatuses") or ():
        ended = (container.get("state") or {}).get("terminated")
        if ended:
            return int(ended["exitCode"])
    return 1
