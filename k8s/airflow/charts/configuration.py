"""Everything that pods refer to: configuration, secrets, permissions, rules of admission and network."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts.access import add_access
from k8s.airflow.charts.egress_policies import add_egress_policies
from k8s.airflow.charts.network_policies import add_network_policies
from k8s.airflow.charts.secret_files import add_secrets
from k8s.airflow.charts.task_pod_policy import add_task_pod_policy
from k8s.airflow.context import ChartContext
from k8s.labels import labels

COMPONENT = "configuration"


class ConfigurationChart(cdk8s.Chart):
    """ConfigMaps, secrets, ServiceAccounts, Roles, the policy of task pods and NetworkPolicies."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        maps = context.config_maps
        for config_map in (maps.config, maps.files, maps.worker_pod_template):
            kube.KubeConfigMap(
                self,
                f"ConfigMap-{config_map.name}",
                metadata=kube.ObjectMeta(name=config_map.name, namespace=names.NAMESPACE, labels=labels(COMPONENT)),
                data=config_map.data,
            )
        add_secrets(self, context.bindings.secrets, context.airflow)
        add_access(self, context.airflow)
        add_task_pod_policy(self, context)
        bindings = context.bindings
        add_network_policies(
            self, with_database=bindings.in_cluster_database is not None, front_door=bindings.front_door
        )
        add_egress_policies(self, context)
