"""A registry that has the image, names that lead somewhere, a provider of logins, and no other network."""

from email.message import Message

import pytest

from operations.doctor import door, login, registry
from tests.unit.operations.doctor.healthy import METADATA


def answered(status: int, **headers: str) -> tuple[int, Message]:
    """A registry's answer; `_` in a header's name stands for `-`."""
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return status, message


@pytest.fixture(autouse=True)
def a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_head", lambda url, token: answered(200, ratelimit_remaining="100;w=21600"))


@pytest.fixture(autouse=True)
def names_that_lead_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "addresses_of", lambda name: {"203.0.113.5"})


@pytest.fixture(autouse=True)
def a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "metadata_of", lambda issuer: METADATA)
