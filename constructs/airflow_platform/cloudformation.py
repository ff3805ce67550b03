"""The CloudFormation resource behind a construct."""

from typing import TypeVar

from aws_cdk import CfnDeletionPolicy, CfnResource, RemovalPolicy
from constructs import IConstruct

Resource = TypeVar("Resource", bound=CfnResource)


def resource(construct: IConstruct, type_: type[Resource]) -> Resource:
    """The one resource of a type that stands directly in a construct, for what its class has no property for.

    Raises:
        ValueError: if there is none, or more than one.
    """
    (found,) = (child for child in construct.node.children if isinstance(child, type_))
    return found


def outlive_stack(of: CfnResource, removal_policy: RemovalPolicy) -> None:
    """Apply a removal policy to the end of the stack only: what a replacement leaves over has no use, and goes."""
    of.apply_removal_policy(removal_policy)
    of.cfn_options.update_replace_policy = CfnDeletionPolicy.DELETE


def ignore_lint(of: CfnResource, rule: str) -> None:
    """Tell cfn-lint that a rule does not apply to a resource; the caller's comment says why."""
    of.add_metadata("cfn-lint", {"config": {"ignore_checks": [rule]}})
