"""A DAG whose file says which secrets it finds where it is parsed, with a task that waits in a trigger."""

import json
import os
from datetime import timedelta
from pathlib import Path

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator, Variable, dag


def found() -> list[str]:
    """The secrets that this process can read."""
    folder = os.environ.get("AIRFLOW_SECRETS_DIRECTORY")
    return sorted(path.name for path in Path(folder).iterdir()) if folder else []


class Deferred(BaseOperator):
    """Hands over to a trigger, whose arguments are encrypted."""

    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=40)), method_name="done")

    def done(self, context, event):
        print("the trigger is done")


@dag(
    schedule=None,
    catchup=False,
    description=json.dumps({"found": found(), "variable": Variable.get("encrypted", default=None)}),
)
def holding():
    Deferred(task_id="deferred")


holding()
