"""Where an image is: registry, repository, and tag or digest."""

import re
from dataclasses import dataclass

from settings.images import DOCKER_HUB, split

_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")


@dataclass(frozen=True)
class Image:
    """A container image, as a registry's API names it."""

    registry: str
    repository: str
    reference: str
    """A digest, or else a tag."""

    @property
    def on_docker_hub(self) -> bool:
        """Whether pulls are limited by address."""
        return self.registry == DOCKER_HUB

    @property
    def ecr(self) -> "tuple[str, str] | None":
        """Account and region of a private registry of AWS."""
        found = _ECR.fullmatch(self.registry)
        return (found["account"], found["region"]) if found else None

    @property
    def manifest_url(self) -> str:
        """Of its manifest. Only a registry on this machine speaks without TLS, as container runtimes have it."""
        host = self.registry.partition(":")[0]
        scheme = "http" if host == "localhost" or host.startswith("127.") else "https"
        return f"{scheme}://{self.registry}/v2/{self.repository}/manifests/{self.reference}"


def parse(name: str) -> Image:
    """An image's name, as a pod has it. Without a registry it is Docker Hub's, without a tag `latest`."""
    registry, rest = split(name)
    rest, _, digest = rest.partition("@")
    repository, _, tag = rest.partition(":")
    return Image(registry, repository, digest or tag or "latest")
