"""The page of changes says what the table says."""

from operations.changes.fixed import FIXED
from operations.changes.page import PAGE, tables, with_tables
from settings import AwsEnvironment
from tests.support.transitions import ONE_WAY, REFUSED, settings_of


def test_should_have_an_up_to_date_page_of_changes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == with_tables(written), "run `python -m operations.changes.page`"


def test_should_name_settings_that_there_are() -> None:
    there = set(settings_of(AwsEnvironment))
    assert [name for fixed in FIXED for name in fixed.settings if name not in there] == []


def test_should_tell_every_refusal_that_is_known() -> None:
    assert [setting for setting in (*REFUSED, *ONE_WAY) if f"`{setting}`" not in tables()] == []
