"""A task that writes down all that it can see: its environment, its options, its files, its credentials."""

import json
import os
from pathlib import Path

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def looking_around():
    @task
    def look():
        from airflow.configuration import conf
        from kubernetes import config

        logs = Path(os.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
        try:
            config.load_incluster_config()
            credential = "found"
        except config.ConfigException as error:
            credential = str(error)
        home = Path(os.environ["AIRFLOW_HOME"])
        seen = {
            "environment": dict(os.environ),
            "database": conf.get("database", "sql_alchemy_conn", fallback=""),
            "fernet_key": conf.get("core", "fernet_key", fallback=""),
            "jwt_secret": conf.get("api_auth", "jwt_secret", fallback=""),
            "credential": credential,
            "home": sorted(path.name for path in home.iterdir()),
            "files": {
                str(path): path.read_text(errors="replace")
                for folder in (
                    home,
                    *(each for each in home.iterdir() if each.is_dir() and each.name not in ("dags", "logs")),
                )
                for path in folder.iterdir()
                if path.is_file()
            },
            "user": [os.getuid(), os.getgid()],
        }
        (logs / "seen.json").write_text(json.dumps(seen))

    look()


looking_around()
