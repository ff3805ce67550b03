"""Bindings of a platform without AWS: the node's own folder, a database in the cluster, secrets made on first use."""

import json
import secrets
import string
from dataclasses import asdict
from pathlib import Path

from k8s.bindings import GeneratedSecrets, HostPathVolume, InClusterDatabase, PlatformBindings
from settings import LocalEnvironment

ALPHABET = string.ascii_letters + string.digits


def local_bindings(settings: LocalEnvironment, generated: GeneratedSecrets) -> PlatformBindings:
    """The bindings that the charts are rendered with for a plain Kubernetes."""
    return PlatformBindings(
        volume=HostPathVolume(path=settings.local.host_path),
        secrets=generated,
        in_cluster_database=InClusterDatabase(
            image=settings.local.database_image, storage_gib=settings.local.database_storage_gib
        ),
        task_slots=settings.local.task_slots,
    )


def generate_secrets() -> GeneratedSecrets:
    """New secret values, of letters and digits: anything else is changed when Airflow expands variables in options."""
    lengths = {"fernet_key": 43}  # 32 bytes in base64url without the padding
    return GeneratedSecrets(
        **{
            name: "".join(secrets.choice(ALPHABET) for _ in range(lengths.get(name, 40)))
            for name in GeneratedSecrets.__annotations__
        }
    )


def kept_secrets(file: Path) -> GeneratedSecrets:
    """The secrets in `file`, which is made, for its owner only, when it does not exist.

    They are kept because Airflow loses every stored connection with its Fernet key, and every session with the others.

    Raises:
        ValueError: the file does not hold these secrets.
    """
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(generate_secrets()), indent=2) + "\n")
    try:
        return GeneratedSecrets(**json.loads(file.read_text()))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{file}: does not hold Airflow's generated secrets; delete it to make new ones") from error
