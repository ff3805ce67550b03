"""`python -m operations.digests <environment>`: the digest of the environment's image, as its registry has it today."""

import argparse
import sys

from operations import cdk
from operations.doctor.image_reference import parse
from operations.doctor.registry import RegistryUnreachableError, manifest
from operations.images.table import listed
from settings import SettingsError, load_environment


def by_digest(name: str, asked: str | None = None) -> str:
    """An image's name with its digest in place of its tag. `asked`: the name of a copy of it, which is asked for.

    Raises:
        RegistryUnreachableError: the registry does not tell, and why.
    """
    image = parse(asked or name)
    if image.reference.startswith("sha256:"):
        return name
    status, headers = manifest(image)
    digest = headers.get("docker-content-digest", "")
    if status != 200 or not digest.startswith("sha256:"):
        raise RegistryUnreachableError(f"{image.registry} answers {status} for {asked or name}, and no digest")
    last = name.rpartition("/")[2]
    return f"{name[: len(name) - len(last)]}{last.partition(':')[0]}@{digest}"


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make digests", description="The digests of an environment's images.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    given = parser.parse_args(arguments)
    try:
        settings = load_environment(given.environment, cdk.ROOT)
        for image in listed(settings):
            # A mirror has what was copied there; a cache answers only who may read in the account.
            asked = image.pulled if settings.images.registry_prefix else None
            print(f"{image.setting}: {by_digest(image.given, asked)}  # {image.given}")
    except (SettingsError, RegistryUnreachableError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
