"""The forms that a secret goes through while it changes, and what the pods' own scripts make of each."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from k8s.airflow.key_ring import KeyRing
from settings.facts.secrets import SECRETS, secret

SCRIPT = Path(__file__).resolve().parents[3] / "k8s" / "airflow" / "scripts" / "read_secret.py"
OLD, NEW = "o" * 43, "n" * 43
REST = KeyRing(OLD)
ANNOUNCED = REST.announced(NEW)
SWITCHED = ANNOUNCED.switched()
DONE = SWITCHED.done()
FORMS = {"rest": REST, "announced": ANNOUNCED, "switched": SWITCHED, "done": DONE}
DATABASE = json.dumps({"username": "airflow", "password": OLD, "host": "h", "port": 5432, "dbname": "d", "engine": "e"})


def read(file: str, name: str, ring: KeyRing, folder: Path) -> str:
    """What Airflow gets of a file with these keys."""
    (folder / file).write_text(str(ring))
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, name],
        env={"AIRFLOW_SECRETS_DIRECTORY": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("form", FORMS)
def test_should_be_the_same_when_it_is_read_again(form: str) -> None:
    assert KeyRing.parse(str(FORMS[form])) == FORMS[form]


def test_should_be_at_rest_at_the_beginning_and_at_the_end_only() -> None:
    assert [name for name, ring in FORMS.items() if ring.at_rest] == ["rest", "done"]


@pytest.mark.parametrize(
    ("form", "keys"), [("rest", [OLD]), ("announced", [OLD, NEW]), ("switched", [NEW, OLD]), ("done", [NEW])]
)
def test_should_encrypt_with_the_key_in_use_and_read_with_all(form: str, keys: list[str], tmp_path: Path) -> None:
    row = secret("fernet_key")
    found = read(row.file, str(row.read_as or row.file), FORMS[form], tmp_path)
    assert found == ",".join(f"{key}=" for key in keys)


@pytest.mark.parametrize(("form", "key"), [("rest", OLD), ("announced", OLD), ("switched", NEW), ("done", NEW)])
def test_should_sign_with_the_key_in_use_alone(form: str, key: str, tmp_path: Path) -> None:
    row = secret("jwt_secret")
    assert read(row.file, str(row.read_as), FORMS[form], tmp_path) == key


def test_should_let_neighbouring_forms_live_side_by_side(tmp_path: Path) -> None:
    """Pods are made anew one by one: what one encrypts or signs, the others read."""
    row, rings = secret("fernet_key"), list(FORMS.values())
    for before, after in pairwise(rings):
        one, other = (
            read(row.file, str(row.read_as or row.file), ring, tmp_path).split(",") for ring in (before, after)
        )
        # From the form in which both are read on, nothing is left of the old key when it goes: it is encrypted anew.
        assert one[0] in other or before is SWITCHED
        assert other[0] in one


def test_should_keep_what_else_rds_has_written() -> None:
    announced = json.loads(ANNOUNCED.in_database(DATABASE))
    assert announced == {**json.loads(DATABASE), "next_password": NEW}
    assert KeyRing.of_database(json.dumps(announced)) == ANNOUNCED
    # What CloudFormation resolves as the master's password is always the one that the database takes.
    assert json.loads(DONE.in_database(json.dumps(announced))) == {**json.loads(DATABASE), "password": NEW}


def test_should_tell_no_key() -> None:
    for ring in FORMS.values():
        assert OLD not in repr(ring) and NEW not in repr(ring)


def test_should_find_no_sign_of_its_own_in_a_generated_key() -> None:
    # Letters and digits, by `exclude_punctuation` and k8s.local: a comma or a plus would be two keys.
    from k8s.local import generate_secrets

    values = generate_secrets().values
    assert all(KeyRing.parse(values[row.generated_key]) == KeyRing(values[row.generated_key]) for row in SECRETS)
