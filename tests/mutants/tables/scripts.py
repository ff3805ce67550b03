"""Breaks of the scripts that pods run."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/k8s"
HEARTBEAT, SCHEMA, SCRIPTS = f"{TESTS}/test_heartbeat.py", f"{TESTS}/test_schema_version.py", f"{TESTS}/test_scripts.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/modules/cached_secrets.py",
        (f"{TESTS}/test_cached_secrets.py",),
        ("what was told is remembered", "if before and now < before.again:", "if False:"),
        ("a failure is remembered too", "again=now + AGAIN_SECONDS", "again=now"),
        ("a last value serves", "if before and now - before.at < LAST_VALUE_SECONDS", "if False"),
        ("a last value does not serve for ever", "now - before.at < LAST_VALUE_SECONDS", "True"),
        ("no answer is a failure like any other", 'getattr(error, "response", None) or {}', "error.response"),
        ("no more is kept than said", "while len(_told) > self.most:", "while False:"),
        ("two readers are one question", "with _readers[hash(key) % len(_readers)]:", "if True:"),
        (
            "what is no connection is told without it",
            "type(error).__name__)\n            return",
            "error)\n            return",
        ),
        ("stores are kept apart", "key = (self.service, path,", 'key = ("", path,'),
    ),
    *breaks(
        "k8s/airflow/scripts/heartbeat.py",
        (HEARTBEAT,),
        ("only a running job is alive", " AND state = 'running'", ""),
        ("only a job of this host is alive", ' AND hostname = %s"', ' AND hostname >= %s"'),
        ("the newest heartbeat counts", "max(latest_heartbeat)", "min(latest_heartbeat)"),
        (
            "an old heartbeat is a dead job",
            "if age > arguments.max_age_seconds:",
            "if age > 10 * arguments.max_age_seconds:",
        ),
        (
            "no job is a dead job",
            'if heartbeat is None:\n        sys.exit(f"No',
            'if heartbeat is None:\n        sys.exit(0 and f"No',
        ),
    ),
    *breaks(
        "k8s/airflow/scripts/schema_version.py",
        (SCHEMA,),
        ("newer is not older", "State.NEWER if found - self.known else State.OLDER", "State.OLDER"),
        ("older is not newer", "State.NEWER if found - self.known else State.OLDER", "State.NEWER"),
        ("what this image does not know is newer", "if found - self.known else", "if self.known - found else"),
        (
            "a component waits for the migration",
            "if State.OLDER not in found.values():\n            return",
            "if True:\n            return",
        ),
        (
            "a newer Airflow with an older provider is migrated",
            "State.NEWER in found.values() and State.OLDER not in found.values()",
            "State.NEWER in found.values()",
        ),
        (
            "a database that does not answer is asked again",
            "except OperationalError as error:",
            "except KeyError as error:",
        ),
        (
            "a wait ends",
            'if time.monotonic() > deadline:\n            sys.exit("Gave up waiting',
            'if time.monotonic() < deadline - 1e9:\n            sys.exit("Gave up waiting',
        ),
        ("a column with a default is left alone", "not in key and not optional and", "not in key and"),
    ),
    *breaks(
        "k8s/airflow/scripts/read_secret.py",
        (SCRIPTS,),
        ("any password survives the URL", 'quote(str(database[key]), safe="")', "quote(str(database[key]))"),
        ("a Fernet key gets its padding", '"=" * (-len(key.strip()) % 4)', '""'),
        (
            "nothing is printed but the secret",
            "return file.read_text().strip()",
            "return file.read_text()",
        ),
    ),
    *breaks(
        "k8s/airflow/scripts/admin_user.py",
        (SCRIPTS,),
        ("a failure is the Job's", "sys.exit(asked.returncode)", "sys.exit(0)"),
    ),
)
