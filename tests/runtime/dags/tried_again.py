"""A task that takes long at its first try beside two short ones; each try of each leaves a trail of beats."""

import os
import time
from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag, get_current_context, task


def beat(times):
    instance = get_current_context()["ti"]
    own = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
    with (own / f"beats-{instance.try_number}.txt").open("a", buffering=1) as beats:
        for _ in range(times):
            beats.write(f"{time.time()}\n")
            time.sleep(0.5)


@dag(schedule=None, catchup=False, default_args={"retries": 1, "retry_delay": timedelta(seconds=1)})
def tried_again():
    @task
    def long():
        beat(1200 if get_current_context()["ti"].try_number == 1 else 4)

    @task
    def short():
        beat(30)

    long()
    for number in range(2):
        short.override(task_id=f"short_{number}")()


tried_again()
