"""Breaks of constructs and stacks."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit"
WIRING, CLUSTER = f"{TESTS}/platform/test_wiring.py", f"{TESTS}/constructs/cluster"
NETWORK, DATABASE = f"{TESTS}/constructs/network", f"{TESTS}/constructs/database"

STORE = "tests/unit/platform/test_secrets_backend.py"

MUTANTS = (
    *breaks(
        "stacks/airflow_stack.py",
        (WIRING,),
        (
            "a step's time limit is the settings'",
            "timeout_minutes=settings.airflow.rollout_timeout_minutes",
            "timeout_minutes=12",
        ),
        ("the address is the settings'", "AirflowUrl=airflow.base_url", 'AirflowUrl="http://localhost:8080"'),
        ("the administrator's name is the settings'", "AdminUser=settings.airflow.admin.username", 'AdminUser="admin"'),
    ),
    *breaks(
        "stacks/database_stack.py",
        (WIRING,),
        (
            "the password that is told is the administrator's",
            'secrets.by_key["admin_password"]',
            'secrets.by_key["api_secret_key"]',
        ),
        (
            "the database has its own credentials",
            'credentials=secrets.by_key["database"]',
            'credentials=secrets.by_key["admin_password"]',
        ),
    ),
    *breaks(
        "constructs/airflow_platform/database/airflow_secrets.py",
        (DATABASE,),
        (
            "a reader reads its own secrets alone",
            "resources=[self.by_key[key].secret_arn for key in keys]",
            "resources=[self.by_key[key].secret_arn for key in self.by_key]",
        ),
        (
            "each secret has its own length",
            "password_length=row.length",
            "password_length=64",
        ),
        ("no punctuation in a secret", "exclude_punctuation=True", "exclude_punctuation=False"),
    ),
    *breaks(
        "constructs/airflow_platform/database/metadata_database.py",
        (DATABASE,),
        ("connections are encrypted", '"rds.force_ssl": "1"', '"rds.force_ssl": "0"'),
    ),
    *breaks(
        "constructs/airflow_platform/network/flow_logs.py",
        (NETWORK,),
        (
            "flow logs of this account only",
            '                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},\n',
            "",
        ),
    ),
    *breaks(
        "constructs/airflow_platform/handler_function.py",
        (CLUSTER,),
        ("memory, and the share of a core with it", "memory_size=1024", "memory_size=128"),
        ("a request is not repeated", "retry_attempts=0", "retry_attempts=2"),
    ),
    *breaks(
        "constructs/airflow_platform/cluster/controller.py",
        (CLUSTER,),
        ("the image fits on the disk", "DISK_SIZE_GIB = 10", "DISK_SIZE_GIB = 1"),
        ("IMDSv2 only", "http_tokens=ec2.HttpTokens.REQUIRED", "http_tokens=ec2.HttpTokens.OPTIONAL"),
    ),
    *breaks(
        "constructs/airflow_platform/cluster/manifest.py",
        (CLUSTER,),
        (
            "CloudFormation waits longer than the handler works",
            "longest + ANSWER_SECONDS)",
            "longest - ANSWER_SECONDS)",
        ),
        (
            "a deletion has its time",
            "max(timeout_seconds + WORK_SECONDS, DELETE_SECONDS)",
            "timeout_seconds + WORK_SECONDS",
        ),
    ),
    *breaks(
        "constructs/airflow_platform/storage/image_repository.py",
        (f"{TESTS}/constructs/storage/test_image_repository.py",),
        ("tags never move", "ecr.TagMutability.IMMUTABLE", "ecr.TagMutability.MUTABLE"),
        ("images are scanned", "image_scan_on_push=True", "image_scan_on_push=False"),
        ("tagged images stay", "ecr.TagStatus.UNTAGGED", "ecr.TagStatus.ANY"),
        (
            "images outlive the stack",
            "            removal_policy=removal_policy,\n        )\n        self.uri",
            "        )\n        self.uri",
        ),
    ),
    *breaks(
        "constructs/airflow_platform/iam/roles.py",
        (f"{TESTS}/constructs/iam/test_roles.py",),
        ("nodes fetch into the cache's repositories alone", 'resource_name=f"{prefix}/*"', 'resource_name="*"'),
        ("nodes fetch with a cache alone", "        if pull_through_prefix:\n", "        if True:\n"),
    ),
    *breaks(
        "stacks/airflow_stack.py",
        (f"{TESTS}/platform/closed_world/test_cluster.py",),
        ("pods have the name that nodes pull", "airflow = airflow_as_pulled(settings)", "airflow = settings.airflow"),
    ),
    *breaks(
        "constructs/airflow_platform/iam/store_readers.py",
        (STORE,),
        ("a prefix ends at its slash", """else prefix}/*",""", """else prefix}*","""),
        ("the key is used through the store alone", "conditions={", "conditions=None and {"),
    ),
    *breaks(
        "k8s/airflow/pods/secrets_backend.py",
        (STORE,),
        ("no option of Airflow's is looked for", '"config_prefix": None', '"config_prefix": "airflow/config"'),
        ("authors' processes ask the one that remembers", '"workers.secrets_backend"', '"workers.other"'),
        ("a parameter begins with a slash", 'slash = "/" if store.service == "ssm" else ""', 'slash = ""'),
    ),
    *breaks(
        "stacks/airflow_stack.py",
        (STORE,),
        ("the right is there before the pods", "for earlier in step.after] or [store])", "for earlier in step.after])"),
        ("each reads what it looks up", "row.looks_up", "components.API_SERVER.looks_up"),
    ),
)
