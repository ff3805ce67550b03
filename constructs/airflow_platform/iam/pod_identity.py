"""Roles that pods get through EKS Pod Identity."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct


class PodIdentityRole(iam.Role):
    """A role for the pods of some ServiceAccounts of one namespace of one cluster, and for nobody else.

    A Pod Identity association alone would say so too, but whoever may make associations could then hand the role to any
    other pod of any cluster in the account. The trust policy compares the session tags that EKS adds ("List of session
    tags added by EKS Pod Identity", Amazon EKS user guide): an association must not turn them off.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        cluster_arn: str,
        namespace: str,
        service_accounts: Sequence[str],
    ) -> None:
        pods = iam.ServicePrincipal(
            "pods.eks.amazonaws.com",
            conditions={
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": cluster_arn,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": list(service_accounts),
                }
            },
        )
        super().__init__(scope, construct_id, description=description, assumed_by=pods.with_session_tags())
