"""`make dags` with a real Airflow: what the parser says of files, and when Airflow shows what was published."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from operations.dags.check import SCRIPT, Checked, RefusedDagsError, check, options_of
from operations.dags.interpreter import PYTHON_VARIABLE, interpreter
from operations.dags.tree import Tree
from operations.dags.wait import NotShownError, Wait
from tests.runtime import install
from tests.runtime.in_the_container import InTheContainer
from tests.runtime.stage import CURRENT, Stage

IMAGE = "apache/airflow"
"""Not asked for where a Python is named."""

GOOD = b"""
import os
from pathlib import Path

from airflow.sdk import dag, task
from lib.helper import NAME

print("what a file prints is no part of the report")
assert not [name for name in os.environ if name.startswith("AWS_") and name != "AWS_EC2_METADATA_DISABLED"]
assert (Path(__file__).parent / "lib" / "query.sql").read_text() == "select 1"

@dag(dag_id=NAME, schedule=None)
def good():
    @task(executor="KubernetesExecutor")
    def only(): ...
    only()

good()
"""
FILES = {
    "good.py": GOOD,
    "lib/__init__.py": b"",
    "lib/helper.py": b"NAME = 'good'",
    "lib/query.sql": b"select 1",
    ".airflowignore": b"ignored\n",
    "ignored/broken.py": b"import airflow, dag, nothing",
}
DAG = "from airflow.sdk import DAG\nwith DAG({name!r}):\n    {body}\n"
TASK = "from airflow.providers.standard.operators.empty import EmptyOperator; EmptyOperator(task_id={task!r})"
BROKEN = {
    "import.py": (b"from airflow.sdk import dag\nimport nothing_there", "No module named 'nothing_there'"),
    "syntax.py": (b"from airflow.sdk import dag\ndef dag(:", "SyntaxError"),
    "exits.py": (b"import os\nfrom airflow.sdk import dag\nos._exit(3)", "its process ended with 3"),
    "leaves.py": (b"from airflow.sdk import dag\nraise SystemExit", "SystemExit"),
    "cycle.py": (
        b"from airflow.sdk import DAG\nfrom airflow.providers.standard.operators.empty import EmptyOperator\n"
        b"with DAG('cycle'):\n    a, b = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')\n    a >> b >> a",
        "Cycle",
    ),
    "parameter.py": (b"from airflow.sdk import DAG\nwith DAG('p', params={'a': object()}): pass", "serializable"),
}  # fmt: skip


BOTH = pytest.mark.parametrize("version", [CURRENT, install.PREVIOUS], indirect=True)


@pytest.fixture
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version of Airflow that is installed here."""
    found = str(getattr(request, "param", CURRENT))
    folder = install.CURRENT_ENVIRONMENT if found == CURRENT else install.PREVIOUS_ENVIRONMENT
    monkeypatch.setenv(PYTHON_VARIABLE, str(folder / "bin" / "python"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-caller")
    return found


def checked(version: str, files: dict[str, bytes], seconds: float = 20) -> Checked:
    return check(Tree(files), interpreter(version, IMAGE, options_of({})), version, seconds)


@BOTH
def test_should_take_what_airflow_takes_and_tell_what_it_passes_over(version: str) -> None:
    found = checked(version, {**FILES, "forgotten.py": b"x = 1", "typo.py": b"def dag(:"})
    assert found.dags == {"good": "good.py"}
    assert [note.partition(":")[0] for note in found.notes] == ["forgotten.py", "typo.py"]
    assert "SyntaxError" in found.notes[1]


@BOTH
def test_should_refuse_each_file_that_airflow_could_not_import(version: str) -> None:
    with pytest.raises(RefusedDagsError) as error:
        checked(version, {**FILES, **{name: content for name, (content, _) in BROKEN.items()}})
    told = {paragraph.partition(":")[0]: paragraph for paragraph in str(error.value).split("\n\n")}
    for name, (_, why) in BROKEN.items():
        assert why in told.pop(name)
    assert [paragraph.partition(",")[0] for paragraph in told.values()] == [f"{len(BROKEN)} problems"]


@BOTH
def test_should_refuse_dag_ids_that_stand_twice(version: str) -> None:
    same = DAG.format(name="same", body="pass").encode()
    two = "\n".join(DAG.format(name="twice", body=TASK.format(task=task)) for task in "ab").encode()
    with pytest.raises(RefusedDagsError) as error:
        checked(version, {"a.py": same, "b.py": same, "c.py": two})
    assert "DAG same stands 2 times, and Airflow would run any one of them: a.py, b.py" in str(error.value)
    assert "DAG twice stands 2 times, and Airflow would run any one of them: c.py, c.py" in str(error.value)


def test_should_interrupt_a_file_that_hangs_and_what_it_has_started(version: str) -> None:
    hanging = b"from airflow.sdk import dag\nimport signal, subprocess\nsignal.alarm(0)\n"
    hanging += b"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsubprocess.Popen(['sleep', '61.5'])\nwhile True: pass"
    begun = time.monotonic()
    with pytest.raises(RefusedDagsError, match=r"hanging\.py: the code at its top takes more than 3 s"):
        checked(version, {**FILES, "hanging.py": hanging}, seconds=3)
    assert time.monotonic() - begun < 45
    commands = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline")]
    assert b"sleep\x0061.5\x00" not in commands


def test_should_not_check_with_another_version_than_the_deployed_one(version: str) -> None:
    with pytest.raises(RefusedDagsError, match=f"has Airflow {version}, and 3.3.1 is deployed"):
        check(Tree(FILES), interpreter("3.3.1", IMAGE, {}), "3.3.1", 20)


def test_should_report_in_one_line_of_json_whatever_files_print(version: str) -> None:
    files = {"loud.py": b"# airflow dag\nimport os\nos.write(1, b'{' * 100)\nprint('[]')"}
    output = interpreter(version, IMAGE, {}).run(SCRIPT.read_text(), "20", Tree(files).packed())
    assert [file["file"] for file in json.loads(output)["files"]] == ["loud.py"]


def test_should_wait_until_airflow_shows_what_was_published(airflow: Stage) -> None:
    folder = airflow.cluster.data / "dags"
    text = DAG.format(name="published", body="pass")
    told: list[str] = []

    def wait(files: dict[str, str], gone: str = "", removed: str = "") -> None:
        sums = {path: hashlib.sha256(content.encode()).hexdigest() for path, content in files.items()}
        ids = frozenset(path.removesuffix(".py") for path in files)
        Wait(
            InTheContainer(airflow), sums, frozenset(gone.split()), ids, frozenset(removed.split()), 240, told.append
        ).run()

    airflow.drop_dag("published", text)
    wait({"published.py": text})
    assert airflow.client().get("/dags/published")["dag_id"] == "published"
    airflow.drop_dag("published", text + "# changed\n")
    wait({"published.py": text + "# changed\n"})
    broken = text + "import nothing_there\n"
    airflow.drop_dag("published", broken)
    with pytest.raises(NotShownError, match=r"can't import:\n  published\.py: ModuleNotFoundError"):
        wait({"published.py": broken})
    (folder / "published.py").unlink()
    airflow.drop_dag("another", text.replace("published", "another"))
    wait({"another.py": text.replace("published", "another")}, "published.py", "published")
    assert airflow.client().get("/dags/another")["dag_id"] == "another"
    assert len([line for line in told if line.startswith("  shown by Airflow after ")]) == 3
