"""Questions to a person."""

import sys


def has_terminal() -> bool:
    """Whether somebody can be asked, and sees the question."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def answer_to(question: str) -> str:
    """What a person types; nothing when they end it (Ctrl-C, Ctrl-D)."""
    try:
        return input(question).strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
