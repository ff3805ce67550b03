"""What Airflow's login reads (`fab.config_file`): the settings, as data, and what platform_login.py makes of them."""

# mypy: disable-error-code="import-not-found"
import json
from pathlib import Path

from platform_login import flask_config

globals().update(flask_config(json.loads(Path(__file__).with_name("login.json").read_text())))
