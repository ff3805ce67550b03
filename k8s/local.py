"""Bindings of a platform without AWS: the node's own folder, a database in the cluster, secrets made on first use."""

import json
import secrets
import string
from pathlib import Path
from typing import Any

from k8s.bindings import GeneratedSecrets, HostPathVolume, InClusterDatabase, PlatformBindings
from settings import LocalEnvironment
from settings.facts import secrets as facts
from settings.images import pulled_as

ALPHABET = string.ascii_letters + string.digits


def local_bindings(settings: LocalEnvironment, generated: GeneratedSecrets) -> PlatformBindings:
    """The bindings that the charts are rendered with for a plain Kubernetes."""
    return PlatformBindings(
        volume=HostPathVolume(path=settings.local.host_path),
        secrets=generated,
        in_cluster_database=InClusterDatabase(
            image=pulled_as(settings, settings.local.database_image), storage_gib=settings.local.database_storage_gib
        ),
        database_authorities=None,
        task_slots=settings.local.task_slots,
    )


def generate_secrets() -> GeneratedSecrets:
    """New secret values, of letters and digits: anything else is changed when Airflow expands variables in options."""
    return GeneratedSecrets(
        values={
            row.generated_key: "".join(secrets.choice(ALPHABET) for _ in range(row.length)) for row in facts.SECRETS
        }
    )


def kept_secrets(file: Path) -> GeneratedSecrets:
    """The secrets in `file`, which is made, for its owner only, when it does not exist.

    They are kept because Airflow loses every stored connection with its Fernet key, and every session with the others.
    A secret that a later version of the platform has beside them is generated and added.

    Raises:
        ValueError: the file does not hold these secrets.
    """
    generated = generate_secrets().values
    try:
        kept = _checked(json.loads(file.read_text())) if file.exists() else {}
    except ValueError as error:
        raise ValueError(f"{file}: does not hold Airflow's generated secrets; delete it to make new ones") from error
    if generated.keys() - kept.keys():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps({**generated, **kept}, indent=2) + "\n")
    return GeneratedSecrets(values={key: kept.get(key, value) for key, value in generated.items()})


def change_secret(file: Path, generated_key: str, value: str) -> None:
    """Put another value of a secret into `file`: all of it or nothing, for its owner only."""
    kept_secrets(file)  # makes the file, or says what is wrong with it
    kept = {**json.loads(file.read_text()), generated_key: value}
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(kept, indent=2) + "\n")
    beside.replace(file)


def _checked(kept: Any) -> dict[str, str]:
    """What a file holds. Raises ValueError unless it is a mapping of text with every secret that data stands on."""
    if not isinstance(kept, dict) or not all(isinstance(each, str) and each for each in kept.values()):
        raise ValueError("no mapping of names to values")
    if missing := [row.generated_key for row in facts.SECRETS if row.irreplaceable and row.generated_key not in kept]:
        raise ValueError(f"without {', '.join(missing)}")
    return kept
