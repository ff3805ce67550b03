"""Until when the versions of the environment file are supported."""

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from settings.support import Notice, support_notices


def end_of_support(context: Context) -> Answer:
    """What `make synth` says of the versions today: refused, soon refused, or fine."""
    notices = support_notices(context.settings, context.now.date())
    answers = [answer for notice in notices if (answer := _answer(notice))]
    notes = [_text(notice) for notice in notices if notice.level == "note"]
    return worst(answers, Answer.passed("; ".join(notes) or "every version for at least 60 days"))


def _answer(notice: Notice) -> Answer | None:
    step = f"docs/runbooks/upgrade.md; {notice.violation.path} of the environment file"
    if notice.level == "refused":
        return Answer.failed(_text(notice), step)
    return Answer.warned(_text(notice), step) if notice.level == "warning" else None


def _text(notice: Notice) -> str:
    return " ".join(str(notice.violation).split())


CHECKS = (Check("versions", "end of support", end_of_support, ()),)
"""It asks AWS nothing: the dates are in the settings."""
