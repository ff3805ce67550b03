"""`python -m operations.digests <environment>`: the digest of the environment's image, as its registry has it today."""

import argparse
import sys

from operations import cdk
from operations.doctor.image_reference import parse
from operations.doctor.registry import RegistryUnreachableError, manifest
from settings import AwsEnvironment, LocalEnvironment, SettingsError, load_environment


def images(settings: AwsEnvironment | LocalEnvironment) -> dict[str, str]:
    """Setting -> the image that it means."""
    airflow = settings.airflow
    found = {"airflow.image": airflow.image or f"apache/airflow:{airflow.version}"}
    if isinstance(settings, LocalEnvironment):
        found["local.database_image"] = settings.local.database_image
    return found


def by_digest(name: str) -> str:
    """An image's name with its digest in place of its tag.

    Raises:
        RegistryUnreachableError: the registry does not tell, and why.
    """
    image = parse(name)
    if image.reference.startswith("sha256:"):
        return name
    status, headers = manifest(image)
    digest = headers.get("docker-content-digest", "")
    if status != 200 or not digest.startswith("sha256:"):
        raise RegistryUnreachableError(f"{image.registry} answers {status} for {name}, and no digest")
    last = name.rpartition("/")[2]
    return f"{name[: len(name) - len(last)]}{last.partition(':')[0]}@{digest}"


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make digests", description="The digests of an environment's images.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    given = parser.parse_args(arguments)
    try:
        for setting, image in images(load_environment(given.environment, cdk.ROOT)).items():
            print(f"{setting}: {by_digest(image)}  # {image}")
    except (SettingsError, RegistryUnreachableError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
