"""Airflow, on AWS and elsewhere."""

from tests.unit.settings.cases import Bad, Changes
from tests.unit.settings.tables.airflow_options import (
    GUARDED,
    MISTYPED,
    OLD_NAMES,
    OPTIONS_THAT_MAY_BE_SET,
    PLATFORM,
    SECRETS,
    UNKNOWN,
)

BAD = [
    Bad(
        "platform_sets_its_own_options",
        {"airflow config": {"core.executor": "LocalExecutor"}},
        "airflow.config.core.executor",
        "LocalExecutor",
    ),
    Bad(
        "platform_sets_its_own_options",
        {"airflow config": {"core.fernet_key_cmd": "cat /x"}},
        "airflow.config.core.fernet_key_cmd",
        "cat /x",
    ),
    Bad(
        "platform_sets_its_own_options",
        {"airflow config": {"database.sql_alchemy_conn_secret": "x"}},
        "airflow.config.database.sql_alchemy_conn_secret",
        "…",
    ),
    Bad(
        "base_url_has_a_valid_port",
        {"airflow base_url": "https://airflow.example.com:70000"},
        "airflow.base_url",
        "70000",
    ),
    *(
        Bad(
            "egress_is_of_networks",
            {f"airflow {pods}": {"egress_cidrs": cidrs}},
            f"airflow.{pods}.egress_cidrs{at}",
            told,
        )
        for pods, cidrs, at, told in (
            ("api_server", ["198.51.100.1"], "[0]", "198.51.100.1"),
            ("scheduler", ["0.0.0.0/0", "198.51.100.1/24"], "[1]", "198.51.100.1/24"),
            ("triggerer", ["2001:db8::/32"], "[0]", "2001:db8::/32"),
            ("worker", ["example.com"], "[0]", "example.com"),
        )
    ),
    Bad("parallelism_fits", {"airflow parallelism": 500}, "airflow.parallelism", "500"),
]

STORE, KEY = "airflow.secrets_backend", "arn:aws:kms:eu-west-1:111122223333:key/1234"
BAD += [
    Bad(rule, {f"airflow secrets_backend {name}": value for name, value in store.items()}, f"{STORE}.{at}", told)
    for rule, store, at, told in (
        ("only_a_service_has_the_rest", {"cache_seconds": 60}, "cache_seconds", "60"),
        ("only_a_service_has_the_rest", {"connections_prefix": "team"}, "connections_prefix", "team"),
        (
            "store_has_a_prefix",
            {"service": "ssm", "connections_prefix": None, "variables_prefix": None},
            "service",
            "ssm",
        ),
        (
            "prefixes_lie_apart",
            {"service": "ssm", "variables_prefix": "airflow/connections"},
            "variables_prefix",
            "air",
        ),
        ("prefixes_lie_apart", {"service": "ssm", "variables_prefix": "/airflow"}, "variables_prefix", "/airflow"),
        (
            "prefixes_lie_apart",
            {"service": "secrets_manager", "variables_prefix": "airflow/connections/more"},
            "variables_prefix",
            "airflow/connections/more",
        ),
        (
            "parameters_have_allowed_names",
            {"service": "ssm", "connections_prefix": "/AWS/team"},
            "connections_prefix",
            "/AWS",
        ),
        ("parameters_have_allowed_names", {"service": "ssm", "variables_prefix": "ssm"}, "variables_prefix", "ssm"),
        ("key_is_of_the_region", {"service": "ssm", "kms_key_arn": KEY}, "kms_key_arn", KEY),
    )
]

BAD += [
    Bad("platform_sets_its_own_options", {"airflow config": {option: value}}, f"airflow.config.{option}", shown)
    for option, value, shown in PLATFORM
]
BAD += [
    Bad(rule, {"airflow config": {option: value}}, f"airflow.config.{option}", shown)
    for rule, rows in (
        ("guarded_options_keep_their_values", GUARDED),
        ("secrets_are_no_options", SECRETS),
        ("options_are_known", UNKNOWN),
        ("options_have_their_present_names", OLD_NAMES),
        ("values_are_of_the_options_type", MISTYPED),
    )
    for option, value, shown in rows
]

GOOD: list[Changes] = [
    {"airflow secrets_backend": {"service": "secrets_manager", "connections_prefix": "aws/team"}},
    {
        "airflow secrets_backend": {
            "service": "ssm",
            "connections_prefix": "/airflow/c",
            "variables_prefix": "airflow/v",
        }
    },
    {"airflow secrets_backend": {"service": "ssm", "variables_prefix": None, "cache_seconds": 0}},
    {
        "airflow secrets_backend": {
            "service": "ssm",
            "connections_prefix": "airflow/connections",
            "variables_prefix": "airflow/connections_too",
        }
    },
    {"airflow secrets_backend": {"service": "ssm", "kms_key_arn": KEY.replace("eu-west-1", "us-east-1")}},
    {"airflow version": "3.1.7", "airflow accept_unsupported": True, "airflow config": {"core.gone_since": 1}},
    {"airflow image": "team/airflow:3.3.2", "airflow config": {"acme.some_option": "x"}},
    {
        "airflow config": {
            "core.default_timezone": "utc",
            "scheduler.max_tis_per_query": 64,
            "api.expose_stacktrace": False,
            "scheduler.scheduler_idle_sleep_time": 0.5,
            **OPTIONS_THAT_MAY_BE_SET,
        }
    },
    {"airflow image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/airflow:3.3.2-x"},
    {"airflow task_images": ["123456789012.dkr.ecr.us-east-1.amazonaws.com/team/", "docker.io/dbt:", "a/b@"]},
    {"airflow base_url": "https://airflow.example.com:8443"},
    {"airflow parallelism": 1},
    {"airflow api_server": {"egress_cidrs": ["198.51.100.0/24", "10.0.0.0/8"]}, "airflow worker": {"egress_cidrs": []}},
]

BAD_LOCAL = [
    Bad(
        "no_store_without_aws",
        {"airflow secrets_backend": {"service": "ssm"}},
        "airflow.secrets_backend.service",
        "ssm",
    ),
    Bad(
        "platform_sets_its_own_options",
        {"airflow config": {"core.parallelism": 5}},
        "airflow.config.core.parallelism",
        "5",
    ),
    Bad(
        "egress_is_of_networks",
        {"airflow dag_processor": {"egress_cidrs": ["everything"]}},
        "airflow.dag_processor.egress_cidrs[0]",
        "everything",
    ),
    Bad("base_url_has_a_valid_port", {"airflow base_url": "http://localhost:0"}, "airflow.base_url", ":0"),
    Bad("parallelism_fits", {"airflow parallelism": 9}, "airflow.parallelism", "9"),
]
