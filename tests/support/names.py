"""The parts of a platform, by the names that tests expect: a new stack or component is added here once."""

STACKS = ("NetworkStack", "IamStack", "ClusterStack", "StorageStack", "DatabaseStack", "AirflowStack")

COMPONENTS = {
    "ApiServer": "airflow-api-server",
    "Scheduler": "airflow-scheduler",
    "DagProcessor": "airflow-dag-processor",
    "Triggerer": "airflow-triggerer",
}
"""The step that deploys a component -> its Deployment."""

COMPONENT_STEPS = tuple(COMPONENTS)
DEPLOYMENTS = tuple(COMPONENTS.values())
CLEANERS = ("airflow-clean-pods", "airflow-clean-metadata", "airflow-clean-logs")
"""CronJobs of housekeeping."""
