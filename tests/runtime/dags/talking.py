"""A task that says something and then goes on until it is let go."""

import os
import time
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def talking():
    @task
    def speak():
        print("said while running")
        let_go = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]) / "let-go"
        for _ in range(3000):
            if let_go.exists():
                break
            time.sleep(0.2)
        print("said at the end")

    speak()


talking()
