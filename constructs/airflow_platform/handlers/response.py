"""The answer to CloudFormation: exactly one for each request, whatever happens.

Source: "Custom resource response objects", AWS CloudFormation user guide.
"""

import json
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Protocol

from airflow_platform.handlers.limits import RESERVE_SECONDS

Json = dict[str, Any]

REASON_BYTES = 1000  # CloudFormation refuses responses of more than 4096 bytes, and people read the first lines
PUT_ATTEMPTS = 5


class LambdaContext(Protocol):
    """What is used of Lambda's context object."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


class Deadline:
    """A point in time that work must not pass, however long it would like to take."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._end = self._start + max(seconds, 0.0)

    @classmethod
    def of(cls, context: LambdaContext) -> "Deadline":
        """The end of the invocation, less what answering needs."""
        return cls(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)

    def within(self, seconds: float) -> "Deadline":
        """`seconds` from now, or this deadline if that comes first."""
        return Deadline(min(seconds, self.remaining), self._clock)

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - self._clock(), 0.0)

    @property
    def elapsed(self) -> float:
        """Seconds since the deadline was set."""
        return self._clock() - self._start

    @property
    def passed(self) -> bool:
        return self.remaining <= 0


def respond(event: Json, context: LambdaContext, work: Callable[[Json, Deadline], None]) -> None:
    """Do `work` and tell CloudFormation how it ended.

    The physical id never changes once given, so CloudFormation never takes an update for a replacement, and a Create
    that fails gets the id that the Delete after it will carry.
    """
    print(f"{event['RequestType']} of {event['LogicalResourceId']} in {event['StackId']}")
    status, reason = "SUCCESS", "Done"
    try:
        work(event, Deadline.of(context))
    except Exception as error:  # the one place that turns every error into an answer
        traceback.print_exc()
        status, reason = "FAILED", str(error) or type(error).__name__
    print(f"{status}: {reason}")
    put(
        event["ResponseURL"],
        {
            "Status": status,
            "Reason": shortened(reason),
            "PhysicalResourceId": event.get("PhysicalResourceId") or physical_id(event),
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
        },
    )


def physical_id(event: Json) -> str:
    """The physical id that a Create gives: the same again if Lambda repeats the invocation."""
    stack_name = event["StackId"].split("/")[1] if "/" in event["StackId"] else event["StackId"]
    return f"{stack_name}/{event['LogicalResourceId']}"


def shortened(reason: str, limit: int = REASON_BYTES) -> str:
    """`reason`, cut to what CloudFormation takes; the function's log has all of it."""
    encoded = reason.encode()
    if len(encoded) <= limit:
        return reason
    tail = " … (more in the function's log)"
    return encoded[: limit - len(tail.encode())].decode(errors="ignore") + tail


def put(url: str, answer: Json, sleep: Callable[[float], None] = time.sleep) -> None:
    """PUT the answer; tries again, because without it CloudFormation waits for its whole time limit.

    Raises:
        OSError: no attempt got through.
    """
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"ResponseURL is no web address: {url.split(':')[0]}")
    body = json.dumps(answer).encode()
    for attempt in range(1, PUT_ATTEMPTS + 1):
        # The URL is signed for an empty content type, which urllib would fill in.
        request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                return
        except (urllib.error.URLError, OSError) as error:
            print(f"Answer not delivered, attempt {attempt} of {PUT_ATTEMPTS}: {error}")
            if attempt == PUT_ATTEMPTS:
                raise
            sleep(2.0 ** (attempt - 1))
