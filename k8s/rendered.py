"""A rendered release as plain data, for whoever looks at its objects: reports, benchmarks, tests."""

from typing import Any

import cdk8s

from k8s.airflow.release import release
from k8s.bindings import PlatformBindings
from settings.model.airflow import AirflowSettings

Json = dict[str, Any]


class Release:
    """The objects of a release, to look at."""

    def __init__(self, airflow: AirflowSettings, bindings: PlatformBindings) -> None:
        self.steps = release(cdk8s.App(), airflow=airflow, bindings=bindings)
        self.airflow = airflow
        self.bindings = bindings
        self.charts: dict[str, list[Json]] = {step.id: step.chart.to_json() for step in self.steps}

    @property
    def objects(self) -> list[Json]:
        return [obj for chart in self.charts.values() for obj in chart]

    def of_kind(self, kind: str) -> list[Json]:
        return [obj for obj in self.objects if obj["kind"] == kind]

    def get(self, kind: str, name: str, namespace: str | None = "airflow") -> Json:
        """The object of this name, or of this name and a hash."""
        (found,) = [
            obj
            for obj in self.of_kind(kind)
            if (
                obj["metadata"]["name"] == name
                or (kind == "Job" and obj["metadata"]["name"].rpartition("-")[0] == name)
            )
            and obj["metadata"].get("namespace") == namespace
        ]
        return found

    @property
    def config(self) -> dict[str, str]:
        data: dict[str, str] = self.get("ConfigMap", "airflow-config")["data"]
        return data

    @property
    def pod_templates(self) -> dict[str, Json]:
        """Name of the workload, without its hash -> pod template."""
        found = {}
        for obj in self.objects:
            if obj["kind"] in ("Deployment", "StatefulSet", "Job"):
                name = obj["metadata"]["name"]
                found[name.rpartition("-")[0] if obj["kind"] == "Job" else name] = obj["spec"]["template"]
            elif obj["kind"] == "CronJob":
                found[obj["metadata"]["name"]] = obj["spec"]["jobTemplate"]["spec"]["template"]
        return found
