"""The bundle class in Airflow itself, of both versions: what it answers, and what it does with nothing to read."""

import json
import subprocess
from pathlib import Path

import pytest

from k8s.airflow.pods.dag_bundles import bundle_options
from k8s.airflow.pods.options import environment
from settings.model.airflow import AirflowSettings
from tests.runtime.install import CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT

MODULES = Path(__file__).resolve().parents[2] / "k8s" / "airflow" / "modules"
ONE, TWO = "1" * 40, "2" * 40

QUESTIONS = """
import json, pathlib, sys, warnings
warnings.simplefilter("error", DeprecationWarning)
from airflow.dag_processing.bundles import base
from airflow.dag_processing.bundles.manager import DagBundlesManager

def version(bundle):
    found = bundle.get_current_version()
    if hasattr(base, "unpack_bundle_version"):
        found, data = base.unpack_bundle_version(found, bundle)
    return found

def wrong(bundle):
    try:
        bundle.initialize()
    except RuntimeError as error:
        return str(error)

folder = pathlib.Path(sys.argv[1])
manager = DagBundlesManager()
answers = {"none yet": wrong(manager.get_bundle("repository"))}
(folder / "current").write_text("%s\\n")
tracked = manager.get_bundle("repository")
tracked.initialize()
answers["first"] = [version(tracked), str(tracked.path)]
(folder / "current").write_text("%s\\n")
answers["not looked yet"] = [version(tracked), str(tracked.path)]
tracked.refresh()
answers["second"] = [version(tracked), str(tracked.path)]
pinned = manager.get_bundle("repository", "%s")
pinned.initialize()
pinned.refresh()
answers["pinned"] = [version(pinned), str(pinned.path)]
answers["gone"] = wrong(manager.get_bundle("repository", 40 * "3"))
answers["git"] = sorted(name for name in sys.modules if name == "git" or name.startswith("airflow.providers.git"))
print("ANSWERS" + json.dumps(answers))
""" % (ONE, TWO, ONE)  # noqa: UP031 braces of Python


@pytest.mark.parametrize("installed", [CURRENT_ENVIRONMENT, PREVIOUS_ENVIRONMENT], ids=lambda each: each.name)
def test_should_read_the_commit_that_is_current_or_the_one_that_a_run_has(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundles" / "repository"
    for commit in (ONE, TWO):
        (folder / "versions" / commit / "dags").mkdir(parents=True)
    source = {"url": "https://git.example.com/dags.git", "subdir": "dags"}
    airflow = AirflowSettings.model_validate({"dag_bundles": {"repository": {"git": source}}})
    variables = environment(bundle_options(airflow))
    done = subprocess.run(
        [str(installed / "bin" / "python"), "-c", QUESTIONS, str(folder)],
        env={
            "AIRFLOW_HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(MODULES),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": "/nonexistent",
            **{name: value.replace("/opt/airflow/bundles", str(folder.parent)) for name, value in variables.items()},
        },
        text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert "ANSWERS" in done.stdout, done.stderr
    answers = json.loads(done.stdout.partition("ANSWERS")[2])
    assert "no version yet: see the log of deployment/airflow-git-sync" in answers.pop("none yet")
    assert f"version {40 * '3'} is not in {folder}" in answers.pop("gone")
    one, two = ([commit, f"{folder}/versions/{commit}/dags"] for commit in (ONE, TWO))
    assert answers == {"first": one, "not looked yet": one, "second": two, "pinned": one, "git": []}
    assert sorted(path.name for path in folder.iterdir()) == ["current", "versions"], "something was written"
