"""What a provider of logins says of itself."""

from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from operations.doctor import login
from operations.doctor.check import Answer, Status
from tests.unit.operations.doctor import healthy
from tests.unit.operations.doctor.fake_aws import doctor

METADATA = healthy.METADATA
NOT_FOUND: Any = HTTPError(healthy.ISSUER, 404, "Not Found", None, None)  # type: ignore[arg-type]


def told(monkeypatch: pytest.MonkeyPatch, found: Any) -> Answer:
    def asked(issuer: str) -> Any:
        assert issuer == healthy.ISSUER
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(login, "metadata_of", asked)
    lines, _ = doctor(healthy.settings())
    return lines["login provider"].answer


def test_should_tell_what_to_register_at_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = told(monkeypatch, METADATA)
    assert answer.status == Status.PASS
    assert f"https://{healthy.HOST}/auth/oauth-authorized/oidc" in answer.message


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        ({**METADATA, "issuer": "https://login.example.com/realms/other"}, Status.FAIL, "realms/other"),
        ({**METADATA, "issuer": f"{healthy.ISSUER}/"}, Status.PASS, ""),
        ({**METADATA, "token_endpoint": "http://login.example.com/token"}, Status.FAIL, "token_endpoint"),
        ({key: value for key, value in METADATA.items() if key != "jwks_uri"}, Status.FAIL, "jwks_uri"),
        ({**METADATA, "scopes_supported": ["openid"]}, Status.WARN, "profile, email"),
        ({key: value for key, value in METADATA.items() if key != "scopes_supported"}, Status.PASS, ""),
        (NOT_FOUND, Status.FAIL, "404"),
        (ValueError("Expecting value"), Status.FAIL, "no metadata"),
        (URLError("Name or service not known"), Status.WARN, "not known"),
        (TimeoutError("timed out"), Status.WARN, "timed out"),
    ],
)
def test_should_tell_a_provider_that_is_not_as_the_file_says(
    monkeypatch: pytest.MonkeyPatch, found: Any, status: Status, words: str
) -> None:
    answer = told(monkeypatch, found)
    assert answer.status == status, answer
    assert words in answer.message
    assert bool(answer.next_step) is (status != Status.PASS)


def test_should_ask_no_provider_without_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "metadata_of", lambda issuer: pytest.fail("asked"))
    lines, _ = doctor(healthy.settings(airflow={"login": {}}))
    for name in ("login provider", "client secret"):
        assert lines[name].answer.status == Status.SKIP
