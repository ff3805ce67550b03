"""The steps of a rotation, each of which finds where it stands: run again, it goes on."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from k8s.airflow.key_ring import KeyRing
from k8s.airflow.pods import paths
from k8s.local import ALPHABET
from operations.aws import OperationError
from settings.facts.secrets import Secret, secret

SECRETS = {"fernet": "fernet_key", "jwt": "jwt_secret", "api": "api_secret_key", "database": "database"}
"""What people call it -> its key in the table settings.facts.secrets."""

COMMAND_SECONDS = 600
LEEWAY_SECONDS = 30
"""After a token's end: Airflow accepts it ten more ([api_auth] jwt_leeway), and clocks differ."""

TOKENS = (("execution_api", "jwt_expiration_time"), ("scheduler", "task_queued_timeout"))
"""How long the token of a running task is good, which the API server renews before, and that of one that is queued."""

TRIES = 3
"""Of the new encryption, one transaction: a trigger that ends meanwhile is a row that is not there any more."""


class RotationError(OperationError):
    """A rotation can't go on; the text says why."""


class CommandFailedError(RotationError):
    """A command has failed in the pod."""


class Platform(Protocol):
    """Where the secrets are, and the pods that read them."""

    def read(self, row: Secret) -> KeyRing:
        """What pods that start now find."""
        ...

    def write(self, row: Secret, ring: KeyRing) -> None:
        """Change what pods that start now find."""
        ...

    def is_rolled(self, row: Secret) -> bool:
        """Whether the Deployments that read the secret name what is written; True where that is not known."""
        ...

    def roll(self, row: Secret) -> None:
        """Make exactly the pods anew that read it, and wait until none of before is left. Raises RotationError."""
        ...

    def run(self, command: Sequence[str], seconds: float) -> str:
        """The output of a command in the scheduler's container, which has all secrets of this table but one.

        Raises CommandFailedError.
        """
        ...


@dataclass(frozen=True)
class Rotation:
    """Of one secret on one platform."""

    name: str
    """One of SECRETS."""

    platform: Platform
    tell: Callable[[str], None] = print
    sleep: Callable[[float], None] = time.sleep
    token_seconds: int | None = None
    """How long to wait for tokens that are signed with the old key; default what the platform's Airflow says."""

    @property
    def row(self) -> Secret:
        """Of the table of secrets."""
        return secret(SECRETS[self.name])

    @property
    def state(self) -> str:
        """Where it stands, for a person."""
        ring = self.platform.read(self.row)
        if ring.next:
            return "begun: a new value is announced, the old one is used"
        if ring.accepted:
            return "begun: the new value is used, the old one is still accepted"
        return "no rotation is begun" if self.platform.is_rolled(self.row) else "pods have a value of before"

    def run(self) -> None:
        """Do what is left to do. Raises RotationError; whatever was done is a state that works."""
        ring = self.platform.read(self.row)
        if ring.at_rest and not self.platform.is_rolled(self.row):
            self.tell("The secret has a newer value than its pods. That is finished, and no other one made.")
        elif ring.at_rest and self.name == "api":
            self._write(KeyRing(self._generated()), "A new value is written.")
        elif ring.at_rest or ring.next:
            self._write(self._overlapped(ring), "The new value alone is written.")
        else:
            self._write(self._switched(ring), "The new value alone is written.")
        self._roll()
        self.tell(f"Done: {self.row.description} is rotated, and the value of before is good for nothing.")

    def _overlapped(self, ring: KeyRing) -> KeyRing:
        if not ring.next:
            ring = ring.announced(self._generated())
            self._write(ring, "A new value is announced beside the old one, which stays in use.")
        self._roll()
        if self.name == "database":
            self._say(["python", f"{paths.PLATFORM_FILES}/new_password.py"])
            return KeyRing(str(ring.next))
        ring = ring.switched()
        self._write(ring, "The new value is used from now on, the old one is accepted.")
        return self._switched(ring)

    def _switched(self, ring: KeyRing) -> KeyRing:
        self._roll()
        if self.name == "fernet":
            self._encrypt_anew()
        if self.name == "jwt":
            self._outlast_tokens()
        return ring.done()

    def _encrypt_anew(self) -> None:
        for left in reversed(range(TRIES)):
            try:
                self.platform.run(["airflow", "rotate-fernet-key"], COMMAND_SECONDS)
                break
            except CommandFailedError:
                if not left:
                    raise
        self.tell("Connections, variables and triggers are encrypted with the new key.")

    def _outlast_tokens(self) -> None:
        seconds = self.token_seconds
        if seconds is None:
            seconds = max(self._option(*option) for option in TOKENS) + LEEWAY_SECONDS
        self.tell(
            f"Waiting {seconds} s for the last token that the old key has signed (Ctrl-C, and again, begins anew)."
        )
        self.sleep(seconds)

    def _option(self, section: str, option: str) -> int:
        output = self.platform.run(["airflow", "config", "get-value", section, option], COMMAND_SECONDS)
        try:
            return int(float(output.split()[-1]))
        except (IndexError, ValueError) as error:
            raise RotationError(f"Airflow does not tell [{section}] {option}: {output[-200:]!r}") from error

    def _generated(self) -> str:
        return "".join(secrets.choice(ALPHABET) for _ in range(self.row.length))

    def _write(self, ring: KeyRing, told: str) -> None:
        self.platform.write(self.row, ring)
        self.tell(told)

    def _roll(self) -> None:
        self.platform.roll(self.row)
        self.tell("Every pod that reads it has what is written.")

    def _say(self, command: Sequence[str]) -> None:
        self.tell(self.platform.run(command, COMMAND_SECONDS).strip().splitlines()[-1])
