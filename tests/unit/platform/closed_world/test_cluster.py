"""What Kubernetes gets: objects for the whole cluster, ways in, permissions, and what stands in ConfigMaps."""

import json

from operations.evidence.subject import Subject
from operations.images.table import listed
from tests.unit.platform.closed_world import world

CLUSTER_OBJECTS = [
    ("ValidatingAdmissionPolicy", "airflow-task-pods"),
    ("ValidatingAdmissionPolicyBinding", "airflow-task-pods"),
    ("Namespace", "airflow"),
    ("Namespace", "airflow-storage-setup"),
    ("StorageClass", "aws-fsx-sc"),
    ("PersistentVolume", "aws-fsx-pv"),
    ("PersistentVolume", "aws-fsx-pv-setup"),
]
"""Kind and name of what has no namespace."""

SERVICES = [
    ("Service/airflow/webserver-svc", "ClusterIP", "8080"),
    ("Service/airflow/webserver-door", "NodePort", "8080"),
]
"""Service, type, ports."""

SERVICE_ACCOUNTS = [
    ("ServiceAccount/airflow/airflow-api-server", ""),
    ("ServiceAccount/airflow/airflow-scheduler", "Role pod-launcher-role"),
    ("ServiceAccount/airflow/airflow-dag-processor", ""),
    ("ServiceAccount/airflow/airflow-triggerer", "Role airflow-triggerer"),
    ("ServiceAccount/airflow/airflow-git-sync", ""),
    ("ServiceAccount/airflow/airflow-migration", ""),
    ("ServiceAccount/airflow/airflow-admin-user", ""),
    ("ServiceAccount/airflow/airflow-clean-pods", "Role airflow-clean-pods"),
    ("ServiceAccount/airflow/airflow-clean-metadata", ""),
    ("ServiceAccount/airflow/airflow-clean-logs", ""),
    ("ServiceAccount/airflow/airflow-worker", ""),
    ("ServiceAccount/airflow/airflow-worker-elsewhere", ""),
    ("ServiceAccount/airflow/airflow-worker-plain", ""),
]
"""ServiceAccount, and the Roles it is bound to."""

PERMISSIONS = [
    ("Role/airflow/pod-launcher-role", "pods", "create, delete, get, list, patch, watch"),
    ("Role/airflow/airflow-triggerer", "events", "list, watch"),
    ("Role/airflow/airflow-triggerer", "pods", "delete, get"),
    ("Role/airflow/airflow-triggerer", "pods/log", "get"),
    ("Role/airflow/airflow-clean-pods", "jobs", "delete, list"),
    ("Role/airflow/airflow-clean-pods", "pods", "delete, list"),
]
"""Role, resources, verbs."""

CONFIG_MAP_KEYS = {
    "airflow-config": """
        AIRFLOW_HOME
        AIRFLOW_SECRETS_DIRECTORY
        AIRFLOW__API__BASE_URL
        AIRFLOW__API__ENABLE_SWAGGER_UI
        AIRFLOW__API__HOST
        AIRFLOW__API__PORT
        AIRFLOW__CORE__AUTH_MANAGER
        AIRFLOW__CORE__DAGS_FOLDER
        AIRFLOW__CORE__DEFAULT_POOL_TASK_SLOT_COUNT
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL
        AIRFLOW__CORE__EXECUTOR
        AIRFLOW__CORE__HOSTNAME_CALLABLE
        AIRFLOW__CORE__LOAD_EXAMPLES
        AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG
        AIRFLOW__CORE__PARALLELISM
        AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST
        AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL
        AIRFLOW__DATABASE__CHECK_MIGRATIONS
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC
        AIRFLOW__FAB__COOKIE_SECURE
        AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES
        AIRFLOW__KUBERNETES_EXECUTOR__ASYNC_POD_CREATION
        AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS
        AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS_ON_FAILURE
        AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE
        AIRFLOW__KUBERNETES_EXECUTOR__POD_CREATION_MAX_CONCURRENCY
        AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE
        AIRFLOW__KUBERNETES_EXECUTOR__TASK_PUBLISH_MAX_RETRIES
        AIRFLOW__KUBERNETES_EXECUTOR__WORKER_PODS_CREATION_BATCH_SIZE
        AIRFLOW__LOGGING__BASE_LOG_FOLDER
        AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY
        AIRFLOW__LOGGING__DAG_PROCESSOR_LOG_TARGET
        AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT
        AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK
        AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE
        AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP
        AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY
        AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL
        AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT
        AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME
        AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT
        CONNECTION_CHECK_MAX_COUNT
        PGSSLMODE
        PGSSLROOTCERT
    """,
    "airflow-platform-files": """
        admin_user.py
        cached_secrets.py
        database_passwords.py
        earlier_signatures.py
        new_password.py
        airflow.cfg
        heartbeat.py
        login.json
        login_claims.py
        platform_login.py
        webserver_config.py
        database-authorities.pem
        front.py
        git_folders.py
        read_secret.py
        shared_logs.py
        task_pods.py
    """,
    "airflow-schema-files": """
        schema_version.py
    """,
    "airflow-git-sync": """
        git_credential.py
        git_mirror.py
        git_sync.py
        git_versions.py
    """,
    "airflow-housekeeping": """
        clean_logs.py
        clean_metadata.py
        clean_pods.py
        database-authorities.pem
    """,
    "airflow-worker-pod-template": """
        elsewhere.yaml
        plain.yaml
        pod-template.yaml
    """,
}
"""ConfigMap -> its keys. No value of a secret, and no command that reads one: those stand in the containers that may."""


def test_should_make_nothing_else_for_the_whole_cluster(fullest: Subject) -> None:
    world.assert_closed(world.cluster_objects(fullest), CLUSTER_OBJECTS)


def test_should_open_no_other_way_in(fullest: Subject) -> None:
    world.assert_closed(world.services(fullest), SERVICES)


def test_should_make_no_other_identity(fullest: Subject) -> None:
    world.assert_closed(world.service_accounts(fullest), SERVICE_ACCOUNTS)


def test_should_let_nobody_ask_the_kubernetes_api_more(fullest: Subject) -> None:
    world.assert_closed(world.kubernetes_permissions(fullest), PERMISSIONS)


def test_should_put_nothing_else_into_config_maps(fullest: Subject) -> None:
    table = [(name, key) for name, keys in CONFIG_MAP_KEYS.items() for key in keys.split()]
    world.assert_closed(world.config_map_keys(fullest), table)


IMAGES = f"{world.ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/airflow-production/apache/airflow"
"""What every pod is made of, behind a cache of Docker Hub: no name with a token in it, which Job names would be of."""


def test_should_pull_no_other_image(fullest: Subject) -> None:
    found = {container["image"] for pod in fullest.pods for container in pod.containers}
    assert (
        found == {f"{IMAGES}:{fullest.settings.airflow.version}"} == {each.pulled for each in listed(fullest.settings)}
    )


def test_should_let_tasks_be_of_the_image_that_nodes_pull_and_of_no_other(fullest: Subject) -> None:
    [policy] = [obj for obj in fullest.of_kind("ValidatingAdmissionPolicy") if obj["metadata"]["name"].endswith("pods")]
    [rule] = [each["expression"] for each in policy["spec"]["validations"] if "c.image" in each["expression"]]
    allowed = [json.loads(each.partition(")")[0]) for each in rule.split("c.image.startsWith(")[1:]]
    assert allowed == [f"{IMAGES}:", f"{IMAGES}@", *fullest.settings.airflow.task_images]
