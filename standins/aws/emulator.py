"""The emulator's process: ministack with our resource types, checks and ledger. run by `loopback.LoopbackAws`."""

import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

import ministack.app
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudformation.stacks as stacks
import ministack.services.iam as iam
import ministack.services.ssm as ssm
from ministack.services.cloudformation import _stacks

from standins.aws import account, exports, questions
from standins.aws.ledger import LEDGER, watched
from standins.aws.resources import (
    backup_plans,
    backups,
    data,
    eks,
    eks_access,
    eks_addons,
    front_door,
    fsx,
    instances,
    links,
    network,
    registry,
    releases,
    snapshots,
    upgrades,
)

Json = dict[str, Any]
MODULES = (
    backup_plans,
    backups,
    data,
    eks,
    eks_access,
    eks_addons,
    front_door,
    fsx,
    instances,
    links,
    network,
    registry,
    releases,
    snapshots,
    upgrades,
)
"""They registered their types and checks when they were imported."""

SERVICE_LINKED_ROLES = {
    "AWSServiceRoleForAmazonEKS": "eks",
    "AWSServiceRoleForAmazonEKSNodegroup": "eks-nodegroup",
    "AWSServiceRoleForAmazonFSx": "fsx",
    "AWSServiceRoleForAutoScaling": "autoscaling",
    "AWSServiceRoleForRDS": "rds",
}
"""An account has them once it has used the services."""

AMI_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}"


_app = ministack.app.app


async def app(scope: Json, receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[None]]) -> None:
    """ministack, and beside it the ledger and the questions that it does not know."""
    if scope["type"] == "http":
        _describe_stacks()
        query = parse_qs(scope["query_string"].decode())
        document = _answer(scope["path"], query)
        if document is not None:
            await _send(send, questions.Reply(json.dumps(document).encode(), content_type="application/json"))
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if questions.service_of(headers) == "monitoring":
            links.export()
        if questions.may_concern(scope["method"], scope["path"], headers):
            body, receive = await _body(receive)
            reply = questions.reply(scope["method"], scope["path"], query, headers, body)
            if reply is not None:
                await _send(send, reply)
                return
    await _app(scope, receive, send)


def _describe_stacks() -> None:
    """A stack's description is its template's; the emulator forgets it when a change set makes the stack."""
    for stack in list(_stacks.values()):
        stack["Description"] = (stack.get("_template") or {}).get("Description", "")


async def _send(send: Callable[..., Awaitable[None]], reply: questions.Reply) -> None:
    headers = [(b"content-type", reply.content_type.encode()), *reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _body(receive: Callable[..., Awaitable[Any]]) -> tuple[bytes, Callable[..., Awaitable[Any]]]:
    """A request's body, and a way for ministack to receive it once more."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    told = False

    async def again() -> Any:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return body, again


def _answer(path: str, query: dict[str, list[str]]) -> Json | None:
    if path == "/rehearsal/resources":
        return {"resources": [asdict(resource) for resource in LEDGER.resources.values()]}
    if path == "/rehearsal/operations":
        return {"operations": LEDGER.operations}
    if path == "/rehearsal/traffic-sources":
        return {"groups": {name: sorted(front_door.SOURCES.get(name, ())) for name in front_door.auto_scaling_groups()}}
    if path == "/rehearsal/faults":
        LEDGER.faults = {name: values[0] for name, values in query.items()}
        return {}
    if path == "/rehearsal/files":
        [file_system] = query["file_system"]
        for place, text in zip(query.get("path", ()), query.get("text", ()), strict=True):
            links.write(file_system, place, text)
        return {"files": links.files(file_system)}
    if path == "/rehearsal/rows":
        return {"rows": snapshots.rows(query["database"][0], *query.get("row", ()))}
    if path == "/rehearsal/account":
        account.change(json.loads(query.get("changes", ["{}"])[0]))
        return {}
    return None


_name = provisioners._physical_name


def _physical_name(stack_name: str, logical_id: str, **options: Any) -> str:
    """A generated name: on AWS another in every stack, so that a stack can be made again beside what it left behind.

    The emulator's own is the same in every stack of the same name.
    """
    head, dash, suffix = _name(stack_name, logical_id, **options).rpartition("-")
    of_stack = f"{suffix} {(_stacks.get(stack_name) or {}).get('StackId')}"
    digest = hashlib.sha256(of_stack.encode()).hexdigest()[: len(suffix)]
    return f"{head}{dash}{digest if suffix == suffix.lower() else digest.upper()}"


_delete = stacks._delete_resource


def _delete_resource(
    resource_type: str, physical_id: str, properties: Json, stack_name: str | None = None, logical_id: str | None = None
) -> None:
    """Delete a resource. Raises ValueError while one that depends on it could not be deleted.

    CloudFormation does not try then; the emulator by itself goes on.
    """
    stack = _stacks.get(stack_name or "") or {}
    known = stack.get("_resources", {})
    failed = [name for name, resource in known.items() if resource.get("ResourceStatus") == "DELETE_FAILED"]
    defined = (stack.get("_template") or {}).get("Resources", {})
    for other in failed:
        if other != logical_id and logical_id in stacks._with_dependencies([other], defined, set(known)):
            raise ValueError(f"Not deleted, because {other} depends on it and could not be deleted")
    _delete(resource_type, physical_id, properties, stack_name, logical_id)


def _end_with_the_tests() -> None:
    """Stop, with all functions that run, when the process that started us is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(2)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    exports.install()
    stacks._delete_resource = _delete_resource
    provisioners._physical_name = _physical_name
    for resource_type, handler in list(provisioners._RESOURCE_HANDLERS.items()):
        if "create" in handler:
            provisioners._RESOURCE_HANDLERS[resource_type] = watched(resource_type, handler)
    for architecture in ("arm64", "x86_64"):
        ssm._PUBLIC_AMI_PARAMETERS.setdefault(AMI_PARAMETER.format(architecture), "ami-0123456789abcdef0")
    for name, service in SERVICE_LINKED_ROLES.items():
        iam._create_service_linked_role({"AWSServiceName": [f"{service}.amazonaws.com"]})
        made = f"AWSServiceRoleFor{service.capitalize()}"
        iam._roles[name] = {**iam._roles.pop(made), "RoleName": name}
    ministack.app.app = app
    ministack.app.main()


if __name__ == "__main__":
    main()
