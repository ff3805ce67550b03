"""Breaks of the scripts that pods run."""

from tests.mutants.mutant import Mutant

TESTS = "tests/unit/k8s"
HEARTBEAT, SCHEMA, SCRIPTS = f"{TESTS}/test_heartbeat.py", f"{TESTS}/test_schema_version.py", f"{TESTS}/test_scripts.py"

MUTANTS = (
    Mutant(
        "only a running job is alive",
        "k8s/airflow/scripts/heartbeat.py",
        " AND state = 'running'",
        "",
        (HEARTBEAT,),
    ),
    Mutant(
        "only a job of this host is alive",
        "k8s/airflow/scripts/heartbeat.py",
        ' AND hostname = %s"',
        ' AND hostname >= %s"',
        (HEARTBEAT,),
    ),
    Mutant(
        "the newest heartbeat counts",
        "k8s/airflow/scripts/heartbeat.py",
        "max(latest_heartbeat)",
        "min(latest_heartbeat)",
        (HEARTBEAT,),
    ),
    Mutant(
        "an old heartbeat is a dead job",
        "k8s/airflow/scripts/heartbeat.py",
        "if age > arguments.max_age_seconds:",
        "if age > 10 * arguments.max_age_seconds:",
        (HEARTBEAT,),
    ),
    Mutant(
        "no job is a dead job",
        "k8s/airflow/scripts/heartbeat.py",
        'if heartbeat is None:\n        sys.exit(f"No',
        'if heartbeat is None:\n        sys.exit(0 and f"No',
        (HEARTBEAT,),
    ),
    Mutant(
        "newer is not older",
        "k8s/airflow/scripts/schema_version.py",
        "State.NEWER if found - self.known else State.OLDER",
        "State.OLDER",
        (SCHEMA,),
    ),
    Mutant(
        "older is not newer",
        "k8s/airflow/scripts/schema_version.py",
        "State.NEWER if found - self.known else State.OLDER",
        "State.NEWER",
        (SCHEMA,),
    ),
    Mutant(
        "what this image does not know is newer",
        "k8s/airflow/scripts/schema_version.py",
        "if found - self.known else",
        "if self.known - found else",
        (SCHEMA,),
    ),
    Mutant(
        "a component waits for the migration",
        "k8s/airflow/scripts/schema_version.py",
        "if State.OLDER not in found.values():\n            return",
        "if True:\n            return",
        (SCHEMA,),
    ),
    Mutant(
        "a newer Airflow with an older provider is migrated",
        "k8s/airflow/scripts/schema_version.py",
        "State.NEWER in found.values() and State.OLDER not in found.values()",
        "State.NEWER in found.values()",
        (SCHEMA,),
    ),
    Mutant(
        "a database that does not answer is asked again",
        "k8s/airflow/scripts/schema_version.py",
        "except OperationalError as error:",
        "except KeyError as error:",
        (SCHEMA,),
    ),
    Mutant(
        "a wait ends",
        "k8s/airflow/scripts/schema_version.py",
        'if time.monotonic() > deadline:\n            sys.exit("Gave up waiting',
        'if time.monotonic() < deadline - 1e9:\n            sys.exit("Gave up waiting',
        (SCHEMA,),
    ),
    Mutant(
        "a column with a default is left alone",
        "k8s/airflow/scripts/schema_version.py",
        "not in key and not optional and",
        "not in key and",
        (SCHEMA,),
    ),
    Mutant(
        "any password survives the URL",
        "k8s/airflow/scripts/read_secret.py",
        'quote(str(database[key]), safe="")',
        "quote(str(database[key]))",
        (SCRIPTS,),
    ),
    Mutant(
        "a Fernet key gets its padding",
        "k8s/airflow/scripts/read_secret.py",
        '"=" * (-len(key.strip()) % 4)',
        '""',
        (SCRIPTS,),
    ),
    Mutant(
        "nothing is printed but the secret",
        "k8s/airflow/scripts/read_secret.py",
        "return (directory / name).read_text().strip()",
        "return (directory / name).read_text()",
        (SCRIPTS,),
    ),
    Mutant(
        "a failure is the Job's",
        "k8s/airflow/scripts/admin_user.py",
        "sys.exit(asked.returncode)",
        "sys.exit(0)",
        (SCRIPTS,),
    ),
)
