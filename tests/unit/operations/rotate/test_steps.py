"""The steps of a rotation on a platform that is made up: their order, and that each can be the last for a while."""

from collections.abc import Sequence

import pytest

from k8s.airflow.key_ring import KeyRing
from operations.rotate.steps import SECRETS, CommandFailedError, Rotation, RotationError
from settings.facts.secrets import Secret

OLD = KeyRing("old")


class Stopped(Exception):  # noqa: N818 no error: where a person or a network ends it
    """The command is cut off here."""


class MadeUp:
    """A platform whose pods have what was written when they were rolled last; it stops at the step of a number."""

    def __init__(self, ring: KeyRing = OLD, *, stops_at: int | None = None) -> None:
        self.ring = self.of_pods = ring
        self.known = {ring.used}
        self.steps: list[str] = []
        self.stops_at = stops_at
        self.answers = {"jwt_expiration_time": "600", "task_queued_timeout": "660.0"}
        self.failures = 0

    def _step(self, name: str) -> None:
        if self.stops_at == len(self.steps):
            self.stops_at = None
            raise Stopped(name)
        self.steps.append(name)

    def _shown(self, ring: KeyRing) -> str:
        """Without the generated value."""
        new = {key for key in (ring.used, *ring.accepted, str(ring.next)) if key not in (*self.known, "None")}
        text = str(ring)
        for key in new:
            text = text.replace(key, "new")
        return text

    def read(self, row: Secret) -> KeyRing:
        return self.ring

    def write(self, row: Secret, ring: KeyRing) -> None:
        self._step(self._shown(ring))
        self.ring = ring

    def is_rolled(self, row: Secret) -> bool:
        return self.of_pods == self.ring

    def roll(self, row: Secret) -> None:
        self._step("roll")
        self.of_pods = self.ring

    def run(self, command: Sequence[str], seconds: float) -> str:
        if self.failures:
            self.failures -= 1
            raise CommandFailedError("a row is gone")
        if "get-value" in command:
            return f"a line of a log\n{self.answers[command[-1]]}\n"
        self._step(" ".join(command[-2:]).rpartition("/")[2])
        return "said\n"


def rotation(name: str, platform: MadeUp) -> Rotation:
    return Rotation(name, platform, tell=lambda line: None, sleep=lambda seconds: platform._step(f"wait {seconds:.0f}"))


STEPS = {
    "fernet": ["old,+new", "roll", "new,old", "roll", "airflow rotate-fernet-key", "new", "roll"],
    "jwt": ["old,+new", "roll", "new,old", "roll", "wait 690", "new", "roll"],
    "api": ["new", "roll"],
    "database": ["old,+new", "roll", "new_password.py", "new", "roll"],
}


@pytest.mark.parametrize("name", SECRETS)
def test_should_take_these_steps_in_this_order(name: str) -> None:
    platform = MadeUp()
    rotation(name, platform).run()
    assert platform.steps == STEPS[name]
    assert platform.ring.at_rest and platform.of_pods == platform.ring != OLD
    assert len(platform.ring.used) == rotation(name, platform).row.length


@pytest.mark.parametrize(("name", "cut"), [(name, cut) for name in STEPS for cut in range(len(STEPS[name]))])
def test_should_go_on_where_it_was_cut_off(name: str, cut: int) -> None:
    platform = MadeUp(stops_at=cut)
    with pytest.raises(Stopped):
        rotation(name, platform).run()
    before, done = platform.ring, list(platform.steps)
    platform.steps.clear()
    rotation(name, platform).run()
    assert platform.ring.at_rest and platform.of_pods == platform.ring != OLD
    if before != OLD:
        # No second value is made; the last step may be done again, and pods be waited for, which then are there.
        assert platform.ring.used in (before.used, before.next)
        assert platform.steps in [STEPS[name][len(done) - again :] for again in range(3)]


@pytest.mark.parametrize("name", [name for name in STEPS if name != "api"])
def test_should_never_leave_pods_that_do_not_understand_each_other(name: str) -> None:
    """Whatever is written and whatever pods have at a moment: what one uses, the other accepts."""

    class Watched(MadeUp):
        def _step(self, step: str) -> None:
            super()._step(step)
            ours, theirs = self.ring, self.of_pods
            for one, other in ((ours, theirs), (theirs, ours)):
                known = (other.used, *other.accepted, other.next)
                changed = name == "database" and "new_password.py" in self.steps
                assert one.used in known or one.next in known or changed

    platform = Watched()
    rotation(name, platform).run()
    assert platform.ring.at_rest


def test_should_finish_what_was_changed_by_hand_and_make_no_other_value() -> None:
    platform = MadeUp()
    platform.ring = KeyRing("by hand")
    assert rotation("api", platform).state == "pods have a value of before"
    rotation("api", platform).run()
    assert platform.steps == ["roll"] and platform.ring == KeyRing("by hand")


def test_should_take_over_a_list_that_was_made_by_hand() -> None:
    platform = MadeUp(KeyRing("newer", ("old", "older")))
    assert "the old one is still accepted" in rotation("fernet", platform).state
    rotation("fernet", platform).run()
    assert platform.ring == KeyRing("newer") and "airflow rotate-fernet-key" in platform.steps


def test_should_encrypt_again_when_a_row_goes_meanwhile_and_give_up_at_last() -> None:
    platform = MadeUp()
    platform.failures = 2
    rotation("fernet", platform).run()
    assert platform.ring.at_rest
    platform.failures = 3
    with pytest.raises(CommandFailedError):
        rotation("fernet", platform).run()
    assert len(platform.ring.accepted) == 1, "the old key was dropped, and rows need it"


def test_should_not_drop_a_key_whose_tokens_live_for_nobody_knows_how_long() -> None:
    platform = MadeUp()
    platform.answers["jwt_expiration_time"] = "what"
    with pytest.raises(RotationError, match="does not tell"):
        rotation("jwt", platform).run()
    assert platform.ring.accepted == ("old",)


def test_should_say_where_it_stands() -> None:
    assert rotation("fernet", MadeUp()).state == "no rotation is begun"
    assert "a new value is announced" in rotation("fernet", MadeUp(OLD.announced("new"))).state
