"""The AWS role of a kind of task pod."""

from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.iam.pod_identity import PodIdentityRole
from settings.model.task_profile import TaskRoleSettings


class TaskRole(PodIdentityRole):
    """What an environment's file lets some tasks do, for the pods of one ServiceAccount, and the association with it.

    Together, in the stack of the cluster: a role that comes and goes with a setting can be no export. With a target
    role EKS takes that one on for the pods, by way of this one ("Access AWS resources using EKS Pod Identity target
    IAM roles", Amazon EKS user guide).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: TaskRoleSettings,
        cluster_name: str,
        cluster_arn: str,
        namespace: str,
        service_account: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tasks: pods of {service_account}",
            cluster_arn=cluster_arn,
            namespace=namespace,
            service_accounts=[service_account],
        )
        for number, policy in enumerate(settings.managed_policies):
            self.add_managed_policy(self._managed(f"Policy{number}", policy))
        for statement in settings.statements:
            self.add_to_policy(
                iam.PolicyStatement(
                    actions=list(statement.actions),
                    resources=list(statement.resources),
                    conditions={
                        operator: {key: list(values) for key, values in compared.items()}
                        for operator, compared in statement.conditions.items()
                    }
                    or None,
                )
            )
        if settings.target_role_arn:
            self.add_to_policy(
                iam.PolicyStatement(actions=["sts:AssumeRole", "sts:TagSession"], resources=[settings.target_role_arn])
            )
        eks.CfnPodIdentityAssociation(
            self,
            "Association",
            cluster_name=cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=self.role_arn,
            target_role_arn=settings.target_role_arn,
        )

    def _managed(self, construct_id: str, policy: str) -> iam.IManagedPolicy:
        if policy.startswith("arn:"):
            return iam.ManagedPolicy.from_managed_policy_arn(self, construct_id, policy)
        return iam.ManagedPolicy.from_aws_managed_policy_name(policy)
