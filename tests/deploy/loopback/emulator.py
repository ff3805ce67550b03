"""The emulator's process: ministack with our resource types, checks and ledger. Run by `aws.LoopbackAws`."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

import ministack.app
import ministack.services.ssm as ssm
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from tests.deploy.loopback.ledger import LEDGER, watched
from tests.deploy.loopback.resources import data, eks, fsx, network

Json = dict[str, Any]
MODULES = (data, eks, fsx, network)
"""They registered their types and checks when they were imported."""

AMI_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-{}"

_app = ministack.app.app


async def app(scope: Json, receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[None]]) -> None:
    """ministack, and beside it the ledger and the one EKS call that it has not."""
    if scope["type"] == "http":
        document = _answer(scope["path"], parse_qs(scope["query_string"].decode()))
        if document is not None:
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(document).encode()})
            return
    await _app(scope, receive, send)


def _answer(path: str, query: dict[str, list[str]]) -> Json | None:
    if path == "/rehearsal/resources":
        return {"resources": [asdict(resource) for resource in LEDGER.resources.values()]}
    if path == "/rehearsal/operations":
        return {"operations": LEDGER.operations}
    if path == "/addons/supported-versions":
        return eks.addon_versions(query["addonName"][0], query["kubernetesVersion"][0])
    return None


def main() -> None:
    for resource_type, handler in list(_RESOURCE_HANDLERS.items()):
        if "create" in handler:
            _RESOURCE_HANDLERS[resource_type] = watched(resource_type, handler)
    for architecture in ("arm64", "x86_64"):
        ssm._PUBLIC_AMI_PARAMETERS.setdefault(AMI_PARAMETER.format(architecture), "ami-0123456789abcdef0")
    ministack.app.app = app
    ministack.app.main()


if __name__ == "__main__":
    main()
