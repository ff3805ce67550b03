"""Wait until Airflow shows what was published: first the files on the file system, then the DAGs that were parsed."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from k8s.airflow.pods.paths import DAGS
from k8s.names import DAG_PROCESSOR
from operations.aws import OperationError
from operations.doctor.kubectl import CommandError, Kubectl, KubectlError

Json = dict[str, Any]
INSIDE = Path(__file__).parent / "inside"

SECONDS = 300
"""For all of it: the import takes up to a minute, and as long the next look of the DAG processor."""

COMMAND_SECONDS = 90
PAUSE_SECONDS = 5
SHOWN = 5
"""Names in a line of progress."""


class NotShownError(OperationError):
    """Published, but Airflow does not show it."""


@dataclass
class Wait:
    """What is waited for."""

    kubectl: Kubectl
    sums: Mapping[str, str]
    """Path -> SHA-256 of each file that must be there."""

    gone: frozenset[str]
    """Paths that must not."""

    dags: frozenset[str]
    removed_dags: frozenset[str] = frozenset()
    seconds: float = SECONDS
    tell: Callable[[str], None] = print
    _begun: float = 0

    def run(self) -> None:
        """Return when Airflow shows it.

        Raises:
            NotShownError: a file can't be imported there, the time is over, or Airflow can't be asked.
        """
        self._begun = time.monotonic()
        try:
            arrived = self._arrival()
            self.tell(f"  on the file system after {self._took():.0f} s")
            self._shown(arrived)
        except CommandError as error:
            raise NotShownError(f"Published, but the DAG processor can't be asked: {_last(str(error))}") from error
        except KubectlError as error:
            raise NotShownError(
                f"Published, but Airflow can't be asked whether it shows it: {error}. kubectl and a principal of"
                " cluster.access.admins are needed (NO_WAIT=1 does not ask)"
            ) from error
        self.tell(f"  shown by Airflow after {self._took():.0f} s")

    def _arrival(self) -> float:
        """When all files were there, by the pod's clock."""
        while True:
            found = self._ask("arrived", DAGS)
            files: Mapping[str, str] = found["files"]
            late = sorted([p for p in self.sums if files.get(p) != self.sums[p]] + [p for p in self.gone if p in files])
            if not late:
                return float(found["now"])
            self._pause("not on the file system yet", late, "docs/how-to/publish-dags.md#when-it-does-not-arrive")

    def _shown(self, since: float) -> None:
        while True:
            found = self._ask("shown")
            errors = [
                f"  {file}: {_last(text)}" for file, (at, text) in sorted(found["errors"].items()) if at > since
                if file in self.sums
            ]  # fmt: skip
            if errors:
                raise NotShownError(
                    "\n".join(
                        ["Published, but Airflow can't import:", *errors, "`make dags-back` brings the former files."]
                    )
                )
            states: Mapping[str, tuple[float, bool]] = found["dags"]
            late = [dag for dag in self.dags if dag not in states or states[dag][0] <= since or states[dag][1]]
            late += [dag for dag in self.removed_dags if dag in states and not states[dag][1]]
            if not late:
                return
            self._pause(
                "not parsed yet", sorted(late), "kubectl --namespace airflow logs deployment/airflow-dag-processor"
            )

    def _ask(self, script: str, *arguments: str) -> Json:
        text = (INSIDE / f"{script}.py").read_text(encoding="utf-8")
        output = self.kubectl.execute(DAG_PROCESSOR, ["python", "-c", text, *arguments], COMMAND_SECONDS)
        document: Json = json.loads(_last(output))  # Airflow may log before it
        return document

    def _pause(self, what: str, names: list[str], help_: str) -> None:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        named = f"{', '.join(names[:SHOWN])}{more}"
        if self._took() + PAUSE_SECONDS > self.seconds:
            raise NotShownError(
                f"Published, but after {self._took():.0f} s {what}: {named}. See {help_}; `make dags-back` brings the"
                " former files"
            )
        self.tell(f"  {what}: {named} ({self._took():.0f} s)")
        time.sleep(PAUSE_SECONDS)

    def _took(self) -> float:
        return time.monotonic() - self._begun


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and "command terminated" not in line]
    return lines[-1] if lines else ""
