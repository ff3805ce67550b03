"""Who can bring the platform up from its backups."""

from typing import Annotated

from pydantic import Field

from settings.model.base import AsTuple, Form, KeyArn, Settings


class BackupSettings(Settings):
    """What `make backup` makes beside what the account keeps anyway (docs/runbooks/restore.md)."""

    kms_key_arn: KeyArn | None = None
    """A KMS key of yours, in the environment's region, made outside this project. With it a set holds the secrets'
    values, encrypted, and a second snapshot that other accounts can use; it costs 1 USD a month, and the snapshot 0.095
    USD a month and GB. Without it a set is worth nothing where the secrets are gone."""

    accounts: Annotated[
        tuple[Annotated[str, Form(r"[0-9]{12}", "must be twelve digits", 12)], ...], AsTuple, Field(max_length=20)
    ] = ()
    """Accounts, 12 digits in quotes, that the snapshot is shared with; the key's policy must let them use it."""
