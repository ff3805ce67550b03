"""Runs the checks side by side; whatever goes wrong in one is its line."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from operations.doctor.account import HOW_TO_GET_CREDENTIALS
from operations.doctor.check import Answer, Check, Line, Status
from operations.doctor.context import Context
from operations.doctor.kubernetes_api import KubernetesUnreachableError
from operations.doctor.table import CHECKS, GATES

WORKERS = 10
SECONDS = 24
"""What has not answered by then is told as such: half a minute is all that a deployment waits."""

LOOK_AT_THE_NETWORK = "look at the network between here and AWS"

DENIED = ("AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized", "Forbidden")
"""Parts of the error codes by which services say that something is not allowed; each has its own."""


def examine(context: Context, *, before: bool = False, seconds: float = SECONDS) -> list[Line]:
    """Ask everything that applies; only what can stop a deployment when `before` is set.

    Credentials and account come first, and alone when they fail.
    """
    end = time.monotonic() + seconds
    lines = []
    for gate in GATES:
        lines += _side_by_side(context, [gate], _gate, end)
        if lines[-1].answer.status == Status.FAIL:
            return lines
    chosen = [check for check in CHECKS if check.before or not before]
    return lines + _side_by_side(context, chosen, answer_of, end)


def _side_by_side(
    context: Context, checks: Sequence[Check], ask: Callable[[Check, Context], Answer], end: float
) -> list[Line]:
    """The checks' lines, in their order. Threads that hang are left behind: they end with the process."""
    waiting: SimpleQueue[Check] = SimpleQueue()
    for check in checks:
        waiting.put(check)
    answers: dict[str, Answer] = {}
    answered: SimpleQueue[tuple[str, Answer]] = SimpleQueue()

    def work() -> None:
        while time.monotonic() < end:
            try:
                check = waiting.get_nowait()
            except Empty:
                return
            answered.put((check.name, ask(check, context)))

    for _ in range(min(WORKERS, len(checks))):
        threading.Thread(target=work, daemon=True).start()
    while len(answers) < len(checks):
        try:
            name, answer = answered.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        answers[name] = answer
    late = Answer.warned("no answer in time", f"try again; {LOOK_AT_THE_NETWORK}")
    return [Line(check, answers.get(check.name, late)) for check in checks]


def _gate(check: Check, context: Context) -> Answer:
    """An answer without which nothing can be asked: whatever goes wrong is a failure."""
    try:
        return check.ask(context)
    except ClientError as error:
        problem = error.response["Error"]
        return Answer.failed(f"AWS refuses the credentials: {problem.get('Code')}", HOW_TO_GET_CREDENTIALS)
    except (HTTPClientError, AwsConnectionError) as error:
        return Answer.failed(one_line(error), f"{LOOK_AT_THE_NETWORK}; `region` of the environment file")
    except Exception as error:
        return Answer.failed(one_line(error), HOW_TO_GET_CREDENTIALS)


def answer_of(check: Check, context: Context) -> Answer:
    """What a check answers, or why it can't be asked."""
    try:
        reason = check.unless(context)
        return Answer.skipped(reason) if reason else check.ask(context)
    except ClientError as error:
        problem = error.response.get("Error", {})
        code = str(problem.get("Code", "error"))
        operation = getattr(error, "operation_name", "?")
        if any(part in code for part in DENIED) or _status(error) == 403:
            return Answer.warned(f"not allowed to ask ({operation})", f"allow {', '.join(check.actions)}")
        told = f"{operation}: {code} {problem.get('Message', '')}".strip()
        return Answer.warned(f"can't be asked: {one_line(told)}", "try again; docs/doctor.md")
    except (BotoCoreError, KubernetesUnreachableError) as error:
        return Answer.warned(f"can't be asked: {one_line(error)}", LOOK_AT_THE_NETWORK)
    except Exception as error:
        told = f"{type(error).__name__} {one_line(error)}".strip()
        return Answer.warned(f"the answer is not understood: {told}", "report it to the project")


def _status(error: ClientError) -> int:
    return int((error.response.get("ResponseMetadata") or {}).get("HTTPStatusCode") or 0)


def one_line(what: object) -> str:
    """Text without line breaks, not too long."""
    text = " ".join(str(what).split())
    return text if len(text) <= 240 else f"{text[:237]}..."
