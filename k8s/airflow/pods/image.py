"""The image of Airflow's pods."""

from settings.model.airflow import AirflowSettings


def image(airflow: AirflowSettings) -> str:
    """The image of every Airflow pod."""
    return airflow.image or f"apache/airflow:{airflow.version}"
