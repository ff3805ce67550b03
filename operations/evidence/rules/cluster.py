"""The cluster and its machines, where cdk-nag is blind: it knows the classes of aws_eks, not those of aws_eks_v2."""

from collections.abc import Iterator

from operations.evidence.finding import Rule
from operations.evidence.subject import Subject
from settings.support import support_notices

CLUSTER = "AWS::EKS::Cluster"
ANYWHERE = ("0.0.0.0/0", "::/0")
LOGS = ("api", "audit", "authenticator")
"""Who asked for what, and as whom. Controller manager and scheduler write about their own work."""


def _endpoint(subject: Subject) -> Iterator[tuple[str, str]]:
    for cluster in subject.resources(CLUSTER):
        vpc = cluster.properties["ResourcesVpcConfig"]
        ranges = vpc.get("PublicAccessCidrs") or ANYWHERE[:1]
        if vpc.get("EndpointPublicAccess", True) and set(ranges) & set(ANYWHERE):
            yield cluster.name, "anybody on the internet reaches the Kubernetes API's address"


def _logs(subject: Subject) -> Iterator[tuple[str, str]]:
    for cluster in subject.resources(CLUSTER):
        enabled = cluster.properties.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", ())
        missing = sorted(set(LOGS) - {each["Type"] for each in enabled})
        if missing:
            yield cluster.name, f"no control plane log of {', '.join(missing)}"


def _secrets_encryption(subject: Subject) -> Iterator[tuple[str, str]]:
    for cluster in subject.resources(CLUSTER):
        encrypted = {kind for each in cluster.properties.get("EncryptionConfig", ()) for kind in each["Resources"]}
        if "secrets" not in encrypted:
            yield cluster.name, "no key of the account's own encrypts Kubernetes Secrets"


def _access_entries_only(subject: Subject) -> Iterator[tuple[str, str]]:
    for cluster in subject.resources(CLUSTER):
        access = cluster.properties.get("AccessConfig", {})
        if access.get("AuthenticationMode") != "API":
            yield cluster.name, "a ConfigMap inside the cluster gives access too, beside the access entries"
        if access.get("BootstrapClusterCreatorAdminPermissions", True):
            yield cluster.name, "whoever deploys becomes an administrator that no access entry names"


def _metadata_service(subject: Subject) -> Iterator[tuple[str, str]]:
    for machine, data in subject.machines:
        options = data.get("MetadataOptions", {})
        if options.get("HttpTokens") != "required":
            yield machine.name, "the instance metadata service answers without a token (IMDSv1)"
        elif options.get("HttpPutResponseHopLimit", 2) > 1:
            yield machine.name, "pods can reach the instance metadata service: its hop limit is over 1"


def _not_public(subject: Subject) -> Iterator[tuple[str, str]]:
    for database in subject.resources("AWS::RDS::DBInstance"):
        if database.properties.get("PubliclyAccessible") is not False:
            yield database.name, "the database may have a public address: PubliclyAccessible is not false"
    for machine, data in subject.machines:
        if "KeyName" in data:
            yield machine.name, "has an SSH key: Session Manager needs none, and records who came"
        if any(each.get("AssociatePublicIpAddress") for each in data.get("NetworkInterfaces", ())):
            yield machine.name, "has a public address"


def _supported(subject: Subject) -> Iterator[tuple[str, str]]:
    for notice in support_notices(subject.settings, subject.today):
        if notice.level == "refused":
            yield f"settings/{notice.violation.path}", notice.violation.rule


RULES = (
    Rule("eks-endpoint", "The internet does not reach the Kubernetes API", _endpoint, ("CIS EKS 5.4.1", "SC-7")),
    Rule("eks-logs", "The control plane writes who asked for what", _logs, ("CIS EKS 2.1.1", "AU-2", "AU-12")),
    Rule("eks-secrets", "A key of ours encrypts Kubernetes Secrets", _secrets_encryption, ("CIS EKS 5.3.1", "SC-28")),
    Rule("eks-access", "Access entries alone give access", _access_entries_only, ("CIS EKS 5.5.1", "AC-2", "AC-3")),
    Rule("metadata-service", "Pods can't take a machine's role", _metadata_service, ("AC-6",)),
    Rule("not-public", "Machines and database have no public way in", _not_public, ("CIS EKS 5.4.3", "SC-7")),
    Rule("supported", "What runs still gets security fixes", _supported, ("SI-2", "SA-22")),
)
