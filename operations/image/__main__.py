"""`python -m operations.image <environment> [--from folder]`: build an image of yours and push it, once."""

import base64
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from operations import cdk
from operations.aws import Clients, OperationError, account_of
from operations.command import parser, run
from operations.deployed import platform_name
from operations.image.docker import build_and_push, logged_in, require_docker
from operations.image.folder import check, content_hash
from settings import AwsEnvironment, facts_of
from settings.images import split

FOLDER = cdk.ROOT / "images" / "airflow"
OUTPUT = "ImageRepository"
"""Of the storage stack (stacks/storage_stack.py)."""

PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}


class NoRepositoryError(OperationError):
    """There is nowhere to push to."""


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    made = parser("make image", "Build an image of yours and push it to the platform's repository.")
    made.add_argument("--from", dest="folder", type=Path, default=FOLDER, help="folder of a Dockerfile (make: FROM=)")
    given = made.parse_args(arguments)
    return run(given.environment, lambda settings, clients: image(settings, clients, given.folder))


def image(settings: AwsEnvironment, clients: Clients, folder: Path) -> int:
    """Build and push what a folder says, unless it was pushed before; prints the line for the environment's file.

    Raises:
        OperationError: there is no repository, no docker, or no image in the folder that the platform could run.
    """
    if not settings.images.repository:
        raise NoRepositoryError("images.repository: must be true, and deployed, for an image to be pushed anywhere")
    check(folder, settings.airflow.version)
    account_of(clients, settings)
    uri = repository(settings, clients("cloudformation"))
    registry, name = split(uri)
    platforms = platforms_of(settings)
    tag = f"{settings.airflow.version}-{content_hash(folder, *platforms)}"
    ecr = clients("ecr")
    digest = digest_of(ecr, name, tag)
    if digest:
        print(f"{uri}:{tag} is there: nothing to build.")
    else:
        require_docker()
        arguments = {"AIRFLOW_VERSION": settings.airflow.version}
        if settings.images.registry_prefix:
            arguments["REGISTRY"] = settings.images.registry_prefix
        with logged_in(registry, *credentials(ecr)):
            build_and_push(folder, tag=f"{uri}:{tag}", platforms=platforms, arguments=arguments)
        digest = digest_of(ecr, name, tag)
        if not digest:
            raise NoRepositoryError(f"docker says that it has pushed {uri}:{tag}, and ECR has no such image")
    print(f"For environments/{settings.name}.yaml, below airflow:\n  image: {uri}@{digest}  # {tag}")
    return 0


def platforms_of(settings: AwsEnvironment) -> list[str]:
    """The platforms of all nodes, as docker calls them: a task's pod may ask for a node of any group."""
    types = (each for group in settings.cluster.node_groups.values() for each in group.instance_types)
    return sorted({PLATFORMS[facts.architecture] for each in types if (facts := facts_of(each))})


def repository(settings: AwsEnvironment, cloudformation: Any) -> str:
    """The URI of the environment's repository.

    Raises:
        NoRepositoryError: it is not deployed.
    """
    stack = f"{platform_name(settings.name)}-storage"
    try:
        [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        found = {}
    for output in found.get("Outputs", ()):
        if output["OutputKey"] == OUTPUT:
            return str(output["OutputValue"])
    raise NoRepositoryError(
        f"{stack} has no repository yet. Before the first deployment: npx cdk deploy StorageStack"
        f" -c environment={settings.name}; later: make deploy ENV={settings.name}"
    )


def digest_of(ecr: Any, name: str, tag: str) -> str | None:
    """The digest of a pushed image; None if there is none."""
    try:
        found = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])["imageDetails"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageNotFoundException":
            raise
        return None
    return str(found[0]["imageDigest"]) if found else None


def credentials(ecr: Any) -> tuple[str, str]:
    """User and password for ECR, of twelve hours."""
    [data] = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
