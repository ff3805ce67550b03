"""What every chart is built from."""

from dataclasses import dataclass

from k8s.airflow.pods.config_maps import ConfigMaps, config_maps
from k8s.bindings import PlatformBindings
from settings.model.airflow import AirflowSettings


@dataclass(frozen=True, kw_only=True)
class ChartContext:
    """Settings, platform, and the ConfigMaps that follow from them."""

    airflow: AirflowSettings
    bindings: PlatformBindings
    config_maps: ConfigMaps

    @staticmethod
    def of(airflow: AirflowSettings, bindings: PlatformBindings) -> "ChartContext":
        return ChartContext(airflow=airflow, bindings=bindings, config_maps=config_maps(airflow, bindings))
