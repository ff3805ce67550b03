"""What of the parser's report refuses the files. tests/runtime/test_publish.py has the parser with a real Airflow."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from operations.dags.check import RefusedDagsError, check, options_of
from operations.dags.interpreter import Interpreter, InterpreterError
from operations.dags.tree import Tree

Json = dict[str, Any]
TREE = Tree({"a.py": b"a"})


def file(name: str, *dags: str, **other: Any) -> Json:
    return {"file": name, "dags": list(dags), "error": None, "late": False, "seconds": 0.1, "imports": [], **other}


@dataclass(frozen=True)
class Parser(Interpreter):
    """Answers with a report."""

    report: Json = field(default_factory=dict)

    def run(self, script: str, argument: str, given: bytes) -> bytes:
        assert (argument, given) == ("10.0", TREE.packed())
        assert "process_file" in script
        return json.dumps(self.report).encode()


def parser(*files: Json, **other: Any) -> Parser:
    report = {"airflow": "3.3.2", "python": "3.12", "files": list(files), "skipped": [], **other}
    return Parser("image x", (), report=report)


def refused(*files: Json, **other: Any) -> str:
    with pytest.raises(RefusedDagsError) as error:
        check(TREE, parser(*files, **other), "3.3.2", 10.0)
    return str(error.value)


def test_should_take_files_that_airflow_takes() -> None:
    found = check(TREE, parser(file("a.py", "a"), file("b.py", "b", "c", seconds=2)), "3.3.2", 10.0)
    assert found.dags == {"a": "a.py", "b": "b.py", "c": "b.py"}
    assert (found.notes, found.slowest) == ((), "b.py took 2.0 s")


def test_should_refuse_an_import_error_with_its_end() -> None:
    told = refused(file("a.py", "a"), file("b.py", error="File b.py\nModuleNotFoundError: No module named 'x'"))
    assert "b.py: import error\n    File b.py\n    ModuleNotFoundError: No module named 'x'" in told
    assert "a.py" not in told and told.endswith("1 problem, checked with image x.")


def test_should_refuse_a_dag_id_that_stands_twice() -> None:
    assert "DAG same stands 2 times" in refused(file("a.py", "same"), file("b.py", "same", "other"))
    assert "a.py, b.py" in refused(file("a.py", "same"), file("b.py", "same", "other"))
    assert "a.py, a.py" in refused(file("a.py", "same", "same"))


@pytest.mark.parametrize("slow", [{"late": True, "seconds": 10.1}, {"seconds": 10.1}])
def test_should_refuse_slow_code_at_the_top_of_a_file(slow: Json) -> None:
    assert "a.py: the code at its top takes more than 10 s" in refused(file("a.py", **slow))


def test_should_tell_all_problems_at_once() -> None:
    told = refused(file("a.py", "x"), file("b.py", "x"), file("c.py", error="SyntaxError"), file("d.py", late=True))
    assert told.endswith("3 problems, checked with image x.")


def test_should_refuse_a_folder_without_a_dag() -> None:
    assert "No file has a DAG: is FROM the folder" in refused()
    assert "No file has a DAG" in refused(file("a.py"))


def test_should_not_take_another_airflows_word_for_it() -> None:
    assert "image x has Airflow 3.2.2, and 3.3.2 is deployed" in refused(file("a.py", "a"), airflow="3.2.2")


def test_should_say_so_when_no_report_comes() -> None:
    class Silent(Interpreter):
        def run(self, script: str, argument: str, given: bytes) -> bytes:
            return b"a banner of the image"

    with pytest.raises(InterpreterError, match="image x: no report came of the check: b'a banner of the image'"):
        check(TREE, Silent("image x", ()), "3.3.2", 10.0)


def test_should_mention_what_airflow_would_pass_over_in_silence() -> None:
    skipped = [{"file": "typo.py", "error": "SyntaxError: invalid syntax"}, {"file": "forgotten.py", "error": None}]
    notes = check(TREE, parser(file("a.py", "a"), skipped=skipped), "3.3.2", 10.0).notes
    assert [note.partition(":")[0] for note in notes] == ["typo.py", "forgotten.py"]
    assert "no DAG file imports it; SyntaxError" in notes[0]


def test_should_read_files_with_the_options_that_airflow_reads_them_with() -> None:
    config = {"core.dag_discovery_safe_mode": False, "dag_processor.x": 1, "metrics.statsd_on": True}
    found = options_of(config)
    del found["AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH"]
    assert found == {
        "AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor",
        "AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE": "False",
        "AIRFLOW__DAG_PROCESSOR__X": "1",
    }
