"""Tests have environments of their own."""

import pytest

from tests.support.environments import TESTS, environment_file


def test_should_read_no_file_in_environments() -> None:
    with pytest.raises(AssertionError, match=r"test_should_read_no_file_in_environments .* tests/environments/$"):
        (TESTS.parent / "environments" / "anything.yaml").read_text()
    assert environment_file("dev").read_text()
