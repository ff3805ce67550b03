"""A DAG whose file reads a variable, and whose tasks read connections and variables, again and again."""

import json
import os
from pathlib import Path

from airflow.providers.http.triggers.http import HttpTrigger
from airflow.sdk import BaseOperator, Connection, Variable, dag, task


class Waiting(BaseOperator):
    """Hands over to a trigger that uses a connection."""

    def execute(self, context):
        request = HttpTrigger(http_conn_id="of_a_trigger", method="GET", auth_type="aiohttp.BasicAuth")
        self.defer(trigger=request, method_name="done")

    def done(self, context, event):
        if event["status"] != "success":
            raise ValueError(event["message"])


@dag(schedule=None, catchup=False, description=Variable.get("of_a_file", default="none"))
def looking_up():
    @task
    def look():
        for _ in range(5):
            there, elsewhere = Connection.get("in_the_store"), Connection.get("in_the_database")
            both = Connection.get("in_both")
        seen = {
            "in_the_store": [there.conn_type, there.host, there.password],
            "in_the_database": [elsewhere.conn_type, elsewhere.host, elsewhere.password],
            "in_both": both.host,
            "variable": Variable.get("of_a_task"),
            "environment": dict(os.environ),
        }
        (Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / "looked-up.json").write_text(json.dumps(seen))

    look() >> Waiting(task_id="wait")


looking_up()
