"""A release: all charts, in the order in which they are applied."""

from dataclasses import dataclass

import cdk8s

from k8s.airflow.charts.api_server import ApiServerChart
from k8s.airflow.charts.configuration import ConfigurationChart
from k8s.airflow.charts.dag_processor import DagProcessorChart
from k8s.airflow.charts.database import DatabaseChart
from k8s.airflow.charts.migration import MigrationChart
from k8s.airflow.charts.scheduler import SchedulerChart
from k8s.airflow.charts.storage import StorageChart
from k8s.airflow.charts.triggerer import TriggererChart
from k8s.airflow.context import ReleaseContext
from k8s.bindings import PlatformBindings
from settings.model.airflow import AirflowSettings


@dataclass(frozen=True, kw_only=True)
class Step:
    """A chart, and the steps that must have rolled out before it. Removal is the other way round."""

    id: str
    chart: cdk8s.Chart
    after: tuple[str, ...]


def release(scope: cdk8s.App, *, airflow: AirflowSettings, bindings: PlatformBindings) -> tuple[Step, ...]:
    """The charts of Airflow with these settings on this platform."""
    context = ReleaseContext.of(airflow, bindings)
    steps = [
        Step(id="Storage", chart=StorageChart(scope, "Storage", release=context), after=()),
        Step(id="Configuration", chart=ConfigurationChart(scope, "Configuration", release=context), after=("Storage",)),
    ]
    if bindings.in_cluster_database is not None:
        database = DatabaseChart(scope, "Database", release=context, database=bindings.in_cluster_database)
        steps.append(Step(id="Database", chart=database, after=("Configuration",)))
    steps.append(Step(id="Migration", chart=MigrationChart(scope, "Migration", release=context), after=(steps[-1].id,)))
    components: dict[str, cdk8s.Chart] = {
        "ApiServer": ApiServerChart(scope, "ApiServer", release=context),
        "Scheduler": SchedulerChart(scope, "Scheduler", release=context),
        "DagProcessor": DagProcessorChart(scope, "DagProcessor", release=context),
        "Triggerer": TriggererChart(scope, "Triggerer", release=context),
    }
    return (*steps, *(Step(id=name, chart=chart, after=("Migration",)) for name, chart in components.items()))
