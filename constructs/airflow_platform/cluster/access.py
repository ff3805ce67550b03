"""Who gets into the cluster."""

import re
from collections.abc import Sequence
from hashlib import sha256

from aws_cdk import aws_eks_v2 as eks

CLUSTER_ADMIN = "AmazonEKSClusterAdminPolicy"
VIEW = "AmazonEKSViewPolicy"


def grant_cluster_access(cluster: eks.Cluster, access_id: str, principal_arn: str, policy: str) -> None:
    """Give an IAM principal one of EKS's access policies on the whole cluster."""
    scope = eks.AccessPolicy.from_access_policy_name(policy, access_scope_type=eks.AccessScopeType.CLUSTER)
    cluster.grant_access(access_id, principal_arn, [scope])


def grant_people_access(cluster: eks.Cluster, *, admins: Sequence[str], viewers: Sequence[str]) -> None:
    """Access entries for the people (and pipelines) that the settings name.

    Their ids come from the ARN: an entry that is moved in the list, or to the other list, keeps its neighbours as they
    are, where an index would replace them, and lock someone out meanwhile.
    """
    for kind, policy, arns in (("Admin", CLUSTER_ADMIN, admins), ("Viewer", VIEW, viewers)):
        for arn in arns:
            grant_cluster_access(cluster, kind + _identifier(arn), arn, policy)


def _identifier(arn: str) -> str:
    """A principal as a part of a construct id: readable, and different for any two."""
    name = arn.rpartition("/")[2]
    return (
        "".join(part.capitalize() for part in re.findall(r"[A-Za-z0-9]+", name)) + sha256(arn.encode()).hexdigest()[:8]
    )
