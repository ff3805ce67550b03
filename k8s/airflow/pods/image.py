"""Names of images."""

from collections.abc import Sequence


def image_repository(image: str) -> str:
    """An image's name without tag and digest."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def image_prefixes(image: str, more: Sequence[str]) -> tuple[str, ...]:
    """Beginnings of what a pod of this image may be made of. Any tag of it: at an upgrade the scheduler of the version
    before makes pods until the new one is there."""
    repository = image_repository(image)
    return (f"{repository}:", f"{repository}@", *more)
