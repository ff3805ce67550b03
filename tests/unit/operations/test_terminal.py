"""Questions to a person."""

import pytest

from operations import terminal


@pytest.mark.parametrize("ended_with", [EOFError, KeyboardInterrupt])
def test_should_take_an_ended_question_for_no(monkeypatch: pytest.MonkeyPatch, ended_with: type[BaseException]) -> None:
    def end(question: str) -> str:
        raise ended_with

    monkeypatch.setattr("builtins.input", end)
    assert terminal.answer_to("Sure?") == ""


def test_should_take_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: " dev ")
    assert terminal.answer_to("Name?") == "dev"


@pytest.mark.parametrize(
    ("stdin", "stdout", "asks"), [(True, True, True), (True, False, False), (False, True, False), (False, False, False)]
)
def test_should_ask_only_who_sees_the_question_and_can_answer(
    monkeypatch: pytest.MonkeyPatch, stdin: bool, stdout: bool, asks: bool
) -> None:
    monkeypatch.setattr(terminal.sys.stdin, "isatty", lambda: stdin, raising=False)
    monkeypatch.setattr(terminal.sys.stdout, "isatty", lambda: stdout, raising=False)
    assert terminal.has_terminal() is asks
