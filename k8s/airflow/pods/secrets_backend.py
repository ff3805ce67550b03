"""The store that connections and variables are looked for in before the database: what who asks it needs."""

import json
from collections.abc import Sequence
from typing import Literal

from k8s.airflow.pods import paths
from k8s.airflow.pods.options import environment
from settings.model.airflow import AirflowSettings

Kind = Literal["connections", "variables"]
KINDS: tuple[Kind, ...] = ("connections", "variables")

MODULE = "cached_secrets"
"""Of k8s/airflow/modules/."""

MOST = 2000
"""Names that a process remembers."""

CLASSES = {"secrets_manager": "CachedSecretsManager", "ssm": "CachedParameterStore"}
"""`airflow.secrets_backend.service` -> class of the module."""


def prefixes(airflow: AirflowSettings, kinds: Sequence[Kind]) -> dict[Kind, str]:
    """Kind -> what the names of it begin with in the store, of the kinds that are looked for there."""
    store = airflow.secrets_backend
    named = {"connections": store.connections_prefix, "variables": store.variables_prefix}
    slash = "/" if store.service == "ssm" else ""
    return {
        kind: slash + prefix.lstrip("/") if slash else prefix
        for kind in kinds
        if store.service and (prefix := named[kind])
    }


def asking(airflow: AirflowSettings, kinds: Sequence[Kind], region: str | None) -> dict[str, str]:
    """Environment of a pod that asks the store for these kinds; nothing, if none of them is looked for there.

    Processes that run authors' code (a DAG file, triggers) find nothing there that the pod's environment does not say
    already: they ask the process that started them, which asks the store. So there is one that remembers, for all of
    them; by default each would ask AWS itself, a DAG file at every parsing.
    """
    wanted = prefixes(airflow, kinds)
    if not wanted:
        return {}
    store = airflow.secrets_backend
    options = {
        "cache_seconds": store.cache_seconds,
        "config_prefix": None,
        "connections_prefix": wanted.get("connections"),
        "most": MOST,
        "region_name": region,
        "variables_prefix": wanted.get("variables"),
    }
    return {
        **environment(
            {
                "secrets.backend": f"{MODULE}.{CLASSES[str(store.service)]}",
                "secrets.backend_kwargs": json.dumps(options, sort_keys=True),
                "workers.secrets_backend": "airflow.secrets.environment_variables.EnvironmentVariablesBackend",
            }
        ),
        # Airflow loads the class before it looks for modules in its own folders.
        "PYTHONPATH": paths.MODULES,
    }
