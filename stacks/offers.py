"""What one stack offers another: small typed values, which stand for a thing and not for the stack that made it.

An existing VPC, file system or database would be a second way to make the same value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cdk8s
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from k8s.bindings import FsxVolume, SecretsManagerSecrets


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsOffer:
    """The groups between which the network's rules stand."""

    nodes: ec2.ISecurityGroup
    file_system: ec2.ISecurityGroup
    database: ec2.ISecurityGroup
    control_plane: ec2.ISecurityGroup
    kubectl_handler: ec2.ISecurityGroup
    controller: ec2.ISecurityGroup


@dataclass(frozen=True, kw_only=True)
class NetworkOffer:
    """Where everything stands."""

    vpc: ec2.IVpc
    private_subnets: Sequence[ec2.ISubnet]
    """One a zone, in the environment's order."""

    public_subnets: Sequence[ec2.ISubnet]
    """One a zone, in the environment's order."""

    security_groups: SecurityGroupsOffer

    def private_subnet(self, availability_zone: str) -> ec2.ISubnet:
        """The private subnet of a zone."""
        return next(subnet for subnet in self.private_subnets if subnet.availability_zone == availability_zone)


@dataclass(frozen=True, kw_only=True)
class RolesOffer:
    """Roles of the cluster, its nodes, the controller machine, and each workload that needs AWS."""

    cluster: iam.IRole
    worker: iam.IRole
    controller: iam.IRole
    addons: Mapping[str, iam.IRole]
    """EKS's name of an add-on -> the role of its ServiceAccount."""

    secret_readers: Mapping[str, iam.IRole]
    """ServiceAccount whose pods read secrets -> its role."""


@dataclass(frozen=True, kw_only=True)
class StorageOffer:
    """The shared file system, as the charts bind to it."""

    volume: FsxVolume


@dataclass(frozen=True, kw_only=True)
class DatabaseOffer:
    """Secrets in which everything stands that is needed to reach the metadata database and to read what is in it."""

    secrets: SecretsManagerSecrets
    authorities: str
    """PEM certificates of those who may have signed the database's."""


class ClusterOffer(Protocol):
    """A cluster that takes charts."""

    def add_manifest(
        self, scope: Construct, construct_id: str, chart: cdk8s.Chart, *, timeout_minutes: int
    ) -> IConstruct:
        """Deploy a chart, as a resource of the stack of `scope` that is complete when the chart runs."""
        ...
