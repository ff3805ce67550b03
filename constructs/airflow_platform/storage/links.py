"""The links between folders of the file system and places in S3."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import CfnTag
from aws_cdk import aws_fsx as fsx
from constructs import Construct

from settings.model.storage import StorageSettings

IMPORTED = ["NEW", "CHANGED", "DELETED"]
EXPORTED = ["NEW", "CHANGED"]
"""Events. What is deleted in a folder stays in S3: a mistake in a task takes nothing away."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A folder, its place in S3, and which way files go."""

    folder: str
    place: str
    imports: bool
    exports: bool


def links_of(settings: StorageSettings, bucket_name: str) -> list[Link]:
    """DAGs arrive, logs leave, and the data sets of the settings."""
    own = f"s3://{bucket_name}/"
    return [
        Link(folder="dags", place=f"{own}dags/", imports=True, exports=False),
        Link(folder="logs", place=f"{own}logs/", imports=False, exports=True),
        *(
            Link(
                folder=link.path,
                place=_folder(link.s3 if link.s3.startswith("s3://") else own + link.s3),
                imports=link.imports,
                exports=link.exports,
            )
            for link in settings.data
        ),
    ]


class Links(Construct):
    """Data repository associations, one direction each unless the settings say both.

    Each begins with a list of what is in S3 already: without it, what was there before the link would never appear, and
    a new file system would begin without its DAGs and its old logs.
    """

    def __init__(self, scope: Construct, construct_id: str, *, file_system_id: str, links: Iterable[Link]) -> None:
        super().__init__(scope, construct_id)
        for link in links:
            fsx.CfnDataRepositoryAssociation(
                self,
                link.folder.replace("/", "--"),
                file_system_id=file_system_id,
                file_system_path=f"/{link.folder}",
                data_repository_path=link.place,
                batch_import_meta_data_on_create=True,
                s3=fsx.CfnDataRepositoryAssociation.S3Property(
                    auto_import_policy=fsx.CfnDataRepositoryAssociation.AutoImportPolicyProperty(events=IMPORTED)
                    if link.imports
                    else None,
                    auto_export_policy=fsx.CfnDataRepositoryAssociation.AutoExportPolicyProperty(events=EXPORTED)
                    if link.exports
                    else None,
                ),
                tags=[CfnTag(key="Name", value=link.folder)],
            )


def _folder(place: str) -> str:
    return place if place.endswith("/") else f"{place}/"
