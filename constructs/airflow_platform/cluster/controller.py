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
MACHINE_ARCHITECTURES = {"x86_64": ec2.AmazonLinuxCpuType.X86_64, "arm64": ec2.AmazonLinuxCpuType.ARM_64}
DISK_SIZE_GIB = 10
KUBECTL = "/usr/local/libexec/kubectl"
KUBECONFIG = "/etc/kubernetes/kubeconfig"


class Controller(Construct):
    """A small Amazon Linux 2023 machine with AWS CLI v2, kubectl and a kubeconfig for every user; a cluster admin.

    The only way in is SSM Session Manager: no key, no inbound rule, no public address. A change of its user data
    replaces it, so kubectl follows the cluster's version; nothing on it is worth keeping.
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
        self.instance = ec2.Instance(
            self,
            "Instance",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=[subnet]),
            instance_type=ec2.InstanceType(instance_type),
            machine_image=ec2.MachineImage.latest_amazon_linux2023(cpu_type=MACHINE_ARCHITECTURES[facts.architecture]),
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
        ignore_lint(resource(self.instance, ec2.CfnInstance), "W3010")  # the zone is the settings', like every zone
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
