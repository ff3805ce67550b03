"""A release: all charts, in the order in which they are applied."""

from dataclasses import dataclass

import cdk8s

from k8s.airflow import components
from k8s.airflow.charts.component import ComponentChart
from k8s.airflow.charts.configuration import ConfigurationChart
from k8s.airflow.charts.database import DatabaseChart
from k8s.airflow.charts.git_sync import GitSyncChart
from k8s.airflow.charts.housekeeping import HousekeepingChart
from k8s.airflow.charts.migration import MigrationChart
from k8s.airflow.charts.storage import StorageChart
from k8s.airflow.context import ChartContext
from k8s.airflow.housekeeping import cleaners
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
    context = ChartContext.of(airflow, bindings)
    steps = [
        Step(id="Storage", chart=StorageChart(scope, "Storage", context=context), after=()),
        Step(id="Configuration", chart=ConfigurationChart(scope, "Configuration", context=context), after=("Storage",)),
    ]
    if airflow.git_bundles:
        git_sync = GitSyncChart(scope, "GitSync", context=context)
        steps.append(Step(id="GitSync", chart=git_sync, after=("Configuration",)))
    if bindings.in_cluster_database is not None:
        database = DatabaseChart(scope, "Database", context=context, database=bindings.in_cluster_database)
        steps.append(Step(id="Database", chart=database, after=("Configuration",)))
    ready = "Configuration" if bindings.in_cluster_database is None else "Database"
    steps.append(Step(id="Migration", chart=MigrationChart(scope, "Migration", context=context), after=(ready,)))
    for component in components.COMPONENTS:
        chart = ComponentChart(scope, component.id, context=context, component=component)
        steps.append(Step(id=component.id, chart=chart, after=("Migration",)))
    if cleaners(airflow):
        housekeeping = HousekeepingChart(scope, "Housekeeping", context=context)
        steps.append(Step(id="Housekeeping", chart=housekeeping, after=("Migration",)))
    return tuple(steps)
