"""What the API server shows to somebody who has not logged in, and how often one may guess a password."""

import urllib.error
import urllib.request

import pytest

from tests.runtime.client import RefusedError
from tests.runtime.stage import Stage


def status(airflow: Stage, path: str) -> int:
    try:
        with urllib.request.urlopen(airflow.anonymous().url + path, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("app", ["", "/execution", "/auth"])
@pytest.mark.parametrize("page", ["docs", "redoc", "openapi.json"])
def test_should_show_strangers_no_documentation(airflow: Stage, app: str, page: str) -> None:
    assert status(airflow, f"{app}/{page}") == 404


def test_should_show_the_login(airflow: Stage) -> None:
    assert status(airflow, "/auth/login/") == 200
    assert status(airflow, "/api/v2/version") == 200


def test_should_stop_guesses_of_a_password(airflow: Stage) -> None:
    codes = []
    for guess in range(8):
        with pytest.raises(RefusedError) as refusal:
            airflow.anonymous().login("admin", f"guess-{guess}")
        codes.append(refusal.value.code)
    assert codes == [401] * 5 + [429] * 3
