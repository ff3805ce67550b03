"""Options that turn a protection off: login, masking, limits, what may be read or called."""

from settings.facts.guarded_options.guard import FALSE, TRUE, Guard

_TOKENS = "it decides whose tokens are believed"
_TLS = "the Service, the probes and the tasks talk to the API server over HTTP; TLS ends before it"

PROTECTIONS = {
    # Login and tokens.
    **dict.fromkeys(
        (
            "api_auth.jwt_algorithm",
            "api_auth.jwt_audience",
            "api_auth.jwt_issuer",
            "api_auth.jwt_kid",
            "api_auth.jwt_private_key_path",
            "api_auth.trusted_jwks_url",
            "execution_api.jwt_audience",
        ),
        Guard(reason=_TOKENS),
    ),
    "api_auth.jwt_cli_expiration_time": Guard(
        reason="in seconds; who finds a token can use it for so long", most=86_400
    ),
    "api_auth.jwt_expiration_time": Guard(reason="in seconds; who finds a token can use it for so long", most=604_800),
    "api_auth.jwt_leeway": Guard(reason="in seconds; an expired token is believed for so long", most=60),
    "execution_api.jwt_expiration_time": Guard(reason="in seconds; a task's token stands in its pod", most=86_400),
    "fab.auth_backends": Guard(
        reason="another one may ask for no password, or as often as one likes",
        only=("airflow.providers.fab.auth_manager.api.auth.backend.session",),
    ),
    "fab.auth_rate_limit": Guard(reason="passwords could be guessed faster"),
    "fab.auth_rate_limited": Guard(reason="passwords could be guessed without limit", only=TRUE),
    "fab.auth_role_public": Guard(reason="whoever reaches the port would have this role, without login", only=("",)),
    "fab.cookie_samesite": Guard(reason="other sites could act for a signed-in user", only=("Lax", "Strict")),
    "fab.custom_roles": Guard(
        reason="whoever reaches the port has that role, without login",
        never=r"\bpublic\b|\\u",
        never_rule="not change the role Public",
    ),
    "fab.enable_proxy_fix": Guard(
        reason="whoever reaches the port could name any address, by which logins are limited", only=FALSE
    ),
    "fab.session_backend": Guard(reason="other sessions can't be ended", only=("database",)),
    "fab.session_lifetime_minutes": Guard(reason="a forgotten session stays open for so long", most=43_200),
    # What the API tells, and to whom.
    "api.access_control_allow_origins": Guard(
        reason="pages of any site could read the API with a user's rights",
        never=r"\*|\bnull\b",
        never_rule="name origins in full",
    ),
    "api.expose_config": Guard(reason="the UI would show every option", only=("false", "non-sensitive-only")),
    "api.expose_stacktrace": Guard(reason="errors would tell how the server is built", only=FALSE),
    "core.test_connection": Guard(
        reason="users could make the API server connect to anything", only=("Disabled", "Hidden")
    ),
    "core.hide_sensitive_var_conn_fields": Guard(reason="passwords would stand in the UI and in logs", only=TRUE),
    "logging.min_length_masked_secret": Guard(reason="shorter secrets stand in logs", most=5),
    "logging.secret_mask_adapter": Guard(reason="it decides what of a secret is masked in logs"),
    # What is read and run.
    "core.allowed_deserialization_classes": Guard(
        reason="values from XCom are made into objects of these classes",
        never=r"(^|[\s,])[^\s,a-z_]|(^|[\s,])(builtins|ctypes|importlib|io|os|pickle|posix|runpy|shutil|subprocess|sys)\b"
        r"|(^|[\s,])[a-z_]*[*?\[]",
        never_rule="name packages of yours in full, such as airflow.* or my_package.models.*",
    ),
    "core.allowed_deserialization_classes_regexp": Guard(
        reason="nobody can tell what an expression lets through; name them in core.allowed_deserialization_classes",
        only=("",),
    ),
    "core.allow_double_dot_in_ids": Guard(reason="ids become paths of logs", only=FALSE),
    "scheduler.allowed_run_id_pattern": Guard(reason="run ids become paths of logs"),
    "logging.log_filename_template": Guard(
        reason="a task's pod can write to that folder and to no other",
        never=r"\.\.|__|^\s*(?!"
        + r"/".join(rf"{name}=\{{\{{ ti\.{name} \}}\}}" for name in ("dag_id", "run_id", "task_id"))
        + r"/[^/])",
        never_rule="begin with dag_id={{ ti.dag_id }}/run_id={{ ti.run_id }}/task_id={{ ti.task_id }}/ "
        "and hold no .. and no __",
    ),
    "logging.remote_base_log_folder": Guard(
        reason="a task's pod knows its files by their names in its own folder, which many tasks have",
        never=r"^\s*(cloudwatch|stackdriver):",
        never_rule="be a folder, such as s3://bucket/folder",
    ),
    "logging.task_log_prefix_template": Guard(
        reason="it is rendered with the task at hand", never="__", never_rule="hold no __"
    ),
    **dict.fromkeys(
        ("email.html_content_template", "email.subject_template"),
        Guard(reason="it names a file of the pod that e-mails are made of"),
    ),
    **dict.fromkeys(
        ("logging.file_task_handler_new_folder_permissions", "logging.file_task_handler_new_file_permissions"),
        Guard(reason="logs could be forged", never=r"[^0-7o]|[2367]$", never_rule="be octal and let no others write"),
    ),
    "aws.s3_task_handler_acl_policy": Guard(
        reason="logs would be everybody's to read", never="public|authenticated", never_rule="be no public policy"
    ),
    # Encryption on the way.
    "email.ssl_context": Guard(reason="the mail server's certificate must be checked", only=("default",)),
    "kubernetes_executor.verify_ssl": Guard(reason="the Kubernetes API's certificate must be checked", only=TRUE),
    "kubernetes_executor.ssl_ca_cert": Guard(reason="the Kubernetes API's authority comes with the ServiceAccount"),
    "elasticsearch_configs.verify_certs": Guard(reason="the server's certificate must be checked", only=TRUE),
    "opensearch_configs.verify_certs": Guard(reason="the server's certificate must be checked", only=TRUE),
    **dict.fromkeys(
        (
            "api.client_ssl_cert",
            "api.client_ssl_key",
            "api.ssl_ca_file",
            "api.ssl_cert",
            "api.ssl_cert_reqs",
            "api.ssl_key",
        ),
        Guard(reason=_TLS),
    ),
}
"""`section.option` -> which values are refused, and why."""
