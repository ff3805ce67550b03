"""Reads of the Kubernetes API, with a token that AWS signs; nothing else is asked of it."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from botocore.signers import RequestSigner

Json = dict[str, Any]
SECONDS = 8
TOKEN_SECONDS = 60


class KubernetesUnreachableError(Exception):
    """The API does not answer, or not these credentials; the text says which."""


class KubernetesReader:
    """GET requests to one cluster."""

    def __init__(self, endpoint: str, certificate_authority: str, token: str) -> None:
        """`certificate_authority`: the certificates in PEM that the server's is checked against."""
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._certificate_authority = certificate_authority
        self._context = ssl.create_default_context(cadata=certificate_authority)

    @classmethod
    def of_cluster(cls, cluster: Json, session: Any, sts: Any) -> "KubernetesReader":
        """A reader of an EKS cluster (DescribeCluster). Raises KubernetesUnreachableError without an endpoint."""
        endpoint, authority = cluster.get("endpoint"), (cluster.get("certificateAuthority") or {}).get("data")
        if not endpoint or not authority:
            raise KubernetesUnreachableError("the cluster has no endpoint yet")
        try:
            return cls(endpoint, base64.b64decode(authority).decode(), token(cluster["name"], session, sts))
        except (ValueError, ssl.SSLError) as error:
            raise KubernetesUnreachableError(f"the cluster's certificate can't be read: {error}") from error

    def get(self, path: str) -> Json:
        """The document at a path. Raises KubernetesUnreachableError."""
        request = urllib.request.Request(  # noqa: S310 the endpoint is EKS's
            f"{self._endpoint}{path}", headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS, context=self._context) as answer:  # noqa: S310
                document: Json = json.load(answer)
                return document
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                raise KubernetesUnreachableError(f"these credentials may not read {path} ({error.code})") from error
            raise KubernetesUnreachableError(f"{path} is answered with {error.code}") from error
        except (OSError, ValueError) as error:
            raise KubernetesUnreachableError(f"no answer from {self._endpoint}: {error}") from error

    def kubeconfig(self) -> Json:
        """What kubectl needs to ask the same cluster as the same principal; the token is in it."""
        authority = base64.b64encode(self._certificate_authority.encode()).decode()
        cluster = {"server": self._endpoint, "certificate-authority-data": authority}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "cluster", "cluster": cluster}],
            "users": [{"name": "user", "user": {"token": self._token}}],
            "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user"}}],
            "current-context": "context",
        }

    def items(self, path: str) -> list[Json]:
        """The objects of a list. Raises KubernetesUnreachableError."""
        found: list[Json] = self.get(path).get("items") or []
        return found


def token(cluster_name: str, session: Any, sts: Any) -> str:
    """A bearer token that EKS accepts: a presigned GetCallerIdentity that names the cluster. It is signed here, not
    asked for.

    Source: aws-iam-authenticator, "API Authorization from Outside a Cluster".
    """
    region = sts.meta.region_name
    service = sts.meta.service_model.service_id
    signer = RequestSigner(service, region, "sts", "v4", session.get_credentials(), session.events)
    url = signer.generate_presigned_url(
        {
            "method": "GET",
            "url": f"{sts.meta.endpoint_url.rstrip('/')}/?Action=GetCallerIdentity&Version=2011-06-15",
            "body": {},
            "headers": {"x-k8s-aws-id": cluster_name},
            "context": {},
        },
        region_name=region,
        expires_in=TOKEN_SECONDS,
        operation_name="",
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
