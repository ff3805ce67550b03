"""Airflow's image: whether its registry has it, and lets it be pulled."""

import json
import re
import urllib.error
import urllib.request
from email.message import Message
from urllib.parse import quote, urlencode

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check
from operations.doctor.context import Context
from operations.doctor.image_reference import Image, parse
from settings import AwsEnvironment
from settings.images import has_cache, pulled_as

SECONDS = 6
MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
FEW_PULLS = 20
"""Fewer than this are soon used up by a few nodes that start."""

CORRECT = "correct airflow.image or airflow.version, or push the image"


class RegistryUnreachableError(Exception):
    """The registry gives no answer; the text says why."""


def image(context: Context) -> Answer:
    """Ask the registry for the image's manifest; not for the image."""
    settings = context.settings
    name = pulled_as(settings, settings.airflow.image_of_pods)
    if has_cache(settings) and name != settings.airflow.image_of_pods:
        return _behind_the_cache(settings)
    found = parse(name)
    if found.ecr:
        return _in_ecr(context, name, found)
    try:
        status, headers = manifest(found)
    except RegistryUnreachableError as error:
        step = "nodes pull it by themselves: what matters is that they reach it, through NAT or endpoints"
        return Answer.warned(f"{found.registry} can't be asked from here: {error}", step)
    if status == 404:
        return Answer.failed(f"{found.registry} has no {name}", CORRECT)
    if status in (401, 403):
        # Registries that hide what they don't show answer the same for an image that is not there.
        step = "make it public, or mirror it to ECR: nodes have no credentials for other registries"
        return Answer.warned(f"{found.registry} does not show {name} without credentials ({status})", step)
    if status == 429:
        return Answer.warned(f"{found.registry}: too many pulls from this address", _mirror())
    if status != 200:
        return Answer.warned(f"{found.registry} answers {status} for {name}", "try again later")
    left = _pulls_left(headers)
    if left is not None and left < FEW_PULLS:
        return Answer.warned(f"{name} is there, but only {left} pulls are left for this address", _mirror())
    return Answer.passed(name if left is None else f"{name}; {left} pulls left for this address")


def _behind_the_cache(settings: AwsEnvironment) -> Answer:
    """ECR has the image only once a node has pulled it: what counts is that Docker Hub has it."""
    name = settings.airflow.image_of_pods
    try:
        status, _ = manifest(parse(name))
    except RegistryUnreachableError as error:
        return Answer.warned(f"Docker Hub can't be asked from here: {error}", "ECR asks it by itself, for the nodes")
    if status == 404:
        return Answer.failed(f"Docker Hub has no {name}", CORRECT)
    if status == 200:
        return Answer.passed(f"{name}, through the cache in ECR")
    return Answer.warned(f"Docker Hub answers {status} for {name}", "ECR asks it with the account of the credential")


def _mirror() -> str:
    ways = "set images.pull_through_cache, or push the image to ECR (docs/how-to/image.md)"
    return f"{ways}: all nodes behind a NAT gateway share its address"


def _pulls_left(headers: Message) -> int | None:
    """Docker Hub's `ratelimit-remaining: 76;w=21600` ("Docker Hub usage and limits", Docker documentation)."""
    found = re.match(r"\d+", headers.get("ratelimit-remaining", ""))
    return int(found[0]) if found else None


def _in_ecr(context: Context, name: str, found: Image) -> Answer:
    assert found.ecr is not None
    account, region = found.ecr
    if region != context.settings.region:
        return Answer.warned(
            f"{name} is in {region}", f"nodes pull it from afar: replicate it to {context.settings.region}"
        )
    key = "imageDigest" if found.reference.startswith("sha256:") else "imageTag"
    try:
        context.client("ecr").describe_images(
            registryId=account, repositoryName=found.repository, imageIds=[{key: found.reference}]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return Answer.failed(f"ECR has no {name}", CORRECT)
        raise
    return Answer.passed(name)


def manifest(found: Image) -> tuple[int, Message]:
    """Status and headers of the manifest, as anybody gets it. Raises RegistryUnreachableError."""
    status, headers = _head(found.manifest_url, None)
    challenge = headers.get("www-authenticate", "")
    if status == 401 and challenge.lower().startswith("bearer "):
        token = _anonymous_token(challenge, found)
        if token:
            status, headers = _head(found.manifest_url, token)
    return status, headers


def _head(url: str, token: str | None) -> tuple[int, Message]:
    headers = {"Accept": MANIFESTS, **({"Authorization": f"Bearer {token}"} if token else {})}
    return _answer(urllib.request.Request(url, headers=headers, method="HEAD"))[:2]  # noqa: S310 http or https


def _answer(request: urllib.request.Request) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read(1_000_000)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, b""
    except (OSError, ValueError) as error:
        raise RegistryUnreachableError(str(error)) from error


def _anonymous_token(challenge: str, found: Image) -> str | None:
    """What a registry gives to everybody ("Token Authentication Specification", CNCF Distribution)."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm = fields.pop("realm", "")
    if not realm.startswith("https://"):
        return None
    fields.setdefault("scope", f"repository:{found.repository}:pull")
    fields.pop("error", None)
    request = urllib.request.Request(f"{realm}?{urlencode(fields, quote_via=quote)}")  # noqa: S310 https
    status, _, body = _answer(request)
    if status != 200:
        return None
    try:
        document = json.loads(body)
        token = document.get("token") or document.get("access_token")
    except (ValueError, AttributeError):
        return None
    return str(token) if token else None


CHECKS = (Check("image", "image", image, ("ecr:DescribeImages",)),)
