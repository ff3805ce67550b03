"""The tables in the page of changes; `python -m operations.changes.page` writes them into it."""

from operations.cdk import ROOT
from operations.changes.fixed import FIXED, STAYS

PAGE = ROOT / "docs" / "runbooks" / "changes.md"
BEGIN, END = "<!-- tables: written by `python -m operations.changes.page`", "<!-- end of tables -->"


def tables() -> str:
    """What can't be changed and the way that works, and what can't be taken away."""
    fixed = {
        f"| {_names(*each.settings)} | {_sentence(each.reason)} | {_sentence(each.way)} |"
        for each in FIXED
        if each.settings
    }
    stays = [
        f"| {_names(setting)} | {kind} | {_sentence(reason)} |" for kind, (setting, reason) in STAYS.items() if setting
    ]
    return "\n".join(
        [
            "## What can't be changed, and the way that works",
            "",
            "| setting | why | the way |",
            "| --- | --- | --- |",
            *sorted(fixed),
            "",
            "## What can't be taken away",
            "",
            "| setting | what would go | why it stays |",
            "| --- | --- | --- |",
            *sorted(stays),
        ]
    )


def with_tables(page: str) -> str:
    """The page with its tables as they should be. Raises ValueError for a page without the two marks."""
    after_mark = page.index("\n", page.index(BEGIN)) + 1
    return f"{page[:after_mark]}\n{tables()}\n\n{page[page.index(END) :]}"


def _names(*settings: str) -> str:
    return ", ".join(f"`{setting}`" for setting in settings)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
