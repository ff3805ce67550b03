"""Airflow's own description of its options, of one installed version."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

IMAGE_PROVIDERS = (
    "apache-airflow-providers-elasticsearch==6.10.0",
    "apache-airflow-providers-microsoft-azure==15.2.1",
    "apache-airflow-providers-openlineage==2.20.3",
    "apache-airflow-providers-snowflake==6.20.0",
)
"""Providers of the image `apache/airflow` that have options, beside those that the runtime tests install. Only their
descriptions are read."""

SCRIPT = Path(__file__).with_name("described.py")


def described(python: Path, providers: tuple[str, ...]) -> dict[str, Any]:
    """What the Airflow of this interpreter says of its options; `providers` are downloaded beside it.

    Raises:
        subprocess.CalledProcessError: there is no Airflow, or a provider can't be downloaded.
    """
    with tempfile.TemporaryDirectory() as home:
        wheels = Path(home, "wheels")
        wheels.mkdir()
        if providers:
            download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), *providers]
            subprocess.run([sys.executable, *download], check=True)
        unpacked = []
        for wheel in sorted(wheels.glob("*.whl")):
            zipfile.ZipFile(wheel).extractall(wheel.with_suffix(""))
            unpacked.append(str(wheel.with_suffix("")))
        # No option of whoever calls: they would change defaults.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        found = subprocess.run(
            [str(python), str(SCRIPT), *unpacked],
            env={**environment, "AIRFLOW_HOME": home},
            capture_output=True,
            text=True,
            check=True,
        )
    description = json.loads(found.stdout[found.stdout.index('{"packages"') :])
    return {
        "airflow": description["packages"]["apache-airflow-core"],
        "packages": description["packages"],
        "options": description["options"],
        "renamed": description["renamed"],
    }
