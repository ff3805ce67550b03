"""Whether a linked file system may be made anew, what comes back from S3, and what would be lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.aws import Clients
from operations.changes.compare import Templates, settings_of_a_new_file_system
from operations.changes.links import FILE_SYSTEM, LINK, is_linked
from operations.deployed import KEPT, DeployedStack, Resource, templates_of
from operations.exports import Exporting, broken_links, exporting
from settings import Violation

KEY = "AWS::KMS::Key"


@dataclass(frozen=True)
class Replacement:
    """A deployment that makes the file system anew."""

    stack: DeployedStack
    """That it is in."""

    wanted: Mapping[str, Any]
    """The template of the same stack."""

    changes: Sequence[Violation]
    """What brings it about."""

    @classmethod
    def of(cls, stacks: Sequence[DeployedStack], wanted: Templates) -> "Replacement | None":
        """None where nothing is replaced."""
        changes = settings_of_a_new_file_system(templates_of(stacks), wanted)
        holding = [each for each in stacks if any(r.type == FILE_SYSTEM for r in each.resources)]
        return cls(holding[0], wanted[holding[0].name], changes) if changes and holding else None

    @property
    def file_system(self) -> Resource:
        """The deployed one."""
        return next(each for each in self.stack.resources if each.type == FILE_SYSTEM)

    @property
    def leaving(self) -> list[Exporting]:
        """The file system, if anything leaves from it."""
        return exporting([self.stack])

    @property
    def keeps_the_old_one(self) -> bool:
        """Whether CloudFormation leaves the file system that is replaced."""
        return self._policies["UpdateReplacePolicy"][1] in KEPT

    @property
    def _policies(self) -> dict[str, tuple[str, str]]:
        """Policy -> deployed and wanted, of the file system."""
        name = self.file_system.logical_id
        both = [template["Resources"][name] for template in (self.stack.template, self.wanted)]
        kinds = ("DeletionPolicy", "UpdateReplacePolicy")
        return {kind: (both[0].get(kind, "Delete"), both[1].get(kind, "Delete")) for kind in kinds}

    def problems(self, clients: Clients, *, look_at_links: bool) -> list[str]:
        """Why it must not begin. Raises what AWS's client raises."""
        found = []
        if not (is_linked(self.stack.template) and is_linked(self.wanted)):
            found.append(
                "storage.s3.enabled: must be true in what is deployed and in the file: what is in the file system is"
                " nowhere else. The way: link it first, with the other settings set back"
            )
        if any(deployed != wanted for deployed, wanted in self._policies.values()):
            found.append("retain_data: can't be changed together with the file system. The way: deploy that first")
        if key := self._lost_key():
            found.append(
                f"storage.customer_managed_key: key {key} would be deleted, and what is in the bucket is encrypted with"
                " it. The way: deploy retain_data: true first, which keeps the key"
            )
        if look_at_links:
            found += [
                f"link {each}: what was written there may not be in S3. The way: mend it (make doctor); or give it up"
                " (EXPORT_MINUTES=0)"
                for each in broken_links(clients("fsx"), self.stack, self.file_system.physical_id)
            ]
        return found

    def _lost_key(self) -> str | None:
        kept = self.wanted["Resources"]
        for each in self.stack.resources:
            if each.type == KEY and each.logical_id not in kept and not each.is_kept:
                return each.physical_id
        return None

    def described(self) -> str:
        """For a person: what changes, what comes back, what is lost."""
        links = [each["Properties"] for each in self.wanted["Resources"].values() if each["Type"] == LINK]
        folders = ", ".join(sorted(str(link["FileSystemPath"]) for link in links))
        old = self.file_system.physical_id
        if self.keeps_the_old_one:
            rest = f"stays on {old}, which CloudFormation leaves, without its links; it costs money until you delete it"
        else:
            rest = f"is LOST: {old} is deleted"
        return "\n".join(
            [
                "These settings make a new file system:",
                *(f"  {change.path}" for change in self.changes),
                f"Comes back from S3, each file when it is first read: {folders}.",
                f"Everything else on the file system {rest}.",
                "Airflow is removed first and comes back with the new file system: running tasks end, pages are away.",
            ]
        )
