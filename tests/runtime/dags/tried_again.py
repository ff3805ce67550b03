"""A task that takes long at its first try, with a beat from each try, beside two others."""

import os
import time
from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, catchup=False, default_args={"retries": 1, "retry_delay": timedelta(seconds=1)})
def tried_again():
    @task
    def long():
        attempt = get_current_context()["ti"].try_number
        folder = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / "beats"
        folder.mkdir(exist_ok=True)
        for _ in range(300 if attempt == 1 else 4):
            with (folder / f"{attempt}.txt").open("a") as beats:
                beats.write(f"{time.time()}\n")
            time.sleep(0.5)

    @task
    def other(number):
        time.sleep(5)

    long()
    for number in range(2):
        other.override(task_id=f"other_{number}")(number)


tried_again()
