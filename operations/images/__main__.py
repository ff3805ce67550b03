"""`python -m operations.images <environment> [--copy-to registry]`: every image of an environment."""

import argparse
import sys

from pydantic import TypeAdapter, ValidationError

from operations import cdk
from operations.images.table import copies, described
from settings import SettingsError, load_environment
from settings.model.base import RegistryPrefix


def main(arguments: list[str]) -> int:
    """Returns the exit code. Nothing is asked of any registry, and nothing copied."""
    parser = argparse.ArgumentParser(prog="make images", description="Every image of an environment.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    copy_to = "print the commands that copy Docker Hub's images there (make: COPY_TO=)"
    parser.add_argument("--copy-to", metavar="REGISTRY", help=copy_to)
    given = parser.parse_args(arguments)
    try:
        settings = load_environment(given.environment, cdk.ROOT)
        if given.copy_to is None:
            print(described(settings))
        else:
            prefix = TypeAdapter(RegistryPrefix).validate_python(given.copy_to)
            print("\n".join(copies(settings, prefix) or ["# No image of Docker Hub."]))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except ValidationError as error:
        print(f"--copy-to {given.copy_to}: {error.errors()[0]['msg']}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
