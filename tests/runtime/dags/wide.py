"""Twenty tasks side by side, each of as many seconds as the run says, that write down when they start and end."""

import os
import time
from pathlib import Path

from airflow.sdk import dag, get_current_context, task


@dag(schedule=None, catchup=False)
def wide():
    @task(retries=0)
    def work(number):
        context = get_current_context()
        seconds = (context["dag_run"].conf.get("seconds") or [0] * 20)[number]
        folder = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / "marks"
        folder.mkdir(exist_ok=True)
        name = context["run_id"].replace("/", "_")
        with (folder / f"{name}.txt").open("a") as marks:
            marks.write(f"start {number}\n")
            marks.flush()
            time.sleep(seconds)
            marks.write(f"end {number}\n")

    for number in range(20):
        work.override(task_id=f"work_{number}")(number)


wide()
