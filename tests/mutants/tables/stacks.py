"""Breaks of constructs, stacks and operations."""

from tests.mutants.mutant import Mutant

TESTS = "tests/unit"
WIRING, CLUSTER = f"{TESTS}/platform/test_wiring.py", f"{TESTS}/constructs/cluster"
NETWORK, DATABASE = f"{TESTS}/constructs/network", f"{TESTS}/constructs/database"
OPERATIONS = f"{TESTS}/operations"

MUTANTS = (
    Mutant(
        "a step's time limit is the settings'",
        "stacks/airflow_stack.py",
        "timeout_minutes=settings.airflow.rollout_timeout_minutes",
        "timeout_minutes=12",
        (WIRING,),
    ),
    Mutant(
        "the address is the settings'",
        "stacks/airflow_stack.py",
        "AirflowUrl=settings.airflow.base_url",
        'AirflowUrl="http://localhost:8080"',
        (WIRING,),
    ),
    Mutant(
        "the administrator's name is the settings'",
        "stacks/airflow_stack.py",
        "AdminUser=settings.airflow.admin.username",
        'AdminUser="admin"',
        (WIRING,),
    ),
    Mutant(
        "a Fernet key is no JWT secret",
        "stacks/airflow_stack.py",
        "fernet_key=secrets.fernet_key.secret_arn",
        "fernet_key=secrets.jwt_secret.secret_arn",
        (WIRING,),
    ),
    Mutant(
        "the API has a key of its own",
        "stacks/airflow_stack.py",
        "api_secret_key=secrets.api_secret_key.secret_arn",
        "api_secret_key=secrets.jwt_secret.secret_arn",
        (WIRING,),
    ),
    Mutant(
        "the administrator's password is no key",
        "stacks/airflow_stack.py",
        "admin_password=secrets.admin_password.secret_arn",
        "admin_password=secrets.api_secret_key.secret_arn",
        (WIRING,),
    ),
    Mutant(
        "the password that is told is the administrator's",
        "stacks/database_stack.py",
        '{self.secrets.admin_password.secret_arn}"',
        '{self.secrets.api_secret_key.secret_arn}"',
        (WIRING,),
    ),
    Mutant(
        "components can't read the administrator's password",
        "constructs/airflow_platform/database/airflow_secrets.py",
        "self.jwt_secret, self.api_secret_key])",
        "self.jwt_secret, self.api_secret_key, self.admin_password])",
        (DATABASE,),
    ),
    Mutant(
        "a Fernet key has 43 characters",
        "constructs/airflow_platform/database/airflow_secrets.py",
        "length=43",
        "length=44",
        (DATABASE,),
    ),
    Mutant(
        "no punctuation in a secret",
        "constructs/airflow_platform/database/airflow_secrets.py",
        "exclude_punctuation=True",
        "exclude_punctuation=False",
        (DATABASE,),
    ),
    Mutant(
        "connections are encrypted",
        "constructs/airflow_platform/database/metadata_database.py",
        '"rds.force_ssl": "1"',
        '"rds.force_ssl": "0"',
        (DATABASE,),
    ),
    Mutant(
        "a retained database is protected",
        "constructs/airflow_platform/database/metadata_database.py",
        "deletion_protection=retain,",
        "deletion_protection=False,",
        (DATABASE,),
    ),
    Mutant(
        "flow logs of this account only",
        "constructs/airflow_platform/network/flow_logs.py",
        '                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},\n',
        "",
        (NETWORK,),
    ),
    Mutant(
        "memory, and the share of a core with it",
        "constructs/airflow_platform/handler_function.py",
        "memory_size=1024",
        "memory_size=128",
        (CLUSTER,),
    ),
    Mutant(
        "a request is not repeated",
        "constructs/airflow_platform/handler_function.py",
        "retry_attempts=0",
        "retry_attempts=2",
        (CLUSTER,),
    ),
    Mutant(
        "the image fits on the disk",
        "constructs/airflow_platform/cluster/controller.py",
        "DISK_SIZE_GIB = 10",
        "DISK_SIZE_GIB = 1",
        (CLUSTER,),
    ),
    Mutant(
        "IMDSv2 only",
        "constructs/airflow_platform/cluster/controller.py",
        "http_tokens=ec2.HttpTokens.REQUIRED",
        "http_tokens=ec2.HttpTokens.OPTIONAL",
        (CLUSTER,),
    ),
    Mutant(
        "CloudFormation waits longer than the handler works",
        "constructs/airflow_platform/cluster/manifest.py",
        "longest + ANSWER_SECONDS)",
        "longest - ANSWER_SECONDS)",
        (CLUSTER,),
    ),
    Mutant(
        "a deletion has its time",
        "constructs/airflow_platform/cluster/manifest.py",
        "max(timeout_seconds + int(WORK_SECONDS), int(DELETE_SECONDS))",
        "timeout_seconds + int(WORK_SECONDS)",
        (CLUSTER,),
    ),
    Mutant(
        "a database leaves a last snapshot",
        "operations/destroy/leftovers.py",
        "--final-db-snapshot-identifier {id}-final",
        "--skip-final-snapshot",
        (OPERATIONS,),
    ),
)
