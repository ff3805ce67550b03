"""Images in ECR: those that a destroy deletes, and those that a cache has left."""

from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations.aws import AWS_ERRORS, OperationError, is_missing
from operations.deployed import Resource, platform_name
from operations.destroy.kinds import REPOSITORY

MOST_AT_ONCE = 100
"""Images that a call of BatchDeleteImage takes."""


class NotEmptiedError(OperationError):
    """ECR kept an image, so CloudFormation would keep its repository."""


def empty_repositories(ecr: Any, resources: Iterable[Resource]) -> list[str]:
    """Delete all images in the repositories among the resources; returns a line for each.

    CloudFormation refuses to delete a repository with images in it, as it should while nobody was asked.

    Raises:
        NotEmptiedError: ECR kept an image, and why.
    """
    names = [each.physical_id for each in resources if each.type == REPOSITORY]
    return [f"Images deleted from repository {name}: {_empty(ecr, name)}." for name in names]


def _empty(ecr: Any, repository: str) -> int:
    digests: set[str] = set()
    failures: list[dict[str, Any]] = []
    # Again while there are some: an image of one architecture goes only after the image that it is a part of.
    while found := _digests(ecr, repository):
        deleted = 0
        for first in range(0, len(found), MOST_AT_ONCE):
            ids = [{"imageDigest": digest} for digest in found[first : first + MOST_AT_ONCE]]
            answer = ecr.batch_delete_image(repositoryName=repository, imageIds=ids)
            deleted += len(answer.get("imageIds", ()))
            failures = answer.get("failures", [])
        if not deleted:
            reason = failures[0].get("failureReason", "") if failures else "without a reason"
            raise NotEmptiedError(f"repository {repository}: ECR keeps images ({len(found)}): {reason}")
        digests.update(found)
    return len(digests)


def _digests(ecr: Any, repository: str) -> list[str]:
    """Digests of all images; of those with several tags once. None of a repository that is gone already."""
    pages = ecr.get_paginator("list_images").paginate(repositoryName=repository)
    try:
        return sorted({image["imageDigest"] for page in pages for image in page["imageIds"]})
    except ClientError as error:
        if is_missing(error):
            return []
        raise


def cached_repositories(ecr: Any, environment: str) -> Sequence[str] | None:
    """Repositories that ECR made for a cache of Docker Hub. CloudFormation knows nothing of them. None: ECR does not
    tell."""
    beginning = f"{platform_name(environment)}/"
    try:
        pages = ecr.get_paginator("describe_repositories").paginate()
        names = [repository["repositoryName"] for page in pages for repository in page["repositories"]]
    except AWS_ERRORS:
        return None
    return sorted(name for name in names if name.startswith(beginning))
