"""Breaks of the scripts that pods run."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/k8s"
HEARTBEAT, SCHEMA, SCRIPTS = f"{TESTS}/test_heartbeat.py", f"{TESTS}/test_schema_version.py", f"{TESTS}/test_scripts.py"

GIT_SYNC = f"{TESTS}/test_git_sync.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/scripts/git_sync/git_versions.py",
        (GIT_SYNC,),
        ("the current commit is never removed", "if version.name != self.current and", "if"),
        ("what was current until now is not old", "os.utime(self._versions / before)", "pass"),
        ("half a commit is no version", "shutil.rmtree(root, ignore_errors=True)", "pass"),
        ("one pod at a time", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_UN"),
        ("links stay inside", "or not link.resolve().is_relative_to(real)", ""),
        ("a commit has the DAGs' folder", "if not (root / self._subdir).is_dir():", "if False:"),
        ("a commit has a size", "sum(size for _, _, size, _ in entries) > MOST_BYTES", "False"),
        ("submodules are left out", 'if mode == "160000":', "if False:"),
    ),
    *breaks(
        "k8s/airflow/scripts/git_sync/git_mirror.py",
        (GIT_SYNC,),
        ("a branch comes before a tag", 'for kind in ("heads", "tags")', 'for kind in ("tags", "heads")'),
        ("redirects are not followed", '"http.followRedirects": "false"', '"http.followRedirects": "true"'),
        ("a hung server is given up", "communicate(timeout=seconds)", "communicate(timeout=20 * seconds)"),
        ("the log has no credential", 'text = text.replace(secret, "***")', "pass"),
    ),
    *breaks(
        "k8s/airflow/scripts/git_sync/git_credential.py",
        (GIT_SYNC,),
        ("a credential is one line", "or not (username + password).isprintable()", ""),
    ),
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
        "k8s/airflow/modules/database_passwords.py",
        (f"{TESTS}/test_database_passwords.py",),
        ("other databases are left alone", 'if (named.get("host"), named.get("user")) != whose:', "if False:"),
        ("an outage is no wrong password", "if REFUSED not in str(error):", "if False:"),
        ("the announced password opens the database", 'database.get("next_password")', "None"),
    ),
    *breaks(
        "k8s/airflow/scripts/new_password.py",
        (f"{TESTS}/test_database_passwords.py",),
        ("the old password must not work", " or opened(database, old) is not None", ""),
        (
            "a change that was made is found",
            "if opened(database, new) is None:\n        connection",
            "if True:\n        connection",
        ),
    ),
    *breaks(
        "k8s/airflow/scripts/earlier_signatures.py",
        (f"{TESTS}/test_earlier_signatures.py",),
        (
            "only an accepted key's signature is taken",
            "if any(hmac.compare_digest(signature, signature_of(key))",
            "if any(True",
        ),
        ("only where tokens are sent", "if name in HEADERS else value", ""),
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
        "k8s/airflow/scripts/schema/schema_version.py",
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
