"""A Git bundle whose versions scripts/git_sync/git_sync.py has put on the shared file system: a folder for each commit.

Nothing here asks a network, runs Git, takes a lock or writes: the folders never change once they are there, and are
mounted read-only. So any number of pods starts on a version for what it takes to open a folder.
"""

# mypy: disable-error-code="import-not-found,misc,no-untyped-call,no-untyped-def"
from pathlib import Path

from airflow.dag_processing.bundles import base


class GitFolders(base.BaseDagBundle):
    """The commit that is current, or the one that is asked for.

    :param folder: of the bundle on the shared file system
    :param subdir: of the repository that holds the DAGs
    """

    supports_versioning = True

    def __init__(self, *, folder: str, subdir: str = "", **kwargs):
        super().__init__(**kwargs)
        self._folder, self._subdir = Path(folder), subdir
        self._tracked: str | None = None

    def initialize(self):
        """Find the version. Raises RuntimeError if it is not there: no task starts on another one."""
        if self.version is None:
            self.refresh()
        if not self.path.is_dir():
            raise RuntimeError(
                f"Bundle {self.name}: version {self._version} is not in {self._folder}. It was removed "
                "(airflow.git_sync.keep_days), or git-sync has not brought it yet. A run starts on the newest version "
                "when it is cleared with that option."
            )
        super().initialize()

    def refresh(self):
        """See which version is current. One that is asked for stays."""
        if self.version is None:
            try:
                self._tracked = (self._folder / "current").read_text().strip()
            except FileNotFoundError:
                raise RuntimeError(
                    f"Bundle {self.name} has no version yet: see the log of deployment/airflow-git-sync"
                ) from None

    def get_current_version(self):
        """The commit whose files `path` has: what `current` said when it was last asked, not what it says by now."""
        if self._version is None:
            self.refresh()
        # Airflow 3.3 wants an object where 3.2 has a text.
        return base.BundleVersion(self._version) if hasattr(base, "BundleVersion") else self._version

    @property
    def path(self):
        """The commit's folder, or what is below it."""
        return self._folder / "versions" / (self._version or "none") / self._subdir

    @property
    def _version(self):
        return self.version or self._tracked
