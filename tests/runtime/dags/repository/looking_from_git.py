"""A task of a Git bundle that writes down all that it can read: its environment, and every file of its mounts."""

import json
import os
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def looking_from_git():
    @task
    def look():
        home = Path(os.environ["AIRFLOW_HOME"])
        logs = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
        found = {"environment": dict(os.environ), "home": sorted(path.name for path in home.iterdir()), "files": {}}
        for folder in [*home.iterdir(), Path(os.environ["TMPDIR"])]:
            for path in folder.rglob("*") if folder.is_dir() and folder.name != "logs" else [folder]:
                if path.is_file():
                    found["files"][f"{folder.name}/{path.name}"] = path.read_text(errors="replace")
        (logs / "seen.json").write_text(json.dumps(found))

    look()


looking_from_git()
