"""Every image of an environment: where it comes from, and which setting replaces it."""

from dataclasses import dataclass

from settings import AwsEnvironment, LocalEnvironment
from settings.facts.addons import ADDONS
from settings.images import DOCKER_HUB, pulled_as, split

NODES = "Nodes and their pods' sandbox (pause): of the machine image that EKS keeps for Amazon Linux 2023"


@dataclass(frozen=True)
class Listed:
    """An image that the platform's pods are made of, and that is ours to choose."""

    setting: str
    """What the settings call it by."""

    given: str
    """Its name in the settings."""

    pulled: str
    """Its name in pods."""

    runs: str
    """Which pods."""

    @property
    def copied_from(self) -> str | None:
        """Its name on Docker Hub; None for one of another registry, which nothing stands in for."""
        registry, rest = split(self.given)
        return f"docker.io/{rest}" if registry == DOCKER_HUB else None


def listed(settings: AwsEnvironment | LocalEnvironment) -> list[Listed]:
    """The images of all pods of the platform but the add-ons'."""
    found = [("airflow.image", settings.airflow.image_of_pods, "Airflow: components, Jobs, tasks")]
    if isinstance(settings, LocalEnvironment):
        found.append(("local.database_image", settings.local.database_image, "the database in the cluster"))
    for name, profile in settings.airflow.task_profiles.items():
        if profile.image:
            found.append((f"airflow.task_profiles.{name}.image", profile.image, f"tasks of the profile {name}"))
    return [Listed(setting, given, pulled_as(settings, given), runs) for setting, given, runs in found]


def described(settings: AwsEnvironment | LocalEnvironment) -> str:
    """All images, for a person."""
    lines = []
    for each in listed(settings):
        lines += [each.pulled, f"  {each.runs}", f"  replaced by: {_replaced_by(settings, each)}"]
    if settings.airflow.task_images:
        lines.append("Tasks' pods of other images, as their authors ask; names are taken as they are:")
        lines += [f"  {prefix}…" for prefix in settings.airflow.task_images]
    if isinstance(settings, AwsEnvironment):
        lines.append("Add-ons: EKS chooses their images, from AWS's own ECR of the region; they follow the add-on:")
        pinned = settings.cluster.addons
        lines += [
            f"  {addon.name}  {getattr(pinned, addon.setting).version or 'the default version'}"
            f"  (cluster.addons.{addon.setting}.version)"
            for addon in ADDONS
        ]
        lines.append(f"{NODES}.")
    return "\n".join(lines)


def _replaced_by(settings: AwsEnvironment | LocalEnvironment, image: Listed) -> str:
    if image.copied_from is None:
        return f"{image.setting} (it names its registry, which nothing stands in for)"
    ways = ["images.registry_prefix"]
    if isinstance(settings, AwsEnvironment):
        ways.append("images.pull_through_cache")
    what = image.copied_from if image.pulled == image.given else f"a copy of {image.copied_from}"
    return f"{image.setting}, {' or '.join(ways)} ({what})"


def copies(settings: AwsEnvironment | LocalEnvironment, prefix: str) -> list[str]:
    """A command for each image of Docker Hub, for a shell: copies it, with all architectures and the same digest."""
    return [
        f"crane copy {source} {prefix}/{source.removeprefix('docker.io/')}"
        for each in listed(settings)
        if (source := each.copied_from)
    ]
