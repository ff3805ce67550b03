"""Names on the cluster: a contract, people's runbooks use them."""

NAMESPACE = "airflow"
STORAGE_CLASS = "aws-fsx-sc"
VOLUME = "aws-fsx-pv"
CLAIM = "aws-fsx-pvc"
CONFIG_MAP = "airflow-config"
PLATFORM_FILES = "airflow-platform-files"
SCHEMA_FILES = "airflow-schema-files"
WORKER_POD_TEMPLATE = "airflow-worker-pod-template"
POD_LAUNCHER_ROLE = "pod-launcher-role"
POD_LAUNCHER_ROLE_BINDING = "pod-launcher-role-binding"
WEB_SERVICE = "webserver-svc"
DOOR_SERVICE = "webserver-door"

# Storage is made ready by a root pod, which the airflow namespace (Pod Security `restricted`) does not let in.
STORAGE_SETUP_NAMESPACE = "airflow-storage-setup"

# Deployments, the ServiceAccounts of their pods and the objects that name their secrets have the same names.
API_SERVER = "airflow-api-server"
SCHEDULER = "airflow-scheduler"
DAG_PROCESSOR = "airflow-dag-processor"
TRIGGERER = "airflow-triggerer"

# PostgreSQL in the cluster, where no platform brings a database: StatefulSet, Service and Secret.
DATABASE = "airflow-database"

# Fetches Git repositories, where a DAG bundle is one: Deployment, ServiceAccount and the object that names its secrets.
GIT_SYNC = "airflow-git-sync"

# CronJobs of housekeeping, the ServiceAccounts of their pods and the names of their secrets; and their scripts.
CLEAN_METADATA = "airflow-clean-metadata"
CLEAN_LOGS = "airflow-clean-logs"
CLEAN_PODS = "airflow-clean-pods"
HOUSEKEEPING = "airflow-housekeeping"

# Jobs (their names end in a hash of what they run), the ServiceAccounts of their pods and the names of their secrets.
MIGRATION = "airflow-migration"
ADMIN_USER = "airflow-admin-user"
STORAGE_SETUP = "airflow-storage-setup"

# ServiceAccount of task pods; those of task profiles begin so: no token, and no AWS role unless a setting says so.
WORKER = "airflow-worker"

# Cluster-scoped: the admission policy that holds task pods, and its binding.
TASK_POD_POLICY = "airflow-task-pods"
