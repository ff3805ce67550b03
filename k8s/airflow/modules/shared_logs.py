"""Stands for the executor in the API server, whose part there is to find the logs of running tasks.

Tasks write their logs to the shared file system line by line, and the API server reads them there, whether the task
runs or has ended. KubernetesExecutor would add what the task's pod has written: the same lines, a moment later.
"""

# mypy: disable-error-code="import-not-found,misc,no-untyped-def"
from airflow.executors.base_executor import BaseExecutor


class SharedLogs(BaseExecutor):
    """Runs nothing."""

    def get_task_log(self, ti, try_number):
        """Where the log is, and no lines. Without the former the API server would ask the pod for a log server."""
        return ["The task writes its log to the shared file system."], []
