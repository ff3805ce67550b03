"""Rules on DAG bundles: a DAG file belongs to one of them, and each has one source."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from settings.model.dag_bundles import DagBundleSettings
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation

Environment = AwsEnvironment | LocalEnvironment
BUNDLES = "airflow.dag_bundles"

TAKEN = (
    "/opt/airflow/airflow.cfg", "/opt/airflow/bundles", "/opt/airflow/config", "/opt/airflow/dags",
    "/opt/airflow/data", "/opt/airflow/login", "/opt/airflow/logs", "/opt/airflow/platform", "/opt/airflow/plugins",
    "/opt/airflow/pod-template", "/opt/airflow/schema", "/opt/airflow/secrets",
    "/dev", "/proc", "/run", "/sys", "/tmp", "/var/run",  # noqa: S108
)  # fmt: skip
"""Paths of Airflow's pods that hold something else than what the image has there (k8s/airflow/pods/paths.py)."""


def each_bundle_has_one_source(environment: Environment) -> Iterator[Violation]:
    """With two, the other one would be forgotten in silence."""
    for name, bundle in environment.airflow.dag_bundles.items():
        named = [source for source in ("folder", "git", "image") if getattr(bundle, source) is not None]
        if len(named) != 1:
            rule = "must have exactly one of folder, git and image"
            yield Violation(f"{BUNDLES}.{name}", rule, " and ".join(named) or "none of them")


def bundles_do_not_overlap(environment: Environment) -> Iterator[Violation]:
    """Two bundles with the same DAG would take it from each other, at each parse."""
    found: list[tuple[str, tuple[str, PurePosixPath]]] = []
    for name, bundle in environment.airflow.dag_bundles.items():
        for source in _sources(bundle):
            for other, earlier in found:
                if earlier[0] == source[0] and _overlap(earlier[1], source[1]):
                    rule = f"must have no DAG file of {BUNDLES}.{other}: one holds the other"
                    yield Violation(f"{BUNDLES}.{name}", rule, str(source[1]))
            found.append((name, source))


def image_paths_are_the_images(environment: Environment) -> Iterator[Violation]:
    """What is mounted there hides what the image has."""
    for name, bundle in environment.airflow.dag_bundles.items():
        path = PurePosixPath(bundle.image or "/home/airflow")
        if taken := next((each for each in TAKEN if _overlap(PurePosixPath(each), path)), None):
            rule = f"must neither hold nor lie in {taken}, where pods have something else than the image"
            yield Violation(f"{BUNDLES}.{name}.image", rule, str(bundle.image))


def git_sync_has_a_way_out(environment: Environment) -> Iterator[Violation]:
    """A repository that nothing may connect to is never fetched."""
    if environment.airflow.git_bundles and not environment.airflow.git_sync.egress_cidrs:
        yield Violation("airflow.git_sync.egress_cidrs", "must name the networks of the Git hosts", [])


def keys_decrypt_a_credential(environment: AwsEnvironment) -> Iterator[Violation]:
    """Without a secret there is nothing to decrypt; another region's key encrypts no secret of this one."""
    for name, git in environment.airflow.git_bundles.items():
        path, arn = f"{BUNDLES}.{name}.git.credential_kms_key_arn", git.credential_kms_key_arn
        if arn is not None and git.credential is None:
            yield Violation(path, "must be left out without credential", arn)
        elif arn is not None and arn.split(":")[3] != environment.region:
            yield Violation(path, f"must be a key in {environment.region}, where the secret is", arn)


def credentials_are_kubernetes_secrets(environment: LocalEnvironment) -> Iterator[Violation]:
    """Names of Kubernetes objects, and no keys of AWS."""
    for name, git in environment.airflow.git_bundles.items():
        path = f"{BUNDLES}.{name}.git"
        if git.credential is not None and not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", git.credential):
            rule = "must be the name of a Kubernetes Secret: at most 63 small letters, digits and inner hyphens"
            yield Violation(f"{path}.credential", rule, git.credential)
        if git.credential_kms_key_arn is not None:
            rule = "must be left out: there is no KMS without AWS"
            yield Violation(f"{path}.credential_kms_key_arn", rule, git.credential_kms_key_arn)


def _sources(bundle: DagBundleSettings) -> Iterator[tuple[str, PurePosixPath]]:
    """What two bundles must have in common to overlap, and the path below it."""
    if bundle.folder is not None:
        yield "folder", PurePosixPath(bundle.folder)
    if bundle.image is not None:
        yield "image", PurePosixPath(bundle.image)
    if bundle.git is not None:
        url = bundle.git.url.rstrip("/").removesuffix(".git").lower()
        yield f"{url} {bundle.git.tracking_ref}", PurePosixPath(bundle.git.subdir or ".")


def _overlap(one: PurePosixPath, other: PurePosixPath) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
