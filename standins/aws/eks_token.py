"""Whether a bearer token is what EKS accepts: a presigned GetCallerIdentity that names the cluster.

Source: aws-iam-authenticator, "API Authorization from Outside a Cluster". The signature itself is not checked.
"""

import base64
from urllib.parse import parse_qs, urlsplit

from standins.kubernetes_api.rbac import ADMIN, User

PREFIX = "k8s-aws-v1."
MAXIMUM_SECONDS = 900


def administrator(token: str) -> User | None:
    """Everybody with a well-formed token: who has an access entry is the emulator's to check."""
    return ADMIN if is_well_formed(token) else None


def is_well_formed(token: str) -> bool:
    """Signed for STS, for at most 15 minutes, with the cluster's name among the signed headers."""
    if not token.startswith(PREFIX):
        return False
    encoded = token.removeprefix(PREFIX)
    if "=" in encoded:
        return False
    url = urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    return (
        query.get("Action") == "GetCallerIdentity"
        and "/sts/aws4_request" in query.get("X-Amz-Credential", "")
        and "x-k8s-aws-id" in query.get("X-Amz-SignedHeaders", "").split(";")
        and 0 < int(query.get("X-Amz-Expires", 0)) <= MAXIMUM_SECONDS
    )
