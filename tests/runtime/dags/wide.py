"""Tasks side by side, each of as many seconds as the run says, that write down when they start and end."""

import os
import time
from pathlib import Path

from airflow.sdk import dag, get_current_context, task


def side_by_side(dag_id, number_of_tasks):
    @dag(dag_id=dag_id, schedule=None, catchup=False)
    def made():
        @task(retries=0)
        def work(number):
            context = get_current_context()
            seconds = (context["dag_run"].conf.get("seconds") or [0] * number_of_tasks)[number]
            own = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
            with (own / "marks.txt").open("a", buffering=1) as marks:
                marks.write(f"start {number}\n")
                time.sleep(seconds)
                marks.write(f"end {number}\n")
            return number  # a result to hand over: without the API server this fails the task, sooner or later

        for number in range(number_of_tasks):
            work.override(task_id=f"work_{number}")(number)

    return made()


wide = side_by_side("wide", 20)
few = side_by_side("few", 8)
