"""Tasks that write down which version of this file they are: one before a gate opens, one meanwhile, one afterwards."""

import os
import time
from pathlib import Path

from airflow.sdk import dag, get_current_context, task
from of_this_commit import VERSION


def own(name):
    """A file of the task's own."""
    return Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / name


def say():
    with own("said.txt").open("a") as said:
        said.write(f"{get_current_context()['ti'].try_number} {VERSION}\n")


@dag(schedule=None, catchup=False, description=VERSION)
def versioned():
    @task
    def before():
        say()

    @task
    def meanwhile():
        while get_current_context()["dag_run"].conf.get("waits") and not own("gate").exists():
            time.sleep(0.2)
        say()

    @task
    def afterwards():
        say()

    before() >> meanwhile() >> afterwards()


versioned()
