"""The app.kubernetes.io labels of every object."""

from collections.abc import Mapping

APP = "airflow"
MANAGED_BY = "airflow-on-eks"


def selector(component: str) -> Mapping[str, str]:
    """What selects a component's pods. Constant for ever: a Deployment's selector is immutable."""
    return {"app.kubernetes.io/name": APP, "app.kubernetes.io/component": component}


def labels(component: str, version: str | None = None) -> dict[str, str]:
    """Labels of an object of a component; `version` is for what runs Airflow's image."""
    return {
        **selector(component),
        "app.kubernetes.io/part-of": APP,
        "app.kubernetes.io/managed-by": MANAGED_BY,
        **({"app.kubernetes.io/version": version} if version else {}),
    }
