"""Breaks of constructs, stacks and operations."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit"
WIRING, CLUSTER = f"{TESTS}/platform/test_wiring.py", f"{TESTS}/constructs/cluster"
NETWORK, DATABASE = f"{TESTS}/constructs/network", f"{TESTS}/constructs/database"
OPERATIONS = f"{TESTS}/operations"

MUTANTS = (
    *breaks(
        "stacks/airflow_stack.py",
        (WIRING,),
        (
            "a step's time limit is the settings'",
            "timeout_minutes=settings.airflow.rollout_timeout_minutes",
            "timeout_minutes=12",
        ),
        ("the address is the settings'", "AirflowUrl=settings.airflow.base_url", 'AirflowUrl="http://localhost:8080"'),
        ("the administrator's name is the settings'", "AdminUser=settings.airflow.admin.username", 'AdminUser="admin"'),
        (
            "a Fernet key is no JWT secret",
            "fernet_key=secrets.fernet_key.secret_arn",
            "fernet_key=secrets.jwt_secret.secret_arn",
        ),
        (
            "the API has a key of its own",
            "api_secret_key=secrets.api_secret_key.secret_arn",
            "api_secret_key=secrets.jwt_secret.secret_arn",
        ),
        (
            "the administrator's password is no key",
            "admin_password=secrets.admin_password.secret_arn",
            "admin_password=secrets.api_secret_key.secret_arn",
        ),
    ),
    *breaks(
        "stacks/database_stack.py",
        (WIRING,),
        (
            "the password that is told is the administrator's",
            '{self.secrets.admin_password.secret_arn}"',
            '{self.secrets.api_secret_key.secret_arn}"',
        ),
    ),
    *breaks(
        "constructs/airflow_platform/database/airflow_secrets.py",
        (DATABASE,),
        (
            "components can't read the administrator's password",
            "self.jwt_secret, self.api_secret_key])",
            "self.jwt_secret, self.api_secret_key, self.admin_password])",
        ),
        ("a Fernet key has 43 characters", "length=43", "length=44"),
        ("no punctuation in a secret", "exclude_punctuation=True", "exclude_punctuation=False"),
    ),
    *breaks(
        "constructs/airflow_platform/database/metadata_database.py",
        (DATABASE,),
        ("connections are encrypted", '"rds.force_ssl": "1"', '"rds.force_ssl": "0"'),
        ("a retained database is protected", "deletion_protection=retain,", "deletion_protection=False,"),
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
            "max(timeout_seconds + int(WORK_SECONDS), int(DELETE_SECONDS))",
            "timeout_seconds + int(WORK_SECONDS)",
        ),
    ),
    *breaks(
        "operations/destroy/leftovers.py",
        (OPERATIONS,),
        ("a database leaves a last snapshot", "--final-db-snapshot-identifier {id}-final", "--skip-final-snapshot"),
    ),
)
