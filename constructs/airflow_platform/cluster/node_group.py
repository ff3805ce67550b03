"""Managed node groups."""

from collections.abc import Mapping, Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.cluster.cluster import AirflowCluster
from settings.facts.instance_types import facts_of
from settings.facts.versions import KubernetesVersion
from settings.model.node_group import NodeGroupSettings, TaintSettings

FSX_STARTUP_TAINT = TaintSettings(key="fsx.csi.aws.com/agent-not-ready", effect="NoExecute")
"""Keeps pods off a new node until the FSx CSI driver, which takes it away, can mount for them (its install.md)."""

AMI_TYPES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}
EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}


class ManagedNodeGroup(Construct):
    """A group of Amazon Linux 2023 nodes, in step with the cluster's version, in the zones that its settings name.

    The desired size is in the template, because EKS needs one to start with. CloudFormation sends it again whenever a
    size of the group changes in the settings, and only then: what somebody or something has scaled in between stays
    over every other deployment. A node autoscaler would take the property away ("no action occurs if you remove this
    parameter", AWS::EKS::Nodegroup ScalingConfig).

    A change of the launch template makes a new version of it, which the group rolls out node by node, honouring
    disruption budgets.

    A node that goes waits for its pods, so that Lustre is unmounted while the driver's own pod still runs: nodeadm, the
    image's own set-up, gives ordinary pods 120 seconds and critical ones, the driver's among them, 30 more (since
    Kubernetes 1.34; awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go). Spot's two minutes need no other
    numbers: EKS drains the node at the notice, before the machine shuts down.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        settings: NodeGroupSettings,
        cluster: AirflowCluster,
        version: KubernetesVersion,
        role: iam.IRole,
        subnets: Sequence[ec2.ISubnet],
        security_group: ec2.ISecurityGroup,
        tags: Mapping[str, str],
    ) -> None:
        """`tags` and `name` go to the group's instances and disks, which stack tags don't reach."""
        super().__init__(scope, construct_id)
        zones = settings.zones or tuple(subnet.availability_zone for subnet in subnets)
        launch_template = self._launch_template(
            settings, cluster, security_group, {**tags, "Name": f"{cluster.name}-{name}"}
        )
        self.resource = eks.CfnNodegroup(
            self,
            "Resource",
            cluster_name=cluster.eks_cluster.cluster_name,
            version=version,
            node_role=role.role_arn,
            subnets=[subnet.subnet_id for subnet in subnets if subnet.availability_zone in zones],
            ami_type=AMI_TYPES[_architecture(settings)],
            instance_types=list(settings.instance_types),
            capacity_type=settings.capacity_type.upper(),
            labels=dict(settings.labels) or None,
            taints=[_taint(taint) for taint in (FSX_STARTUP_TAINT, *settings.taints)],
            scaling_config=eks.CfnNodegroup.ScalingConfigProperty(
                min_size=settings.min_size,
                max_size=settings.max_size,
                desired_size=settings.initial_size,
            ),
            update_config=_update_config(settings.max_unavailable),
            # Off by default: a node whose kubelet or network fails would hold its pods until somebody looks.
            node_repair_config=eks.CfnNodegroup.NodeRepairConfigProperty(enabled=True),
            force_update_enabled=False,  # the default evicts pods that a disruption budget protects
            launch_template=eks.CfnNodegroup.LaunchTemplateSpecificationProperty(
                id=launch_template.ref, version=launch_template.attr_latest_version_number
            ),
        )

    def _launch_template(
        self,
        settings: NodeGroupSettings,
        cluster: AirflowCluster,
        security_group: ec2.ISecurityGroup,
        tags: Mapping[str, str],
    ) -> ec2.CfnLaunchTemplate:
        node_tags = [CfnTag(key=key, value=value) for key, value in tags.items()]
        return ec2.CfnLaunchTemplate(
            self,
            "LaunchTemplate",
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(
                    http_tokens="required",
                    http_put_response_hop_limit=1,  # a container is one hop further: no pod gets the node's role
                ),
                block_device_mappings=[
                    ec2.CfnLaunchTemplate.BlockDeviceMappingProperty(
                        device_name="/dev/xvda",
                        ebs=ec2.CfnLaunchTemplate.EbsProperty(
                            volume_size=settings.disk_size_gib,
                            volume_type="gp3",
                            encrypted=True,
                            delete_on_termination=True,
                        ),
                    )
                ],
                # EKS adds its own group only where a template names none, and nodes can't join without it.
                security_group_ids=[cluster.eks_cluster.cluster_security_group_id, security_group.security_group_id],
                tag_specifications=[
                    ec2.CfnLaunchTemplate.TagSpecificationProperty(resource_type=resource_type, tags=node_tags)
                    for resource_type in ("instance", "volume")
                ],
            ),
        )


def _architecture(settings: NodeGroupSettings) -> str:
    facts = facts_of(settings.instance_types[0])
    if facts is None:
        raise ValueError(f"Unknown instance type: {settings.instance_types[0]}")
    return facts.architecture


def _taint(taint: TaintSettings) -> eks.CfnNodegroup.TaintProperty:
    return eks.CfnNodegroup.TaintProperty(key=taint.key, value=taint.value, effect=EFFECTS[taint.effect])


def _update_config(max_unavailable: int | str) -> eks.CfnNodegroup.UpdateConfigProperty:
    """A number of nodes, or a percentage such as "33%"."""
    if isinstance(max_unavailable, int):
        return eks.CfnNodegroup.UpdateConfigProperty(max_unavailable=max_unavailable)
    return eks.CfnNodegroup.UpdateConfigProperty(max_unavailable_percentage=int(max_unavailable.rstrip("%")))
