"""Who gets into an EKS cluster, and which pods get out as a role: access entries and pod identities."""

from typing import Any

from standins.aws.ledger import LEDGER, RefusedError, on_create
from standins.aws.resources.eks import CLUSTER, require_role
from standins.aws.resources.record import register

Json = dict[str, Any]
ENTRY, ASSOCIATION = "AWS::EKS::AccessEntry", "AWS::EKS::PodIdentityAssociation"

register(
    ENTRY,
    "entry",
    lambda physical_id, properties: {
        "AccessEntryArn": f"arn:aws:eks:us-east-1:000000000000:access-entry/{properties['ClusterName']}/{physical_id}"
    },
    replacing=("ClusterName", "PrincipalArn", "Type"),
    named=lambda properties: f"{properties['PrincipalArn']}|{properties['ClusterName']}",
)
register(
    ASSOCIATION,
    "a",
    lambda physical_id, properties: {
        "AssociationId": physical_id,
        "AssociationArn": f"arn:aws:eks:us-east-1:000000000000:podidentityassociation/{physical_id}",
    },
    replacing=("ClusterName", "Namespace", "ServiceAccount"),
)


@on_create(ENTRY)
def _entry_is_new(properties: Json) -> None:
    LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    if LEDGER.find(ENTRY, f"{properties['PrincipalArn']}|{properties['ClusterName']}"):
        raise RefusedError(
            "ResourceInUseException: The specified access entry resource is already in use on this cluster"
        )
    if ":role/" in properties["PrincipalArn"] and "aws-service-role" not in properties["PrincipalArn"]:
        require_role(properties["PrincipalArn"])


@on_create(ASSOCIATION)
def _association_is_new_and_its_role_trusts_pods(properties: Json) -> None:
    LEDGER.require(CLUSTER, properties["ClusterName"], "ResourceNotFoundException")
    identity = ("ClusterName", "Namespace", "ServiceAccount")
    for other in LEDGER.of(ASSOCIATION):
        if all(other.properties[field] == properties[field] for field in identity):
            raise RefusedError("ResourceInUseException: Association already exists: " + other.physical_id)
    role = require_role(properties["RoleArn"])
    trust = str(role.get("AssumeRolePolicyDocument"))
    if "pods.eks.amazonaws.com" not in trust or "sts:TagSession" not in trust:
        raise RefusedError(
            f"InvalidParameterException: Trust policy of role {properties['RoleArn']} is not for EKS pods"
        )
