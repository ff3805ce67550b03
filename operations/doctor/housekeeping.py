"""What cleans up: whether it is there, and has done so lately."""

from datetime import datetime, timedelta
from typing import Any

from k8s.airflow.housekeeping import Cleaner, cleaners
from k8s.names import NAMESPACE
from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.kubernetes import ASK, not_to_be_read

Json = dict[str, Any]

LONGEST = timedelta(hours=5)
"""From a start to the end of all its tries, and a little."""

LATE = timedelta(hours=36)
"""Without a success: a night was left out."""


def nothing_to_clean(context: Context) -> str | None:
    """The file turns everything off, or the cluster can't be read."""
    if not cleaners(context.settings.airflow):
        return "airflow.housekeeping turns all of it off"
    return not_to_be_read(context)


def housekeeping(context: Context) -> Answer:
    """Whether each CronJob is there, and its last run has succeeded."""
    found = {
        each["metadata"]["name"]: each
        for each in context.kubernetes.items(f"/apis/batch/v1/namespaces/{NAMESPACE}/cronjobs")
    }
    wanted = cleaners(context.settings.airflow)
    answers = [answer for each in wanted if (answer := _trouble(each, found.get(each.name), context.now))]
    if answers:
        return worst(answers, answers[0])
    return Answer.passed(", ".join(f"{each.name} {_told(found[each.name])}" for each in wanted))


def _trouble(cleaner: Cleaner, cron_job: Json | None, now: datetime) -> Answer | None:
    if cron_job is None:
        return Answer.failed(f"{cleaner.name} is not there", "`make deploy`")
    if (cron_job.get("spec") or {}).get("suspend"):
        resume = (
            f'kubectl --namespace {NAMESPACE} patch cronjob {cleaner.name} --patch \'{{"spec": {{"suspend": false}}}}\''
        )
        return Answer.warned(f"{cleaner.name} is suspended", resume)
    status = cron_job.get("status") or {}
    started, succeeded = _time(status.get("lastScheduleTime")), _time(status.get("lastSuccessfulTime"))
    since = succeeded or _time(cron_job["metadata"].get("creationTimestamp")) or now
    failed = started is not None and started > since and now - started > LONGEST
    if failed or now - since > LATE:
        logs = f"kubectl --namespace {NAMESPACE} logs --selector app.kubernetes.io/component={cleaner.label} --tail 50"
        return Answer.warned(f"{cleaner.name} {_told(cron_job)}", f"{logs}; docs/how-to/housekeeping.md")
    return None


def _told(cron_job: Json) -> str:
    last = _time((cron_job.get("status") or {}).get("lastSuccessfulTime"))
    return f"last succeeded on {last:%Y-%m-%d}" if last else "has not succeeded yet"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


CHECKS = (Check("airflow", "housekeeping", housekeeping, ASK, nothing_to_clean, before=False),)
