"""The platform's security groups, and every rule between them."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from airflow_platform.cloudformation import outlive_stack

LUSTRE_PORTS = ((988, 988), (1018, 1023))
"""TCP ports of Lustre, from and to ("File system access control with Amazon VPC", FSx for Lustre user guide)."""

POSTGRESQL_PORT = 5432
HTTPS_PORT = 443


class SecurityGroups(Construct):
    """Who may talk to whom: nodes, file system, database, control plane, manifest handler and controller machine.

    They stand together, below the stacks that use them: a rule written in one of the slow stacks (cluster, storage,
    database) would make it wait for another. Descriptions are literal, because a changed one replaces the group, and
    with it the file system.

    Nodes carry EKS's own cluster security group too, which lets nodes and control plane talk; no rule here repeats it.

    Rules between two groups are resources of their own. Retained (`removal_policy`), the groups of file system and
    database, and the file system's rules with itself, outlive the stack, and the rules that name another group go: EC2
    refuses to delete a group that a rule of another one names.
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, removal_policy: RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self._vpc = vpc
        self._removal_policy = removal_policy

        self.nodes = self._group("Nodes", "Airflow nodes", allow_all_outbound=True)
        self.file_system = self._group("FileSystem", "Airflow file system", retainable=True)
        self.database = self._group("Database", "Airflow metadata database", retainable=True)
        self.control_plane = self._group("ControlPlane", "Airflow Kubernetes control plane")
        self.kubectl_handler = self._group("KubectlHandler", "Airflow manifest handler")
        self.controller = self._group("Controller", "Airflow controller machine")

        self._allow_nodes()
        self._allow_lustre()
        self._ingress(
            "PostgresqlFromNodes",
            self.database,
            self.nodes,
            (POSTGRESQL_PORT, POSTGRESQL_PORT),
            "PostgreSQL from nodes",
        )
        self._allow_kubernetes_api()

    def _group(
        self, group_id: str, description: str, *, allow_all_outbound: bool = False, retainable: bool = False
    ) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self, group_id, vpc=self._vpc, description=description, allow_all_outbound=allow_all_outbound
        )
        if retainable:
            group.apply_removal_policy(self._removal_policy)
        return group

    def _allow_nodes(self) -> None:
        """Pods talk to pods of other nodes on any port; network policies say which pods may."""
        ec2.CfnSecurityGroupIngress(
            self,
            "AllFromNodesToNodes",
            group_id=self.nodes.security_group_id,
            source_security_group_id=self.nodes.security_group_id,
            ip_protocol="-1",
            description="All traffic between nodes",
        )

    def _allow_lustre(self) -> None:
        """Lustre clients and servers open connections to each other, and servers to servers."""
        for ports in LUSTRE_PORTS:
            name = f"Lustre{ports[0]}"
            self._ingress(f"{name}FromNodes", self.file_system, self.nodes, ports, "Lustre from nodes")
            self._egress(f"{name}ToNodes", self.file_system, self.nodes, ports, "Lustre to nodes")
            self._ingress(f"{name}FromFileSystem", self.nodes, self.file_system, ports, "Lustre from the file system")
            for rule in (
                self._ingress(f"{name}FromItself", self.file_system, self.file_system, ports, "Lustre between servers"),
                self._egress(f"{name}ToItself", self.file_system, self.file_system, ports, "Lustre between servers"),
            ):
                outlive_stack(rule, self._removal_policy)

    def _allow_kubernetes_api(self) -> None:
        """Through the private endpoint, from what is neither a node nor a pod; and their way to AWS."""
        ports = (HTTPS_PORT, HTTPS_PORT)
        for name, group in {"KubectlHandler": self.kubectl_handler, "Controller": self.controller}.items():
            self._ingress(f"KubernetesApiFrom{name}", self.control_plane, group, ports, "Kubernetes API")
            group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(HTTPS_PORT), "HTTPS")

    def _ingress(
        self, rule_id: str, into: ec2.SecurityGroup, source: ec2.SecurityGroup, ports: tuple[int, int], description: str
    ) -> ec2.CfnSecurityGroupIngress:
        return ec2.CfnSecurityGroupIngress(
            self,
            rule_id,
            group_id=into.security_group_id,
            source_security_group_id=source.security_group_id,
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            description=description,
        )

    def _egress(
        self,
        rule_id: str,
        out_of: ec2.SecurityGroup,
        target: ec2.SecurityGroup,
        ports: tuple[int, int],
        description: str,
    ) -> ec2.CfnSecurityGroupEgress:
        return ec2.CfnSecurityGroupEgress(
            self,
            rule_id,
            group_id=out_of.security_group_id,
            destination_security_group_id=target.security_group_id,
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            description=description,
        )
