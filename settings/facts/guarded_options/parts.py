"""Options of parts that the platform does not have, or has once."""

from settings.facts.guarded_options.guard import FALSE, TRUE, Guard

_EXECUTOR = "the executor is KubernetesExecutor"
_LOGIN = "login is FAB's"
_ONE_IMAGE = "airflow.image is the one image of all pods"
_ONE_NAMESPACE = "task pods run in one namespace, with the rights that they have there"
_IN_CLUSTER = "the scheduler asks the Kubernetes API of its own cluster, as its ServiceAccount"

PARTS = {
    "core.default_impersonation": Guard(reason="pods have one user, without the right to become another", only=("",)),
    "core.multi_team": Guard(reason="a team's options have names that this file can't check", only=FALSE),
    "core.security": Guard(reason="there is no Kerberos", only=("",)),
    "core.simple_auth_manager_all_admins": Guard(reason=_LOGIN, only=FALSE),
    "core.simple_auth_manager_passwords_file": Guard(reason=_LOGIN),
    "core.simple_auth_manager_users": Guard(reason=_LOGIN),
    "core.unit_test_mode": Guard(reason="Airflow would run with options for tests", only=FALSE),
    "database.sql_alchemy_schema": Guard(reason="the migration and the waits look in the default schema", only=("",)),
    "kubernetes_executor.cluster_context": Guard(reason=_IN_CLUSTER),
    "kubernetes_executor.config_file": Guard(reason=_IN_CLUSTER),
    "kubernetes_executor.in_cluster": Guard(reason=_IN_CLUSTER, only=TRUE),
    "kubernetes_executor.multi_namespace_mode": Guard(reason=_ONE_NAMESPACE, only=FALSE),
    "kubernetes_executor.multi_namespace_mode_namespace_list": Guard(reason=_ONE_NAMESPACE, only=("",)),
    "kubernetes_executor.worker_container_repository": Guard(reason=_ONE_IMAGE),
    "kubernetes_executor.worker_container_tag": Guard(reason=_ONE_IMAGE),
    "logging.google_key_path": Guard(reason="there is no such file in the pods"),
    "logging.worker_log_server_port": Guard(reason="no one may connect to task pods", only=("8793",)),
    "scheduler.num_runs": Guard(reason="the scheduler would end after so many loops, for ever anew", only=("-1",)),
    "scheduler.only_idle": Guard(reason="the scheduler would end when it has nothing to do", only=FALSE),
    "scheduler.scheduler_health_check_server_host": Guard(reason="the probes ask the pod's address", only=("0.0.0.0",)),  # noqa: S104
    "scheduler.use_row_level_locking": Guard(reason="two schedulers would run a task twice", only=TRUE),
}
"""`section.option` -> which values are refused, and why."""

SECTIONS = {
    **dict.fromkeys(
        (
            "aws_batch_executor",
            "aws_ecs_executor",
            "aws_eks_executor",
            "aws_lambda_executor",
            "celery",
            "celery_broker_transport_options",
            "celery_kubernetes_executor",
            "celery_result_backend_transport_options",
            "edge",
            "local_kubernetes_executor",
        ),
        _EXECUTOR,
    ),
    **dict.fromkeys(("aws_auth_manager", "keycloak_auth_manager"), _LOGIN),
    "atlas": "Airflow 3 has no Atlas backend",
    "kerberos": "there is no Kerberos",
}
"""Section -> why none of its options is of use."""
