"""What Airflow's login reads (`fab.config_file`): the settings, as data, and what platform_login.py makes of them.

Flask takes a file that it cannot read, or that reads one that is not there, for an empty one (`from_pyfile`, silent):
everybody's password would do then. So nothing here ends in an OSError.
"""

# mypy: disable-error-code="import-not-found"
import json
import os
from pathlib import Path

from platform_login import flask_config

try:
    _login = json.loads(Path(__file__).with_name("login.json").read_text())
    globals().update(flask_config(_login, Path(os.environ["AIRFLOW_LOGIN_CLIENT_SECRET_FILE"])))
except OSError as error:
    raise RuntimeError(f"There is no login by a provider: {error}") from error
