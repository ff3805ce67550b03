"""Facts of AWS that the checks stand on, with their sources."""

from dataclasses import dataclass

ZONES_WITHOUT_EKS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Ids of zones in which EKS takes no subnet ("Subnet requirements for clusters", Amazon EKS user guide). A zone's name
stands for another zone in every account, its id for the same one."""

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = 6
"""The oldest bootstrap stack that templates of the CDK's default synthesizer accept (their rule
CheckBootstrapVersion)."""

REGION_SERVICES = "/aws/service/global-infrastructure/regions/{region}/services/{service}"
"""Public parameter of a service that a region has ("Calling AWS service, Region, endpoint, Availability Zone, local
zone, and wavelength zone public parameters", AWS Systems Manager user guide)."""

SERVICES = {"EKS": ("eks",), "FSx for Lustre": ("fsx-lustre", "fsx")}
"""What a region has to have, and the names that stand for it there: FSx has one of its own and one a file system."""

NODE_RELEASE = (
    "/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/standard/recommended/release_version"
)
"""Public parameter of the newest release of the node image ("Retrieve recommended Amazon Linux AMI IDs", Amazon EKS
user guide)."""


@dataclass(frozen=True)
class Quota:
    """A quota of an account in a region."""

    service: str
    code: str
    name: str


ON_DEMAND = Quota("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances")
SPOT = Quota("ec2", "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests")
ADDRESSES = Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs")
VPCS = Quota("vpc", "L-F678F1CE", "VPCs per Region")
"""Names and codes as Service Quotas lists them ("Amazon EC2 endpoints and quotas", "Amazon VPC endpoints and quotas",
AWS General Reference). The first two count virtual CPUs."""

STANDARD_FAMILIES = frozenset({"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"})
"""Families that the first two quotas count; each other family has a quota of its own ("Amazon EC2 instance type
quotas", Amazon EC2 user guide)."""

SERVICE_LINKED_ROLES = {
    "AWSServiceRoleForAmazonEKS": "eks.amazonaws.com",
    "AWSServiceRoleForAmazonEKSNodegroup": "eks-nodegroup.amazonaws.com",
    "AWSServiceRoleForAutoScaling": "autoscaling.amazonaws.com",
    "AWSServiceRoleForAmazonFSx": "fsx.amazonaws.com",
    "AWSServiceRoleForRDS": "rds.amazonaws.com",
}
"""Role -> service. Each service makes its role at its first use, which then sometimes fails ("Using service-linked
roles", Amazon EKS, EC2 Auto Scaling, FSx for Lustre and RDS user guides)."""

SPOT_ROLE = {"AWSServiceRoleForEC2Spot": "spot.amazonaws.com"}
"""Needed beside them where a node group is of spot instances."""

DATA_TYPES = ("AWS::FSx::FileSystem", "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::SecretsManager::Secret")
"""Resources that `retain_data` is about."""

KEEPING_POLICIES = ("Retain", "RetainExceptOnCreate")
"""Deletion policies of what outlives its stack ("DeletionPolicy attribute", AWS CloudFormation user guide)."""
