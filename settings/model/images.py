"""Where nodes pull the platform's images from."""

from typing import Annotated

from settings.model.base import Form, RegistryPrefix, Settings


class PullThroughCacheSettings(Settings):
    """A cache of Docker Hub in the account's ECR, so that no node depends on Docker Hub's limits.

    ECR pulls what a node asks for first, with an account of Docker Hub's, and keeps it in repositories named after the
    environment, for 0.10 USD a month and GB. Each of its names carries the account, so `account` must be set.
    """

    docker_hub_credential_arn: (
        Annotated[
            str,
            Form(
                r"arn:aws:secretsmanager:[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]:[0-9]{12}"
                r":secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+",
                "must be the ARN of a secret of Secrets Manager whose name begins with ecr-pullthroughcache/",
                512,
            ),
        ]
        | None
    ) = None
    """ARN of the secret with `username` and `accessToken` of a Docker Hub account, made by hand, in the environment's
    account and region; default: no cache."""


class ImagesSettings(Settings):
    """Where images come from, on any Kubernetes."""

    registry_prefix: RegistryPrefix | None = None
    """Registry, and a folder of it, that holds copies of what the platform takes from Docker Hub, such as
    `registry.example.com/mirror`. It stands for Docker Hub in every image's name that names no other registry; default:
    Docker Hub itself."""


class AwsImagesSettings(ImagesSettings):
    """Where images come from, and where yours go to."""

    repository: bool = False
    """Make an ECR repository for images of yours, which `make image` fills: scanned when pushed, tags never move (0.10
    USD a month and GB). It can't be turned off once it is deployed: pods may run what is in it."""

    pull_through_cache: PullThroughCacheSettings = PullThroughCacheSettings()
