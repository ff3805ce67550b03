"""What an environment's images are called where its nodes pull them.

A name that names no registry, or Docker Hub by its name, is Docker Hub's: there `images.registry_prefix` or the cache
stands for Docker Hub. A name with any other registry is taken as it is.
"""

from settings.model.airflow import AirflowSettings
from settings.model.environment import AwsEnvironment, LocalEnvironment

DOCKER_HUB = "registry-1.docker.io"
"""Where Docker Hub answers; in names it is `docker.io`, or left out."""

_OF_DOCKER_HUB = ("docker.io", "index.docker.io", DOCKER_HUB)


def split(name: str) -> tuple[str, str]:
    """Registry, and what follows it, of an image's name as a pod has it. Docker Hub's own images are in `library/`."""
    first, slash, others = name.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    registry, rest = (first, others) if named else (DOCKER_HUB, name)
    if registry not in _OF_DOCKER_HUB:
        return registry, rest
    return DOCKER_HUB, rest if "/" in rest else f"library/{rest}"


def cache_prefix(environment: AwsEnvironment) -> str:
    """What the cache's repositories begin with. At most 28 characters; ECR takes 30."""
    return f"airflow-{environment.name}"


def has_cache(environment: AwsEnvironment | LocalEnvironment) -> bool:
    """Whether ECR stands between the nodes and Docker Hub."""
    if not isinstance(environment, AwsEnvironment):
        return False
    return environment.images.pull_through_cache.docker_hub_credential_arn is not None


def in_place_of_docker_hub(environment: AwsEnvironment | LocalEnvironment) -> str | None:
    """What nodes pull Docker Hub's images from, without a slash at the end; None: Docker Hub."""
    if isinstance(environment, AwsEnvironment) and has_cache(environment):
        registry = f"{environment.account}.dkr.ecr.{environment.region}.amazonaws.com"
        return f"{registry}/{cache_prefix(environment)}"
    return environment.images.registry_prefix


def pulled_as(environment: AwsEnvironment | LocalEnvironment, name: str) -> str:
    """The name that a pod has for an image which the settings call `name`."""
    registry, rest = split(name)
    stands_in = in_place_of_docker_hub(environment)
    return f"{stands_in}/{rest}" if stands_in and registry == DOCKER_HUB else name


def airflow_as_pulled(environment: AwsEnvironment | LocalEnvironment) -> AirflowSettings:
    """Airflow's settings as the charts take them: with its address, and the names of the images that nodes pull."""
    airflow = environment.airflow_as_reached
    profiles = {
        name: profile.model_copy(update={"image": pulled_as(environment, profile.image)}) if profile.image else profile
        for name, profile in airflow.task_profiles.items()
    }
    image = pulled_as(environment, airflow.image_of_pods)
    return airflow.model_copy(update={"image": image, "task_profiles": profiles})
