"""A DAG whose authors' code says which secrets it finds: where the file is parsed, and in a trigger."""

import asyncio
import json
import os
from pathlib import Path

from airflow.sdk import BaseOperator, Variable, dag
from airflow.triggers.base import BaseTrigger, TriggerEvent


def found() -> list[str]:
    """The secrets that this process can read."""
    folder = os.environ.get("AIRFLOW_SECRETS_DIRECTORY")
    return sorted(path.name for path in Path(folder).iterdir()) if folder else []


class Looking(BaseTrigger):
    """Waits until it is let go, and then says what it sees."""

    def serialize(self):
        return "holding.Looking", {}

    async def run(self):
        self.log.info("said by the trigger")
        while not (Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / "trigger-let-go").exists():
            await asyncio.sleep(0.5)
        from asgiref.sync import sync_to_async

        yield TriggerEvent({"found": found(), "variable": await sync_to_async(Variable.get)("encrypted")})


class Deferred(BaseOperator):
    """Hands over to the trigger, and says what it saw."""

    def execute(self, context):
        self.defer(trigger=Looking(), method_name="done")

    def done(self, context, event):
        self.log.info("the trigger saw %s", json.dumps(event, sort_keys=True).replace('"', "'"))


@dag(
    schedule=None,
    catchup=False,
    description=json.dumps({"found": found(), "variable": Variable.get("encrypted", default=None)}),
)
def holding():
    Deferred(task_id="deferred")


holding()
