"""One fault a row: what is wrong, the check that has to tell it, how serious it is, and a part of its next step."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from tests.unit.operations.doctor.healthy import (
    ACCOUNT,
    ADMIN,
    COMPONENTS,
    FILE_SYSTEM,
    LOGIN_SECRET,
    NO_STACKS,
    NOW,
    ZONES,
    Refusal,
    authority,
    claim,
    cron_jobs,
    database,
    deployment,
    door_certificate,
    job,
    links,
    no_node,
    node,
    node_group,
    offered,
    orderable,
    parameters,
    pod,
    quota,
    secret,
    stack,
    stacks,
    subnets,
    template,
    waiting_to_leave,
    zone,
)


@dataclass(frozen=True)
class Fault:
    """A fault of a healthy account, cluster or file."""

    check: str
    status: str
    next_step: str
    answers: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    beside: tuple[str, ...] = ()
    """Checks that cannot help telling something of it too."""


def in_zone(zone_id: str, **changes: str) -> dict[str, Any]:
    return {
        "ec2.DescribeAvailabilityZones": {"AvailabilityZones": [zone("eu-central-1a", zone_id, **changes), *ZONES[1:]]}
    }


def drifted(asked: dict[str, Any]) -> dict[str, Any]:
    part = asked["StackName"].rpartition("-")[2]
    return {"Stacks": [stack(part, drift="DRIFTED" if part == "storage" else "IN_SYNC")]}


def long_in_progress(asked: dict[str, Any]) -> dict[str, Any]:
    part = asked["StackName"].rpartition("-")[2]
    return {"Stacks": [stack(part, "UPDATE_IN_PROGRESS" if part == "cluster" else "CREATE_COMPLETE")]}


def cluster(**changes: Any) -> dict[str, Any]:
    healthy = {"name": "airflow-test", "status": "ACTIVE", "version": "1.36", "health": {"issues": []}}
    return {"eks.DescribeCluster": {"cluster": {**healthy, **changes}}}


def not_for(addon: str) -> Any:
    return lambda asked: {"addons": []} if asked["addonName"] == addon else offered(asked)


def addon(name: str, **changes: Any) -> Any:
    healthy = {"status": "ACTIVE", "addonVersion": "v1.3.0-eksbuild.1", "health": {"issues": []}}
    return lambda asked: {"addon": {**healthy, **(changes if asked["addonName"] == name else {})}}


def instances(count: int, **fields: Any) -> dict[str, Any]:
    each = {"InstanceType": "m5.xlarge", "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2}, **fields}
    return {"ec2.DescribeInstances": {"Reservations": [{"Instances": [each] * count}]}}


def nat(state: str, **fields: str) -> dict[str, Any]:
    return {"ec2.DescribeNatGateways": {"NatGateways": [{"NatGatewayId": "nat-1", "State": state, **fields}]}}


def waiting(reason: str) -> dict[str, Any]:
    return {"pods": [pod(container={"state": {"waiting": {"reason": reason}}})]}


def issue(code: str) -> dict[str, Any]:
    return {"issues": [{"code": code, "message": "see there"}]}


def door_zone(name: str, **config: bool) -> dict[str, Any]:
    found = {"Id": "Z0123456789", "Name": name, "CallerReference": "1", "Config": config}
    return {"route53.GetHostedZone": {"HostedZone": found}}


def of_the_login(answer: Any) -> Any:
    """DescribeSecret, with a fault of the client secret alone."""
    return lambda asked: answer if asked["SecretId"] == LOGIN_SECRET else secret()


def of_the_platform(answer: Any) -> Any:
    """DescribeSecret, with a fault of the platform's own secrets."""
    return lambda asked: secret() if asked["SecretId"] == LOGIN_SECRET else answer


OWN_KEY = {
    "ec2.GetEbsDefaultKmsKeyId": {"KmsKeyId": "arn:aws:kms:eu-central-1:1:key/k"},
    "kms.ListGrants": {"Grants": []},
    "kms.GetKeyPolicy": {"Policy": "{}"},
}
OLD = cluster(version="1.35")
ERROR = {"id": "i-1", "name": "Deprecated APIs", "insightStatus": {"status": "ERROR", "reason": "in use"}}
NODES_BEHIND = ("node groups",)
BY_THEN = ("certificate", "database certificate", "pods", "housekeeping")

FAULTS = {
    "no bucket": Fault("buckets", "fail", "storage.data", {
        "s3.GetBucketLocation": Refusal("NoSuchBucket", status=404)}),
    "bucket in another region": Fault("buckets", "fail", "a bucket in eu-central-1 for storage.s3.bucket", {
        "s3.GetBucketLocation": {}}, settings={"storage": {"s3": {"bucket": "ours"}}}),
    "misconfigured link": Fault("links", "fail", "s3://ours/logs/", {
        "fsx.DescribeDataRepositoryAssociations": links("MISCONFIGURED")}),
    "failed link": Fault("links", "fail", "add it again", {
        "fsx.DescribeDataRepositoryAssociations": links("FAILED")}),
    "link in the making": Fault("links", "warn", "wait", {
        "fsx.DescribeDataRepositoryAssociations": links("CREATING")}),
    "link that is gone": Fault("links", "fail", "take the link out of the file", {
        "fsx.DescribeDataRepositoryAssociations": {"Associations": []}}),
    "files that do not leave": Fault("files leaving to S3", "warn", "keep the file system", {
        "cloudwatch.GetMetricStatistics": waiting_to_leave(3600)}),
    "a certificate that waits": Fault(
        "certificate",
        "fail",
        "name servers",
        {"acm.DescribeCertificate": door_certificate(Status="PENDING_VALIDATION")},
    ),
    "a certificate of another name": Fault(
        "certificate",
        "fail",
        "access.certificate_arn",
        {"acm.DescribeCertificate": door_certificate(DomainName="airflow.example.net")},
    ),
    "a certificate for names below the host's": Fault(
        "certificate",
        "fail",
        "access.certificate_arn",
        {"acm.DescribeCertificate": door_certificate(DomainName="*.airflow.example.com")},
    ),
    "a certificate that is gone": Fault(
        "certificate",
        "fail",
        "docs/how-to/front-door.md",
        {"acm.DescribeCertificate": Refusal("ResourceNotFoundException")},
    ),
    "a certificate that was revoked": Fault(
        "certificate",
        "fail",
        "another access.certificate_arn",
        {"acm.DescribeCertificate": door_certificate(Status="REVOKED")},
    ),
    "a certificate that ends": Fault(
        "certificate", "warn", "make the record again", {"acm.DescribeCertificate": door_certificate(20)}
    ),
    "an imported certificate that has ended": Fault(
        "certificate", "fail", "import a new one", {"acm.DescribeCertificate": door_certificate(-1, Type="IMPORTED")}
    ),
    "a zone that is not there": Fault(
        "hosted zone", "fail", "list-hosted-zones", {"route53.GetHostedZone": Refusal("NoSuchHostedZone", status=404)}
    ),
    "a private zone": Fault("hosted zone", "fail", "public zone", door_zone("example.com.", PrivateZone=True)),
    "a zone of another name": Fault("hosted zone", "fail", "access.hosted_zone_id", door_zone("ample.com.")),
    "a load balancer that failed": Fault(
        "host name",
        "fail",
        "make doctor",
        {"elbv2.DescribeLoadBalancers": {"LoadBalancers": [{"DNSName": "x", "State": {"Code": "failed"}}]}},
    ),
    "no client secret": Fault("client secret", "fail", "airflow.login.client_secret_arn", {
        "secretsmanager.DescribeSecret": of_the_login(Refusal("ResourceNotFoundException"))}),
    "a client secret that goes": Fault("client secret", "fail", "restore-secret", {
        "secretsmanager.DescribeSecret": of_the_login(secret(DeletedDate=NOW))}),
    "a client secret under another key": Fault("client secret", "fail", "docs/how-to/login.md", {
        "secretsmanager.DescribeSecret": of_the_login(secret(KmsKeyId="alias/theirs"))}),
    "another account": Fault("account", "fail", "change `account`", {
        "sts.GetCallerIdentity": {"Account": "999999999999", "Arn": "arn:aws:iam::999999999999:user/x"}}),
    "no bootstrap": Fault("bootstrap", "fail", f"cdk bootstrap aws://{ACCOUNT}/eu-central-1", {
        "ssm.GetParameter": parameters(without="bootstrap")}),
    "old bootstrap": Fault("bootstrap", "fail", "cdk bootstrap", {"ssm.GetParameter": parameters(bootstrap="5")}),
    "free plan": Fault("free plan", "fail", "Upgrade plan", {
        "freetier.GetAccountPlanState": {"accountPlanType": "FREE", "accountPlanStatus": "ACTIVE"}}),
    "disabled EBS key": Fault("EBS key", "fail", "enable-key", {
        **OWN_KEY, "kms.DescribeKey": lambda asked: {"KeyMetadata": {
            "KeyId": asked["KeyId"], "KeyState": "Disabled" if "arn" in asked["KeyId"] else "Enabled"}}}),
    "EBS key without Auto Scaling": Fault("EBS key", "warn", "kms:CreateGrant", OWN_KEY),
    "no role of RDS": Fault("service-linked roles", "warn", "create-service-linked-role --aws-service-name rds", {
        "iam.GetRole": lambda asked: Refusal("NoSuchEntity", status=404) if "RDS" in asked["RoleName"]
        else {"Role": {"Arn": ADMIN}}}),
    "no role of spot": Fault("service-linked roles", "warn", "spot.amazonaws.com", {
        "iam.GetRole": lambda asked: Refusal("NoSuchEntity", status=404) if "Spot" in asked["RoleName"]
        else {"Role": {"Arn": ADMIN}}}),
    "no admin role": Fault("cluster access", "fail", "cluster.access", {
        "iam.GetRole": lambda asked: Refusal("NoSuchEntity", status=404) if asked["RoleName"] == "Admin"
        else {"Role": {"Arn": ADMIN}}}),
    "admin role with another path": Fault("cluster access", "fail", "cluster.access", {
        "iam.GetRole": {"Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/Admin"}}}),
    "no viewer": Fault("cluster access", "fail", "cluster.access", {
        "iam.GetUser": Refusal("NoSuchEntity", status=404)}),
    "zone without EKS": Fault("zones", "fail", "availability_zones", in_zone("use1-az3")),
    "unknown zone": Fault("zones", "fail", "eu-central-1c", {
        "ec2.DescribeAvailabilityZones": {"AvailabilityZones": ZONES[1:]}}),
    "impaired zone": Fault("zones", "warn", "wait", in_zone("euc1-az2", State="impaired")),
    "region without FSx": Fault("services", "fail", "another region", {
        "ssm.GetParameter": parameters(without="services/fsx")}),
    "no instance type in a zone": Fault("instance types", "fail", "cluster.node_groups.workers.instance_types", {
        "ec2.DescribeInstanceTypeOfferings": {"InstanceTypeOfferings": [
            {"InstanceType": each, "Location": zone} for each, zone in (
                ("m7i.large", "eu-central-1a"), ("t4g.micro", "eu-central-1a"), ("t4g.micro", "eu-central-1b"))]}}),
    "no database class": Fault("database class", "fail", "database.instance_class", {
        "rds.DescribeOrderableDBInstanceOptions": orderable(version="16.4")}),
    "database class in one zone": Fault("database class", "fail", "database.instance_class", {
        "rds.DescribeOrderableDBInstanceOptions": orderable(zones=("eu-central-1a",))},
        settings={"database": {"multi_az": True}}),
    "vCPU quota of a new account": Fault("on-demand vCPU", "fail", "--quota-code L-1216C47A --desired-value 18", {
        "service-quotas.GetServiceQuota": quota(L_1216C47A=5)}),
    "vCPU quota without an update": Fault("on-demand vCPU", "warn", "L-1216C47A", {
        "service-quotas.GetServiceQuota": quota(L_1216C47A=10)}),
    "vCPUs that others take": Fault("on-demand vCPU", "fail", "--desired-value 418", {
        "service-quotas.GetServiceQuota": quota(L_1216C47A=405), **instances(100)}),
    "spot quota": Fault("spot vCPU", "fail", "L-34B43A08", {
        "service-quotas.GetServiceQuota": quota(L_34B43A08=2)}),
    "Elastic IP quota": Fault("Elastic IPs", "fail", "L-0263D0A3", {
        "service-quotas.GetServiceQuota": quota(L_0263D0A3=5),
        "ec2.DescribeAddresses": {"Addresses": [{"PublicIp": f"192.0.2.{n}"} for n in range(5)]}}),
    "VPC quota": Fault("VPCs", "fail", "L-F678F1CE", {
        "service-quotas.GetServiceQuota": quota(L_F678F1CE=1),
        "ec2.DescribeVpcs": lambda asked: {"Vpcs": [{"VpcId": "vpc-own"}] if asked.get("Filters")
                                           else [{"VpcId": "vpc-own"}, {"VpcId": "vpc-other"}]}}),
    "extended support": Fault("Kubernetes version", "warn", "cluster.version", {
        "eks.DescribeClusterVersions": {"clusterVersions": [
            {"clusterVersion": "1.36", "versionStatus": "EXTENDED_SUPPORT"}]}}),
    "unsupported version": Fault("Kubernetes version", "fail", "cluster.version", {
        "eks.DescribeClusterVersions": {"clusterVersions": []}}),
    "add-on that EKS lacks": Fault("add-on versions", "fail", "stay on the deployed version", {
        "eks.DescribeAddonVersions": not_for("aws-fsx-csi-driver")}),
    "add-on that EKS does not know": Fault("add-on versions", "fail", "stay on the deployed version", {
        "eks.DescribeAddonVersions": lambda asked: Refusal("InvalidParameterException")
        if asked["addonName"] == "coredns" else offered(asked)}),
    "pin that does not fit": Fault("add-on versions", "fail", "cluster.addons.coredns.version", settings={
        "cluster": {"addons": {"coredns": {"version": "v9.9.9-eksbuild.9"}}}}, beside=("add-ons",)),
    "schema without our key": Fault("add-on configuration", "fail", "cluster.addons.vpc_cni.version", {
        "eks.DescribeAddonConfiguration": {"configurationSchema": '{"additionalProperties": false}'}}),
    "stuck update": Fault("stack states", "fail", "continue-update-rollback --stack-name airflow-test-cluster", {
        "cloudformation.DescribeStacks": stacks(cluster="UPDATE_ROLLBACK_FAILED")}),
    "stuck creation": Fault("stack states", "fail", "delete-stack --stack-name airflow-test-database", {
        "cloudformation.DescribeStacks": stacks(database="ROLLBACK_FAILED")}),
    "stuck deletion": Fault("stack states", "fail", "make destroy", {
        "cloudformation.DescribeStacks": stacks(network="DELETE_FAILED")}),
    "update that goes on for ever": Fault("stack states", "fail", "cancel-update-stack", {
        "cloudformation.DescribeStacks": long_in_progress}),
    "update taken back": Fault("stack states", "warn", "describe-stack-events", {
        "cloudformation.DescribeStacks": stacks(airflow="UPDATE_ROLLBACK_COMPLETE")}),
    "drift": Fault("drift", "warn", "describe-stack-resource-drifts --stack-name airflow-test-storage", {
        "cloudformation.DescribeStacks": drifted,
        "cloudformation.DescribeStackResourceDrifts": {"StackResourceDrifts": [
            {"StackId": "x", "LogicalResourceId": "FileSystem", "ResourceType": "AWS::FSx::FileSystem",
             "StackResourceDriftStatus": "MODIFIED", "Timestamp": NOW}]}}),
    "data that a destroy deletes": Fault("retain_data", "warn", "make deploy", {
        "cloudformation.GetTemplate": template("Delete")}),
    "data that a destroy keeps": Fault("retain_data", "warn", "make deploy", settings={"retain_data": False}),
    "revived log group": Fault("control-plane log group", "fail",
        "aws logs delete-log-group --region eu-central-1 --log-group-name /aws/eks/airflow-test/cluster", {
            "cloudformation.DescribeStacks": NO_STACKS,
            "eks.DescribeCluster": Refusal("ResourceNotFoundException", status=404),
            "ec2.DescribeVpcs": {"Vpcs": []}}),
    "VPC of an earlier platform": Fault("earlier VPC", "warn", "delete-vpc", {
        "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-own"}, {"VpcId": "vpc-left"}]}}),
    "two versions at once": Fault("version step", "fail", 'set cluster.version to "1.35"', {
        **cluster(version="1.34"), "eks.ListInsights": {"insights": [
            {"name": "x", "insightStatus": {"status": "PASSING"}}]}}, beside=NODES_BEHIND),
    "a version back": Fault("version step", "fail", "docs/runbooks/upgrade.md", cluster(version="1.37"),
        beside=NODES_BEHIND),
    "upgrade insight": Fault("upgrade insights", "fail", "describe-insight --cluster-name airflow-test --id i-1", {
        **OLD, "eks.ListInsights": {"insights": [ERROR]}}, beside=NODES_BEHIND),
    "control plane with an issue": Fault("control plane", "fail", "describe-cluster", cluster(
        health=issue("ClusterUnreachable"))),
    "degraded node group": Fault("node groups", "fail", "describe-nodegroup", {
        "eks.DescribeNodegroup": node_group(status="DEGRADED", health=issue("AsgInstanceLaunchFailures"))}),
    "nodes behind the control plane": Fault("node groups", "warn", "make deploy", {
        "eks.DescribeNodegroup": node_group(version="1.35")}),
    "old node image": Fault("node image", "warn", "update-nodegroup-version", {
        "eks.DescribeNodegroup": node_group(releaseVersion="1.36.0-20260801")}),
    "degraded add-on": Fault("add-ons", "fail", "describe-addon", {
        "eks.DescribeAddon": addon("coredns", status="DEGRADED", health=issue("InsufficientNumberOfReplicas"))}),
    "missing add-on": Fault("add-ons", "fail", "make deploy", {
        "eks.DescribeAddon": lambda asked: Refusal("ResourceNotFoundException") if asked["addonName"] == "vpc-cni"
        else addon("")(asked)}),
    "misconfigured file system": Fault("file system", "fail", "describe-file-systems", {
        "fsx.DescribeFileSystems": {"FileSystems": [{"FileSystemId": FILE_SYSTEM, "Lifecycle": "MISCONFIGURED"}]}}),
    "file system that is gone": Fault("file system", "fail", "describe-backups", {
        "fsx.DescribeFileSystems": Refusal("FileSystemNotFound")}),
    "full database": Fault("database", "fail", "describe-events", {
        "rds.DescribeDBInstances": {"DBInstances": [{"DBInstanceStatus": "storage-full"}]}}),
    "database that is gone": Fault("database", "fail", "describe-db-snapshots", {
        "rds.DescribeDBInstances": Refusal("DBInstanceNotFound", status=404)}),
    "key without rotation": Fault("keys", "warn", "enable-key-rotation", {
        "kms.GetKeyRotationStatus": {"KeyRotationEnabled": False}}),
    "key that is to be deleted": Fault("keys", "fail", "cancel-key-deletion", {
        "kms.DescribeKey": {"KeyMetadata": {"KeyId": "key-1234", "KeyState": "PendingDeletion"}}}),
    "claim that is not bound": Fault("volumes", "fail", "describe persistentvolumeclaim aws-fsx-pvc", objects={
        "persistentvolumeclaims": [claim("Pending")]}),
    "no claim": Fault("volumes", "fail", "make deploy", objects={"persistentvolumeclaims": []}),
    "failed migration": Fault("migration", "fail", "logs job/airflow-migration-2", objects={
        "jobs": [job("Complete"), job("Failed", "airflow-migration-2", "2026-11-02T00:00:00Z")]}),
    "unfinished migration": Fault("migration", "fail", "logs job/", objects={"jobs": [job("")]}),
    "component without pods": Fault("components", "fail", "describe deployment airflow-scheduler", objects={
        "deployments": [deployment(name, available=int(name != "airflow-scheduler")) for name in COMPONENTS]}),
    "component that is not there": Fault("components", "fail", "make deploy", objects={
        "deployments": [deployment(name) for name in COMPONENTS[:3]]}),
    "component scaled to none": Fault("components", "fail", "scale deployment airflow-triggerer", objects={
        "deployments": [deployment(name, wanted=int(name != "airflow-triggerer")) for name in COMPONENTS]}),
    "version that is refused soon": Fault("end of support", "warn", "docs/runbooks/upgrade.md; cluster.version",
        now=datetime(2027, 7, 1, tzinfo=timezone.utc), beside=BY_THEN),
    "version that is refused": Fault("end of support", "fail", "docs/runbooks/upgrade.md; cluster.version",
        now=datetime(2027, 9, 1, tzinfo=timezone.utc), beside=BY_THEN),
    "failed NAT gateway": Fault("NAT gateways", "fail", "network.nat_gateways", nat(
        "failed", FailureMessage="Elastic IP in use")),
    "NAT gateway that somebody deleted": Fault("NAT gateways", "fail", "network.nat_gateways", {
        "ec2.DescribeNatGateways": Refusal("NatGatewayNotFound")}),
    "NAT gateway to come": Fault("NAT gateways", "warn", "wait", nat("pending")),
    "subnet without addresses": Fault("addresses", "warn", "network.private_subnet_prefix", {
        "ec2.DescribeSubnets": subnets(left=7)}),
    "node that is not ready": Fault("nodes", "fail", "kubectl describe node ip-10-0-1-2", objects={
        "nodes": [node(Ready="Unknown")]}),
    "node without disk": Fault("nodes", "warn", "describe node", objects={
        "nodes": [node(Ready="True", DiskPressure="True")]}),
    "stopped database": Fault("database", "fail", "describe-events", {"rds.DescribeDBInstances": database("stopped")}),
    "failed file system": Fault("file system", "fail", "FSx support", {
        "fsx.DescribeFileSystems": {"FileSystems": [{"FileSystemId": FILE_SYSTEM, "Lifecycle": "FAILED"}]}}),
    "certificate that ends soon": Fault("database certificate", "warn", "--ca-certificate-identifier", {
        "rds.DescribeDBInstances": database(valid_days=10)}),
    "certificate that has ended": Fault("database certificate", "fail", "modify-db-instance", {
        "rds.DescribeDBInstances": database(valid_days=-1)}),
    "authority that ends soon": Fault("database certificate", "warn", "describe-certificates", {
        "rds.DescribeCertificates": authority(valid_days=59)}),
    "secret that is to be deleted": Fault("secrets", "fail", "aws secretsmanager restore-secret", {
        "secretsmanager.DescribeSecret": of_the_platform(secret(DeletedDate=NOW))}),
    "secret that is gone": Fault("secrets", "fail", "docs/how-to/secret.md", {
        "secretsmanager.DescribeSecret": of_the_platform(Refusal("ResourceNotFoundException"))}),
    "CronJob that is not there": Fault("housekeeping", "fail", "make deploy", objects={
        "cronjobs": cron_jobs()["cronjobs"][:2]}),
    "suspended CronJob": Fault("housekeeping", "warn", "patch cronjob airflow-clean-logs", objects=cron_jobs(
        suspend=True)),
    "CronJob that failed last night": Fault("housekeeping", "warn", "component=clean-logs", objects=cron_jobs(
        succeeded=30, started=6)),
    "CronJob that has never succeeded": Fault("housekeeping", "warn", "component=clean-logs", objects=cron_jobs(
        succeeded=None, started=None, made=40)),
    "evicted pod": Fault("pods", "warn", "describe pod task-1", objects={"pods": [
        pod("task-1", phase="Failed", reason="Evicted", message="low on memory", containerStatuses=None)]}),
    "pod that no node has room for": Fault("pods", "warn", "describe pod wide-task-1", objects={
        "pods": [no_node(minutes=30)]}),
    "image that cannot be pulled": Fault("pods", "fail", "describe pod", objects=waiting("ImagePullBackOff")),
    "pod that crashes again and again": Fault("pods", "fail", "incidents.md", objects=waiting("CrashLoopBackOff")),
    "pod that ran out of memory": Fault("pods", "warn", "describe pod", objects={"pods": [
        pod(container={"lastState": {"terminated": {"reason": "OOMKilled"}}})]}),
}  # fmt: skip
