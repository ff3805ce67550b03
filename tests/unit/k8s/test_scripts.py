"""The helper scripts, those that have no test module of their own (tests/runtime runs them with Airflow)."""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from k8s.airflow.components import COMPONENTS
from k8s.airflow.jobs import JOBS
from k8s.rendered import Release
from settings.model.airflow import AirflowSettings
from tests.unit.k8s.conftest import aws_bindings

AIRFLOW = Path(__file__).resolve().parents[3] / "k8s" / "airflow"
SCRIPTS, MODULES = AIRFLOW / "scripts", AIRFLOW / "modules"
GIT_SYNC, HOUSEKEEPING, SCHEMA = SCRIPTS / "git_sync", SCRIPTS / "housekeeping", SCRIPTS / "schema"
WITH_GIT = AirflowSettings.model_validate({"dag_bundles": {"team": {"git": {"url": "https://git.example.com/a"}}}})
ROTATED = {"new_password.py"}
"""What no manifest runs: `make rotate` does, in a pod."""
FILES = sorted([*SCRIPTS.rglob("*.py"), *MODULES.glob("*.py")])


def read_secret(name: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPTS / "read_secret.py", name],
        env={"AIRFLOW_SECRETS_DIRECTORY": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("password", ["simple", "a$HOME~b", "p@ss:w/o?r#d%41 &é"])
def test_should_print_a_url_that_any_password_survives(tmp_path: Path, password: str) -> None:
    database = {"username": "airflow", "password": password, "host": "db.example", "port": 5432, "dbname": "airflow"}
    (tmp_path / "database.json").write_text(json.dumps(database))
    url = read_secret("database-url", tmp_path).stdout
    parts = urlsplit(url)
    assert (parts.scheme, parts.hostname, parts.port, parts.path) == (
        "postgresql+psycopg2",
        "db.example",
        5432,
        "/airflow",
    )
    assert unquote(parts.password or "") == password
    # Airflow would expand these.
    assert "$" not in url


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("k" * 43, "k" * 43 + "="),
        ("k" * 43 + "=\n", "k" * 43 + "="),
        ("n" * 43 + "," + "o" * 43 + "=", "n" * 43 + "=," + "o" * 43 + "="),
    ],
)
def test_should_pad_fernet_keys(tmp_path: Path, stored: str, printed: str) -> None:
    (tmp_path / "fernet-key").write_text(stored)
    assert read_secret("fernet-key", tmp_path).stdout == printed


@pytest.mark.parametrize("name", ["jwt-secret", "api-secret-key"])
def test_should_print_nothing_but_the_secret(tmp_path: Path, name: str) -> None:
    # Airflow takes the output as it is: a newline would be part of the secret.
    (tmp_path / name).write_text("value\n")
    assert read_secret(name, tmp_path).stdout == "value"


def test_should_fail_for_a_secret_it_does_not_know(tmp_path: Path) -> None:
    result = read_secret("admin-password", tmp_path)
    assert result.returncode != 0
    assert result.stdout == ""


def test_should_hand_the_password_to_the_prompt_and_not_to_the_arguments(tmp_path: Path) -> None:
    (tmp_path / "admin-password").write_text("thePassword\n")
    airflow = tmp_path / "airflow"
    airflow.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/input\nexit 3\n')
    airflow.chmod(0o755)
    command = [sys.executable, str(SCRIPTS / "admin_user.py"), "--username", "ada", "--email", "ada@example.com"]
    result = subprocess.run(
        [*command, "--password-file", str(tmp_path / "admin-password")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "input").read_text() == "thePassword\nthePassword\n"  # Airflow asks twice
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith("users create --role Admin ")
    assert "--username ada --email ada@example.com" in arguments
    assert "thePassword" not in arguments + result.stdout + result.stderr
    assert result.returncode == 3  # a failure is the Job's


def test_should_mount_every_script(any_release: Release) -> None:
    data = any_release.get("ConfigMap", "airflow-platform-files")["data"]
    shared = [path for path in FILES if path.parent not in (GIT_SYNC, HOUSEKEEPING, SCHEMA)]
    assert {path.name for path in shared} == {name for name in data if name.endswith(".py")}
    for path in shared:
        assert data[path.name] == path.read_text()


def test_should_mount_the_scripts_of_git_where_git_is_fetched_alone() -> None:
    """They are a fifth of what one step may carry, and of no use to other pods."""
    release = Release(WITH_GIT, aws_bindings())
    data = release.get("ConfigMap", "airflow-git-sync")["data"]
    assert data == {path.name: path.read_text() for path in GIT_SYNC.glob("*.py")} != {}
    (volume,) = [
        each
        for each in release.get("Deployment", "airflow-git-sync")["spec"]["template"]["spec"]["volumes"]
        if "configMap" in each
    ]
    assert volume["configMap"] == {"name": "airflow-git-sync"}


def test_should_mount_the_scripts_around_the_schema(any_release: Release) -> None:
    data = any_release.get("ConfigMap", "airflow-schema-files")["data"]
    assert data == {path.name: path.read_text() for path in SCHEMA.glob("*.py")} != {}
    mounted = {"name": "schema-files", "mountPath": "/opt/airflow/schema", "readOnly": True}
    for name, template in any_release.pod_templates.items():
        spec = template["spec"]
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            if "/opt/airflow/schema/" in " ".join(container.get("args", ())):
                assert mounted in container["volumeMounts"], name


def test_should_run_only_scripts_that_are_mounted(any_release: Release) -> None:
    data = any_release.get("ConfigMap", "airflow-platform-files")["data"]
    text = json.dumps([any_release.config, any_release.pod_templates])
    run = {part.partition(".py")[0] + ".py" for part in text.split("/opt/airflow/platform/")[1:] if ".py" in part[:40]}
    containers = [each for template in any_release.pod_templates.values() for each in template["spec"]["containers"]]
    mounts = [mount for container in containers for mount in container["volumeMounts"]]
    plugins = {mount["subPath"] for mount in mounts if mount["mountPath"].startswith("/opt/airflow/plugins/")}
    cleaning = {path.name for path in HOUSEKEEPING.glob("*.py")}
    assert run | plugins | ROTATED == {path.name for path in SCRIPTS.glob("*.py")} | cleaning
    assert (run - cleaning) | plugins | ROTATED <= set(data)


def test_should_mount_modules_where_airflow_looks_for_them_and_no_more_than_are_used() -> None:
    """A secrets backend is loaded before Airflow looks in its own folders: Python itself has to find it."""
    with_store = AirflowSettings.model_validate({"secrets_backend": {"service": "ssm"}})
    always = Counter(f"{module}.py" for component in COMPONENTS for module in component.modules)
    always["database_passwords.py"] = len(COMPONENTS) + len(JOBS)
    for settings, wanted in (
        (AirflowSettings(), always),
        (with_store, always + Counter({"cached_secrets.py": len(COMPONENTS)})),
        (WITH_GIT, always + Counter({"git_folders.py": len(COMPONENTS) + len(JOBS)})),
    ):
        found: Counter[str] = Counter()
        for template in Release(settings, aws_bindings()).pod_templates.values():
            for container in template["spec"]["containers"]:
                for mount in container["volumeMounts"]:
                    if mount["mountPath"].startswith("/opt/airflow/config/"):
                        found[mount["subPath"]] += 1
                        assert mount["mountPath"] == f"/opt/airflow/config/{mount['subPath']}"
                        assert (mount["name"], mount["readOnly"]) == ("platform-files", True)
                        path = {"name": "PYTHONPATH", "value": "/opt/airflow/config"}
                        assert mount["subPath"] != "cached_secrets.py" or path in container["env"]
        assert found == wanted
    assert {*always, "cached_secrets.py", "git_folders.py"} == {path.name for path in MODULES.glob("*.py")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_should_run_on_the_oldest_python_of_the_image(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 10))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_should_not_hide_a_module_of_the_standard_library(path: Path) -> None:
    # A script's folder comes first where Python looks for modules.
    assert path.stem not in sys.stdlib_module_names
