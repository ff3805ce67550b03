"""The controller machine."""

import textwrap

from aws_cdk import Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from airflow_platform.cloudformation import ignore_lint, resource
from airflow_platform.cluster.access import CLUSTER_ADMIN, grant_cluster_access
from airflow_platform.cluster.cluster import AirflowCluster
from settings.facts.instance_types import facts_of
from settings.facts.versions import KubernetesVersion

KUBECTL_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
"""AWS's public SSM parameter with the newest image ("Get started with AL2023 on Amazon EC2", AL2023 user guide)."""

DISK_SIZE_GIB = 10
KUBECTL = "/usr/local/libexec/kubectl"
KUBECONFIG = "/etc/kubernetes/kubeconfig"


class Controller(Construct):
    """A small Amazon Linux 2023 machine with AWS CLI v2, kubectl and a kubeconfig for every user; a cluster admin.

    The only way in is SSM Session Manager: no key, no inbound rule, no public address. A change of its user data
    replaces it, so kubectl follows the cluster's version; nothing on it is worth keeping. A new image does not replace
    it: EC2 looks for the newest one when the machine is made, and a deployment of Airflow alone leaves it as it is.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instance_type: str,
        cluster: AirflowCluster,
        version: KubernetesVersion,
        vpc: ec2.IVpc,
        subnet: ec2.ISubnet,
        security_group: ec2.ISecurityGroup,
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, construct_id)
        self._region, cluster_name = Stack.of(self).region, cluster.eks_cluster.cluster_name
        facts = facts_of(instance_type)
        if facts is None:
            raise ValueError(f"Unknown instance type: {instance_type}")
        user_data = ec2.UserData.for_linux()
        user_data.add_commands(
            *_commands(
                cluster.eks_cluster.cluster_name, version, self._region, KUBECTL_ARCHITECTURES[facts.architecture]
            )
        )
        image = ec2.MachineImage.resolve_ssm_parameter_at_launch(
            IMAGE_PARAMETER.format(architecture=facts.architecture), os=ec2.OperatingSystemType.LINUX
        )
        self.instance = ec2.Instance(
            self,
            "Instance",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=[subnet]),
            instance_type=ec2.InstanceType(instance_type),
            machine_image=image,
            role=role,
            security_group=security_group,
            http_tokens=ec2.HttpTokens.REQUIRED,
            http_put_response_hop_limit=1,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        DISK_SIZE_GIB, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
            user_data=user_data,
            user_data_causes_replacement=True,
        )
        cfn_instance = resource(self.instance, ec2.CfnInstance)
        ignore_lint(cfn_instance, "W3010")  # the zone is the settings', like every zone
        # A launch template takes the parameter's name; an instance takes an id, and would be replaced with it.
        launch_template = ec2.CfnLaunchTemplate(
            self,
            "LaunchTemplate",
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(image_id=cfn_instance.image_id),
        )
        cfn_instance.image_id = None
        cfn_instance.launch_template = ec2.CfnInstance.LaunchTemplateSpecificationProperty(
            launch_template_id=launch_template.ref, version=launch_template.attr_latest_version_number
        )
        Tags.of(self.instance).add("Name", f"{cluster_name}-controller")

        grant_cluster_access(cluster.eks_cluster, "ControllerAccess", role.role_arn, CLUSTER_ADMIN)

    @property
    def session_command(self) -> str:
        """The command that opens a shell on the machine."""
        return f"aws ssm start-session --region {self._region} --target {self.instance.instance_id}"


def _commands(cluster_name: str, version: KubernetesVersion, region: str, architecture: str) -> list[str]:
    """The newest kubectl of the cluster's minor version, checked, and one kubeconfig for everybody on the machine."""
    script = f"""\
        set -euo pipefail
        aws --version | grep '^aws-cli/2' || dnf install -y awscli-2
        cd "$(mktemp -d)"
        release="$(curl -fsSL --retry 10 --retry-all-errors https://dl.k8s.io/release/stable-{version}.txt)"
        base="https://dl.k8s.io/release/$release/bin/linux/{architecture}"
        curl -fsSL --retry 10 --retry-all-errors -O "$base/kubectl" -O "$base/kubectl.sha256"
        echo "$(cat kubectl.sha256)  kubectl" | sha256sum --check
        install -D -m 0755 kubectl {KUBECTL}
        install -d -m 0755 /etc/kubernetes
        aws eks update-kubeconfig --region {region} --name {cluster_name} --kubeconfig {KUBECONFIG}
        chmod 0644 {KUBECONFIG}
        echo 'export KUBECONFIG="${{KUBECONFIG:-{KUBECONFIG}}}"' > /etc/profile.d/kubeconfig.sh
        # The shell of an SSM session reads no profile.
        printf '%s\\n' '#!/bin/sh' '. /etc/profile.d/kubeconfig.sh' 'exec {KUBECTL} "$@"' > /usr/local/bin/kubectl
        chmod 0755 /usr/local/bin/kubectl
        """
    return textwrap.dedent(script).splitlines()
