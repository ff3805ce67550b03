"""Credentials for one EKS cluster: a kubeconfig with a token that AWS signs."""

import base64
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from airflow_platform.handlers.limits import TOKEN_SECONDS
from airflow_platform.handlers.response import Json

_kubeconfig: tuple[float, Path] | None = None


def kubeconfig_file() -> Path:
    """A kubeconfig for the cluster, with a token that is at most a few minutes old."""
    global _kubeconfig
    now = time.monotonic()
    if _kubeconfig is None or now - _kubeconfig[0] > TOKEN_SECONDS:
        path = _kubeconfig[1] if _kubeconfig else Path(tempfile.mkdtemp()) / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(kubeconfig(os.environ, token(os.environ["CLUSTER_NAME"]))))
        _kubeconfig = (now, path)
    return _kubeconfig[1]


def kubeconfig(environment: Mapping[str, str], bearer: str) -> Json:
    """A kubeconfig (JSON is YAML) from the function's environment."""
    cluster: Json = {"server": environment["CLUSTER_ENDPOINT"]}
    if environment.get("CLUSTER_CERTIFICATE"):
        cluster["certificate-authority-data"] = environment["CLUSTER_CERTIFICATE"]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "eks", "cluster": cluster}],
        "users": [{"name": "function", "user": {"token": bearer}}],
        "contexts": [{"name": "eks", "context": {"cluster": "eks", "user": "function", "namespace": "default"}}],
        "current-context": "eks",
    }


def token(cluster_name: str) -> str:
    """A bearer token that EKS accepts: a presigned GetCallerIdentity that names the cluster.

    Source: aws-iam-authenticator, "API Authorization from Outside a Cluster".
    """
    import boto3
    from botocore.signers import RequestSigner

    session = boto3.session.Session()
    sts = session.client("sts")
    signer = RequestSigner(
        sts.meta.service_model.service_id,
        sts.meta.region_name,
        "sts",
        "v4",
        session.get_credentials(),
        session.events,
    )
    url = signer.generate_presigned_url(
        {
            "method": "GET",
            "url": f"{sts.meta.endpoint_url.rstrip('/')}/?Action=GetCallerIdentity&Version=2011-06-15",
            "body": {},
            "headers": {"x-k8s-aws-id": cluster_name},
            "context": {},
        },
        region_name=sts.meta.region_name,
        expires_in=60,
        operation_name="",
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
