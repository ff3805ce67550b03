"""Answers to questions about an account and a region that the emulator does not know, in the form of each protocol."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from standins.aws import eks_questions
from standins.aws.account import STATE
from standins.aws.form_questions import ACTIONS, RefusalError
from standins.aws.ledger import LEDGER, RefusedError
from standins.aws.resources import backups, snapshots

Json = dict[str, Any]
FORMS = ("autoscaling", "ec2", "rds")
"""Services whose requests are forms."""

SERVICE = re.compile(r"Credential=[^/]+/[0-9]+/[^/]+/([^/]+)/")


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    body: bytes
    status: int = 200
    content_type: str = "application/x-amz-json-1.1"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def _quota(question: Json) -> Json:
    code = question["QuotaCode"]
    if code not in STATE["quotas"]:
        raise RefusalError("NoSuchResourceException", f"quota {code} does not exist")
    return {"Quota": {"ServiceCode": question["ServiceCode"], "QuotaCode": code, "Value": STATE["quotas"][code]}}


def _plan(question: Json) -> Json:
    if STATE["plan"] is None:
        raise RefusalError("ResourceNotFoundException", "the account has no plan")
    plan: Json = STATE["plan"]
    return plan


def _file_systems(question: Json) -> Json:
    wanted = question.get("FileSystemIds") or [r.physical_id for r in LEDGER.of("AWS::FSx::FileSystem")]
    found = []
    for physical_id in wanted:
        resource = LEDGER.find("AWS::FSx::FileSystem", physical_id)
        if resource is None:
            raise RefusalError("FileSystemNotFound", f"File system '{physical_id}' does not exist.")
        found.append(
            {
                "FileSystemId": physical_id,
                "FileSystemType": "LUSTRE",
                "Lifecycle": STATE["file_systems"].get(physical_id, "AVAILABLE"),
                "StorageCapacity": int(resource.properties["StorageCapacity"]),
                "SubnetIds": resource.properties["SubnetIds"],
                "DNSName": resource.attributes.get("DNSName", ""),
            }
        )
    return {"FileSystems": found}


def _links(question: Json) -> Json:
    wanted = {value for each in question.get("Filters") or () for value in each["Values"]}
    return {
        "Associations": [
            {
                "AssociationId": link.physical_id,
                "FileSystemId": link.properties["FileSystemId"],
                "FileSystemPath": link.properties["FileSystemPath"],
                "DataRepositoryPath": link.properties["DataRepositoryPath"],
                "Lifecycle": STATE["links"].get(link.properties["FileSystemPath"], "AVAILABLE"),
                "S3": link.properties.get("S3") or {},
            }
            for link in LEDGER.of("AWS::FSx::DataRepositoryAssociation")
            if not wanted or link.properties["FileSystemId"] in wanted
        ]
    }


TARGETS: dict[str, Callable[[Json], Json]] = {
    "ServiceQuotasV20190624.GetServiceQuota": _quota,
    "ServiceQuotasV20190624.GetAWSDefaultServiceQuota": _quota,
    "AWSFreeTierService.GetAccountPlanState": _plan,
    "AWSSimbaAPIService_v20180301.DescribeFileSystems": _file_systems,
    "AWSSimbaAPIService_v20180301.CreateBackup": backups.create,
    "AWSSimbaAPIService_v20180301.DescribeBackups": backups.described,
    "AWSSimbaAPIService_v20180301.DescribeDataRepositoryAssociations": _links,
}
"""By the header X-Amz-Target."""

SNAPSHOTS = {"CopyDBSnapshot": snapshots.copied, "ModifyDBSnapshotAttribute": snapshots.shared}
"""Of RDS, by the field Action."""


def _manifest(path: str) -> Reply | None:
    """A registry's, for the images that there are."""
    found = re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", path)
    if not found or found[1] not in STATE["images"]:
        return None
    limit = (b"ratelimit-remaining", f"{STATE['pulls_left']};w=21600".encode())
    return Reply(b"", content_type="application/vnd.oci.image.index.v1+json", headers=(limit,))


def service_of(headers: dict[str, str]) -> str:
    """The service that a request is signed for."""
    found = SERVICE.search(headers.get("authorization", ""))
    return found[1] if found else ""


def may_concern(method: str, path: str, headers: dict[str, str]) -> bool:
    """Whether a request could be one of ours: only then its body is read here."""
    if headers.get("x-amz-target") in TARGETS or path.startswith("/v2/"):
        return True
    return service_of(headers) in (*FORMS, "eks")


def reply(method: str, path: str, query: dict[str, list[str]], headers: dict[str, str], body: bytes) -> Reply | None:
    """Our answer; None where the emulator has its own."""
    target = headers.get("x-amz-target", "")
    form = parse_qs(body.decode(errors="replace")) if service_of(headers) in FORMS else {}
    action = form.get("Action", [""])[0]
    if (action or target.rpartition(".")[2]) in STATE["denied"]:
        return _refused(action, "AccessDeniedException", "is not authorized to perform this operation")
    try:
        if target in TARGETS:
            return Reply(json.dumps(TARGETS[target](json.loads(body or b"{}"))).encode())
        if answer := ACTIONS.get(action) or SNAPSHOTS.get(action):
            document = f"<{action}Response>{answer(form)}</{action}Response>"
            return Reply(document.encode(), content_type="text/xml")
    except RefusalError as refusal:
        return _refused(action, *refusal.args)
    if service_of(headers) == "eks":
        try:
            told = eks_questions.answer(method, path, query, body)
        except RefusedError as refusal:
            code, _, message = str(refusal).partition(": ")
            return _refused("", code, message)
        return None if told is None else Reply(json.dumps(told).encode(), content_type="application/json")
    return _manifest(path)


def _refused(action: str, code: str, message: str) -> Reply:
    if action:
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        of_ec2, of_others = f"<Response><Errors>{error}</Errors></Response>", f"<ErrorResponse>{error}</ErrorResponse>"
        return Reply((of_others if code == "ValidationError" else of_ec2).encode(), 403, "text/xml")
    return Reply(json.dumps({"__type": code, "message": message}).encode(), 400)
