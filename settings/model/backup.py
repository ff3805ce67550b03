"""Backups beside RDS's and FSx's own, and who can bring the platform up from them."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model.base import AsTuple, Form, KeyArn, Settings, time_of_day

FEWEST_KEEP_DAYS = 7
"""Of backups in a vault; a locked one takes no shorter ones."""


class BackupSettings(Settings):
    """Backups beside those that RDS and FSx make themselves (docs/runbooks/restore.md)."""

    frequency: Literal["daily", "weekly"] | None = None
    """How often AWS Backup copies the database to a vault of its own; 0.095 USD a month and GB of what changed between
    copies. It can't be turned off once it is deployed, since the vault holds backups. Default: RDS's own only."""

    start_time: Annotated[str, time_of_day("05:00")] = "05:00"
    """UTC time of day at which it begins, "HH:MM"; weekly on Sundays."""

    keep_days: Annotated[int, Field(ge=FEWEST_KEEP_DAYS, le=36_500)] = 90
    """Days that each of these copies is kept."""

    lock: Literal["governance", "compliance"] | None = None
    """`governance`: nobody deletes a copy before its time but who may take the lock off. `compliance`: nobody at all,
    AWS neither; it can be taken off for three days after its deployment, and then never."""

    kms_key_arn: KeyArn | None = None
    """A KMS key of yours, in the environment's region, made outside this project. With it a set holds the secrets'
    values, encrypted, and a second snapshot that other accounts can use; it costs 1 USD a month, and the snapshot 0.095
    USD a month and GB. Without it a set is worth nothing where the secrets are gone."""

    accounts: Annotated[
        tuple[Annotated[str, Form(r"[0-9]{12}", "must be twelve digits", 12)], ...], AsTuple, Field(max_length=20)
    ] = ()
    """Accounts, 12 digits in quotes, that the snapshot is shared with; the key's policy must let them use it."""
