"""What stands in for container images: folders of programs, and an entry point."""

import os
import pwd
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SYSTEM = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Image:
    """An installed program, and what its image adds to a container."""

    programs: Path
    """Folder of its programs, first on PATH."""
    entry_point: Path
    environment: dict[str, str]
    machine: dict[str, str]
    """Environment that the stand-in needs, with paths of this machine."""
    folders: tuple[str, ...]
    """Folders of the image that a pod's text may name beside its mounts."""
    stop_signal: signal.Signals
    known_user: int | None = None
    """A user of this machine in the place of the manifest's, for programs that refuse one without a name."""


class Images:
    """The images that this machine can stand in for."""

    def __init__(self, folder: Path, airflow: dict[str, Path], postgres: Path) -> None:
        """`airflow` has a virtual environment for each version; `postgres` is an installation, which is copied to
        `folder` because the user of the database must be able to read it."""
        shutil.copytree(HERE / "images", folder / "images")
        shutil.copytree(HERE / "shim", folder / "shim")
        self._entry_points = folder / "images"
        self._airflow = airflow
        self._shim = folder / "shim"
        copied = folder / "postgres" / postgres.parent.name / postgres.name
        shutil.copytree(postgres, copied, symlinks=True)
        shutil.copytree(_libraries(postgres), folder / "postgres" / _libraries(postgres).name, symlinks=True)
        self._postgres = copied / "bin"
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))

    def named(self, reference: str) -> Image:
        """The image of a reference. Raises LookupError for one that this machine has no stand-in for."""
        name, _, tag = reference.rpartition(":")
        if name.endswith("airflow") and tag in self._airflow:
            # USER: the image has an account for uid 50000, this machine has none.
            environment = {"AIRFLOW_HOME": "/opt/airflow", "HOME": "/home/airflow", "USER": "airflow"}
            return Image(
                programs=self._airflow[tag] / "bin",
                entry_point=self._entry_points / "airflow",
                environment=environment,
                machine={"PYTHONPATH": str(self._shim)},
                folders=("/opt/airflow", "/opt/airflow/dags", "/opt/airflow/logs", "/home/airflow"),
                stop_signal=signal.SIGTERM,
            )
        if name.endswith("postgres"):
            return Image(
                programs=self._postgres,
                entry_point=self._entry_points / "postgres",
                environment={"PGDATA": "/var/lib/postgresql/data", "HOME": "/var/lib/postgresql"},
                machine={},
                folders=("/var/lib/postgresql",),
                stop_signal=signal.SIGINT,
                known_user=pwd.getpwnam("nobody").pw_uid,
            )
        raise LookupError(f"no stand-in for the image {reference}")


def _libraries(postgres: Path) -> Path:
    """The libraries that the wheel keeps beside the package; the programs look for them there."""
    return postgres.parent.parent / f"{postgres.parent.name}.libs"


def path_of(image: Image) -> str:
    """PATH of a container of this image."""
    return os.pathsep.join((str(image.programs), SYSTEM))
