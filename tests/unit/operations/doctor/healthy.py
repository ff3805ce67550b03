"""What a healthy account and a healthy cluster answer."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from operations.doctor.context import PARTS
from settings import AwsEnvironment
from settings.facts.addons import ADDONS
from tests.support.environments import aws_environment

Json = dict[str, Any]
ACCOUNT = "111122223333"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/team/Admin"
VIEWER = f"arn:aws:iam::{ACCOUNT}:user/viewer"
NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
VERSION = "v1.3.0-eksbuild.1"
RELEASE = "1.36.1-20261101"
HOST, ZONE, BALANCER = "airflow.example.com", "Z0123456789", "airflow-1.eu-central-1.elb.amazonaws.com"
CERTIFICATE = f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"
ISSUER = "https://login.example.com/realms/main"
LOGIN_SECRET = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:airflow/login-AbCdEf"
LOGIN = {"issuer": ISSUER, "client_id": "airflow", "client_secret_arn": LOGIN_SECRET, "roles": {"people": "User"}}
METADATA: Json = {
    "issuer": ISSUER,
    "scopes_supported": ["openid", "profile", "email"],
    **{each: f"{ISSUER}/{each}" for each in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
}
FILE_SYSTEM = "fs-0123456789abcdef0"
RESOURCES = {
    "network": {"AWS::EC2::VPC": "vpc-own", "AWS::EC2::NatGateway": "nat-1", "AWS::EC2::Subnet": "subnet-1"},
    "cluster": {
        "AWS::KMS::Key": "key-1234",
        "AWS::CertificateManager::Certificate": CERTIFICATE,
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "arn:balancer",
    },
    "storage": {"AWS::FSx::FileSystem": FILE_SYSTEM, "AWS::FSx::DataRepositoryAssociation": "dra-1"},
    "database": {"AWS::RDS::DBInstance": "db-1", "AWS::SecretsManager::Secret": "arn:secret"},
}
"""Part of the platform -> type -> physical id."""


@dataclass(frozen=True)
class Refusal:
    """An error that AWS answers with."""

    code: str
    message: str = "no"
    status: int = 400


def settings(**overrides: Any) -> AwsEnvironment:
    """An environment in which every check but the upgrade's applies."""
    cluster = {
        "access": {"admins": [ADMIN], "viewers": [VIEWER]},
        "controller": {"enabled": True},
        "node_groups": {"workers": {"max_size": 4}, "cheap": {"capacity_type": "spot", "min_size": 0, "max_size": 2}},
        **overrides.pop("cluster", {}),
    }
    storage = {"data": [{"path": "features", "s3": "s3://theirs/features/"}], **overrides.pop("storage", {})}
    access = {"mode": "internet", "cidrs": ["198.51.100.0/24"], "host_name": HOST, "hosted_zone_id": ZONE}
    parts = {"cluster": cluster, "storage": storage, "access": access}
    airflow = {"login": LOGIN, **overrides.pop("airflow", {})}
    return aws_environment(**{"account": ACCOUNT, **parts, "airflow": airflow, **overrides})


def stack(part: str, status: str = "CREATE_COMPLETE", drift: str = "IN_SYNC", platform: str = "airflow-test") -> Json:
    return {
        "StackName": f"{platform}-{part}",
        "StackStatus": status,
        "CreationTime": NOW,
        "DriftInformation": {"StackDriftStatus": drift},
    }


def stacks(**statuses: str | None) -> Any:
    """DescribeStacks: a healthy platform, but for some parts' statuses; None for one that is not there."""

    def answer(asked: Json) -> Json:
        part = asked["StackName"].rpartition("-")[2]
        status = statuses.get(part, "CREATE_COMPLETE")
        if status is None:
            return {"Stacks": []}
        return {"Stacks": [stack(part, status)]}

    return answer


NO_STACKS = stacks(**dict.fromkeys(PARTS))


def template(policy: str) -> Json:
    """GetTemplate of a stack with data."""
    resource = {"Type": "AWS::FSx::FileSystem", "DeletionPolicy": policy}
    return {"TemplateBody": json.dumps({"Resources": {"Data": resource, "Other": {"Type": "AWS::EC2::Subnet"}}})}


def links(state: str = "AVAILABLE", id_: str = "dra-1") -> Json:
    """DescribeDataRepositoryAssociations of one folder."""
    place = {"FileSystemPath": "/logs", "DataRepositoryPath": "s3://ours/logs/"}
    return {"Associations": [{"AssociationId": id_, "FileSystemId": FILE_SYSTEM, "Lifecycle": state, **place}]}


def waiting_to_leave(seconds: int) -> Json:
    """GetMetricStatistics of the files that leave to S3."""
    return {"Datapoints": [{"Timestamp": NOW, "Maximum": float(seconds)}]}


def node_group(**changes: Any) -> Json:
    group = {
        "nodegroupName": "workers",
        "status": "ACTIVE",
        "version": "1.36",
        "releaseVersion": RELEASE,
        "amiType": "AL2023_x86_64_STANDARD",
        "health": {"issues": []},
    }
    return {"nodegroup": {**group, **changes}}


def zone(name: str, zone_id: str, **changes: str) -> Json:
    described = {"ZoneName": name, "ZoneId": zone_id, "State": "available", "ZoneType": "availability-zone"}
    return {**described, **changes}


ZONES = [zone("eu-central-1a", "euc1-az2"), zone("eu-central-1b", "euc1-az3"), zone("eu-central-1c", "euc1-az1")]


def orderable(zones: tuple[str, ...] = ("eu-central-1a", "eu-central-1b"), version: str = "17.4") -> Json:
    names = [{"Name": name} for name in zones]
    option = {"EngineVersion": version, "StorageType": "gp3", "AvailabilityZones": names, "MultiAZCapable": True}
    return {"OrderableDBInstanceOptions": [option]}


def offered(asked: Json, version: str = VERSION) -> Json:
    fits = {"clusterVersion": asked["kubernetesVersion"], "defaultVersion": True}
    versions = [{"addonVersion": version, "compatibilities": [fits]}]
    return {"addons": [{"addonName": asked["addonName"], "addonVersions": versions}]}


def quota(**values: float) -> Any:
    """GetServiceQuota: enough of everything, but for some codes (`_` for `-`)."""
    return lambda asked: {"Quota": {"Value": values.get(asked["QuotaCode"].replace("-", "_"), 500.0)}}


def account_with(environment: AwsEnvironment) -> dict[str, Any]:
    """All answers of a healthy account that the environment is deployed in."""
    types = sorted({each for group in environment.cluster.node_groups.values() for each in group.instance_types})
    places = [(each, zone) for each in (*types, environment.cluster.controller.instance_type)
              for zone in environment.availability_zones]  # fmt: skip
    cluster = {"name": "airflow-test", "status": "ACTIVE", "version": "1.36", "health": {"issues": []}}
    return {
        "sts.GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/me"},
        "ssm.GetParameter": parameters(),
        "freetier.GetAccountPlanState": {"accountPlanType": "PAID", "accountPlanStatus": "ACTIVE"},
        "ec2.GetEbsDefaultKmsKeyId": {"KmsKeyId": "alias/aws/ebs"},
        "iam.GetRole": lambda asked: {
            "Role": {"Arn": ADMIN if asked["RoleName"] == "Admin" else f"arn:aws:iam::{ACCOUNT}:role/service"}
        },
        "iam.GetUser": {"User": {"Arn": VIEWER}},
        "ec2.DescribeAvailabilityZones": {"AvailabilityZones": ZONES},
        "ec2.DescribeInstanceTypeOfferings": {
            "InstanceTypeOfferings": [{"InstanceType": each, "Location": zone} for each, zone in places]
        },
        "rds.DescribeOrderableDBInstanceOptions": orderable(),
        "service-quotas.GetServiceQuota": quota(),
        "ec2.DescribeInstances": {"Reservations": []},
        "ec2.DescribeAddresses": {"Addresses": []},
        "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-own"}]},
        "eks.DescribeClusterVersions": {
            "clusterVersions": [{"clusterVersion": "1.36", "versionStatus": "STANDARD_SUPPORT"}]
        },
        "eks.DescribeAddonVersions": offered,
        "eks.DescribeAddonConfiguration": {
            "configurationSchema": json.dumps({"properties": {"enableNetworkPolicy": {"type": "string"}}})
        },
        "s3.GetBucketLocation": {"LocationConstraint": "eu-central-1"},
        "fsx.DescribeDataRepositoryAssociations": links(),
        "cloudwatch.GetMetricStatistics": waiting_to_leave(0),
        "cloudformation.DescribeStacks": stacks(),
        "cloudformation.ListStackResources": resources,
        "cloudformation.GetTemplate": template("Retain"),
        "logs.DescribeLogGroups": {"logGroups": [{"logGroupName": "/aws/eks/airflow-test/cluster"}]},
        "eks.DescribeCluster": {"cluster": cluster},
        "eks.ListNodegroups": {"nodegroups": ["workers"]},
        "eks.DescribeNodegroup": node_group(),
        "eks.DescribeAddon": lambda asked: {"addon": {"addonName": asked["addonName"], "status": "ACTIVE",
                                                      "addonVersion": VERSION, "health": {"issues": []}}},
        "fsx.DescribeFileSystems": {"FileSystems": [{"FileSystemId": FILE_SYSTEM, "Lifecycle": "AVAILABLE"}]},
        "rds.DescribeDBInstances": database(),
        "rds.DescribeCertificates": authority(),
        "secretsmanager.DescribeSecret": secret(),
        "ec2.DescribeSubnets": subnets(left=200),
        "ec2.DescribeNatGateways": {"NatGateways": [{"NatGatewayId": "nat-1", "State": "available"}]},
        "acm.DescribeCertificate": door_certificate(),
        "route53.GetHostedZone": {"HostedZone": {"Id": ZONE, "Name": "example.com.", "CallerReference": "1"}},
        "elbv2.DescribeLoadBalancers": {"LoadBalancers": [{"DNSName": BALANCER, "State": {"Code": "active"}}]},
        "kms.DescribeKey": {"KeyMetadata": {"KeyId": "key-1234", "KeyState": "Enabled"}},
        "kms.GetKeyRotationStatus": {"KeyRotationEnabled": True, "NextRotationDate": NOW + timedelta(days=180)},
    }  # fmt: skip


def door_certificate(valid_days: int = 300, **changes: Any) -> Json:
    """DescribeCertificate."""
    ends = NOW + timedelta(days=valid_days)
    return {"Certificate": {"Status": "ISSUED", "DomainName": "*.example.com", "NotAfter": ends, **changes}}


def resources(asked: Json) -> Json:
    part = asked["StackName"].rpartition("-")[2]
    return {"StackResourceSummaries": [
        {"ResourceType": each, "PhysicalResourceId": physical_id, "ResourceStatus": "CREATE_COMPLETE"}
        for each, physical_id in RESOURCES.get(part, {}).items()
    ]}  # fmt: skip


def database(status: str = "available", valid_days: int = 365) -> Json:
    """DescribeDBInstances."""
    details = {"CAIdentifier": "rds-ca", "ValidTill": NOW + timedelta(days=valid_days)}
    return {"DBInstances": [{"DBInstanceStatus": status, "CertificateDetails": details}]}


def subnets(left: int) -> Json:
    """DescribeSubnets."""
    return {"Subnets": [{"SubnetId": "subnet-1", "AvailableIpAddressCount": left}]}


def authority(valid_days: int = 3650) -> Json:
    """DescribeCertificates."""
    return {"Certificates": [{"CertificateIdentifier": "rds-ca", "ValidTill": NOW + timedelta(days=valid_days)}]}


def secret(**changes: Any) -> Json:
    """DescribeSecret."""
    return {"Name": "airflow-test-keys", "LastChangedDate": NOW - timedelta(days=100), **changes}


def parameters(without: str = "", **values: str) -> Any:
    """GetParameter: the public parameters, but for those whose name holds `without`."""

    def answer(asked: Json) -> Any:
        name = asked["Name"]
        if without and without in name:
            return Refusal("ParameterNotFound")
        key = "bootstrap" if "bootstrap" in name else "release" if "release_version" in name else "service"
        return {"Parameter": {"Value": values.get(key, {"bootstrap": "33", "release": RELEASE}.get(key, "x"))}}

    return answer


COMPONENTS = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")


def deployment(name: str, available: int = 1, wanted: int = 1) -> Json:
    condition = {"type": "Available", "status": "True" if available >= wanted else "False"}
    return {"metadata": {"name": name}, "spec": {"replicas": wanted},
            "status": {"availableReplicas": available, "conditions": [condition]}}  # fmt: skip


def job(condition: str, name: str = "airflow-migration-0a1b2c", created: str = "2026-11-01T00:00:00Z") -> Json:
    conditions = [{"type": condition, "status": "True"}] if condition else []
    return {"metadata": {"name": name, "creationTimestamp": created}, "status": {"conditions": conditions}}


CLEANERS = ("airflow-clean-pods", "airflow-clean-metadata", "airflow-clean-logs")


def cron_job(name: str, succeeded: int | None = 20, started: int | None = 20, made: int = 900, **spec: Any) -> Json:
    """A CronJob that was made, last started and last succeeded so many hours ago."""

    def ago(hours: int | None) -> str | None:
        return None if hours is None else (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    times = {"lastScheduleTime": ago(started), "lastSuccessfulTime": ago(succeeded)}
    return {"metadata": {"name": name, "creationTimestamp": ago(made)}, "spec": spec,
            "status": {key: time for key, time in times.items() if time}}  # fmt: skip


def cron_jobs(**last: Any) -> dict[str, list[Json]]:
    """All CronJobs, the last of them so."""
    return {"cronjobs": [*map(cron_job, CLEANERS[:2]), cron_job(CLEANERS[2], **last)]}


def pod(name: str = "airflow-scheduler-7d-x", minutes: int = 60, container: Json | None = None, **status: Any) -> Json:
    """A pod that was made so many minutes ago."""
    made = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    containers = [{"state": {"running": {}}, **(container or {})}]
    return {"metadata": {"name": name, "creationTimestamp": made},
            "status": {"phase": "Running", "containerStatuses": containers, **status}}  # fmt: skip


def no_node(minutes: int) -> Json:
    """A pod that waits for a node for so long."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes"}
    return pod("wide-task-1", minutes, phase="Pending", conditions=[condition], containerStatuses=None)


def node(**conditions: str) -> Json:
    states = [{"type": name, "status": state} for name, state in conditions.items()]
    return {"metadata": {"name": "ip-10-0-1-2"}, "status": {"conditions": states}}


def claim(phase: str) -> Json:
    return {"metadata": {"name": "aws-fsx-pvc"}, "status": {"phase": phase}}


def cluster_objects() -> dict[str, list[Json]]:
    return {
        "persistentvolumeclaims": [claim("Bound")],
        "jobs": [job("Complete")],
        "deployments": [deployment(name) for name in COMPONENTS],
        "pods": [pod(), no_node(minutes=3)],
        "nodes": [node(Ready="True")],
        **cron_jobs(),
    }


assert len(ADDONS) == 6, "the add-ons of these answers"
