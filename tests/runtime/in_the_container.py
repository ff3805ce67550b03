"""Commands in a pod of a stage, as the operations send them through kubectl."""

from collections.abc import Sequence

from operations.doctor.kubectl import CommandError, Kubectl, KubectlError
from tests.runtime.stage import Stage


class InTheContainer(Kubectl):
    """`kubectl exec` as the stand-in node does it."""

    def __init__(self, airflow: Stage) -> None:
        self._airflow = airflow

    def execute(self, deployment: str, command: Sequence[str], seconds: float) -> str:
        """Run it in the first container of the component's pod."""
        container = self._airflow.cluster.running(deployment.removeprefix("airflow-")).container(None)
        log = container.log.with_name(f"{container.name}.exec.log")
        before = log.stat().st_size if log.exists() else 0
        code = container.execute(list(command), seconds)
        output = log.read_bytes()[before:].decode(errors="replace")
        if code == 124:
            raise KubectlError(f"{command} did not end in {seconds} s")
        if code:
            raise CommandError(output)
        return output
