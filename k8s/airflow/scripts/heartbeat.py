"""Succeed if this pod's Airflow job has sent a heartbeat lately; the probe of components without a health server.

The same question as `airflow jobs check --local`, without importing Airflow: that takes 14 to 20 seconds of a core,
this a tenth of one. It looks for the job of this host as Airflow names it (core.hostname_callable).
"""

# mypy: disable-error-code="import-untyped,import-not-found"
import argparse
import json
import os
import socket
import sys
from datetime import datetime, timezone
from pathlib import Path

import psycopg2

LATEST = "SELECT max(latest_heartbeat) FROM job WHERE job_type = %s AND state = 'running' AND hostname = %s"


def latest_heartbeat(job_type: str) -> "datetime | None":
    database = json.loads((Path(os.environ["AIRFLOW_SECRETS_DIRECTORY"]) / "database.json").read_text())
    passwords = [database["password"], *([database["next_password"]] if "next_password" in database else [])]
    for password in passwords:
        try:
            connection = psycopg2.connect(
                host=database["host"],
                port=database["port"],
                user=database["username"],
                password=password,
                dbname=database["dbname"],
                connect_timeout=5,
                application_name="airflow-heartbeat",
            )
            break
        except psycopg2.OperationalError:
            if password == passwords[-1]:
                raise
    with connection, connection.cursor() as cursor:
        cursor.execute(LATEST, (job_type, socket.gethostbyname(socket.gethostname())))
        found: datetime | None = cursor.fetchone()[0]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job_type", help="such as TriggererJob")
    parser.add_argument("--max-age-seconds", type=float, required=True)
    arguments = parser.parse_args()
    heartbeat = latest_heartbeat(arguments.job_type)
    if heartbeat is None:
        sys.exit(f"No running {arguments.job_type} of this host.")
    age = (datetime.now(timezone.utc) - heartbeat).total_seconds()
    if age > arguments.max_age_seconds:
        sys.exit(f"The last heartbeat of {arguments.job_type} is {age:.0f} seconds old.")
