"""What Airflow's database says of DAGs and files: JSON of ids, files and times, on the last line."""

# mypy: disable-error-code="import-not-found,import-untyped"
import json

from airflow.models import DagModel
from airflow.models.errors import ParseImportError
from airflow.utils.session import create_session
from sqlalchemy import select

with create_session() as session:
    dags = session.execute(select(DagModel.dag_id, DagModel.last_parsed_time, DagModel.is_stale)).all()
    errors = session.execute(
        select(ParseImportError.filename, ParseImportError.timestamp, ParseImportError.stacktrace)
    ).all()
    document = {
        "dags": {dag: [time.timestamp() if time else 0, bool(stale)] for dag, time, stale in dags},
        "errors": {file: [time.timestamp() if time else 0, (text or "")[-2000:]] for file, time, text in errors},
    }
print(json.dumps(document))
