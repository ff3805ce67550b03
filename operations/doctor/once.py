"""Answers that several checks need, asked once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Remembers what a question was answered, its error included. Threads that ask meanwhile wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, Future[Any]] = {}

    def ask(self, name: str, question: Callable[[], T]) -> T:
        """The answer to the question of this name. Raises what it raised."""
        with self._lock:
            known = self._answers.get(name)
            answer: Future[T] = known or Future()
            self._answers[name] = answer
        if known is None:
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)
        return answer.result()
