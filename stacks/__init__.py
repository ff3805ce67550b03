"""The stacks: wiring only."""

from stacks.airflow_stack import AirflowStack
from stacks.cluster_stack import ClusterStack
from stacks.database_stack import DatabaseStack
from stacks.iam_stack import IamStack
from stacks.network_stack import NetworkStack
from stacks.storage_stack import StorageStack

__all__ = ["AirflowStack", "ClusterStack", "DatabaseStack", "IamStack", "NetworkStack", "StorageStack"]
