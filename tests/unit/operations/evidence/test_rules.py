"""Every rule finds what it is for: production's templates, broken in one place each."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from operations.evidence.rules import RULES
from operations.evidence.rules.front_door import LISTENER
from operations.evidence.subject import Json, Subject
from tests.unit.operations.evidence.conftest import TODAY, Workshop

Break = Callable[[Workshop], object]

ALL = "arn:aws:secretsmanager:us-east-1:111122223333:secret:all/*"
LINK = "AWS::FSx::DataRepositoryAssociation"
ANY_ROLE = {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}
ANYBODY: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}


def container(obj: Json) -> Json:
    found: Json = obj["spec"]["template"]["spec"]["containers"][0]
    return found


def statement(workshop: Workshop, logical_id: str, sid: str) -> Json:
    statements = workshop.properties("AWS::IAM::Policy", logical_id)["PolicyDocument"]["Statement"]
    found: Json = next(each for each in statements if each.get("Sid") == sid)
    return found


def without_statement(workshop: Workshop, logical_id: str, sid: str) -> None:
    document = workshop.properties("AWS::IAM::Policy", logical_id)["PolicyDocument"]
    document["Statement"] = [each for each in document["Statement"] if each.get("Sid") != sid]


def no_service_account(w: Workshop) -> None:
    w.remove_objects("ServiceAccount", "airflow-triggerer")


def policy_without_database(w: Workshop) -> None:
    https = [{"ports": [{"port": 443, "protocol": "TCP"}]}]
    w.objects(lambda obj: obj["spec"].update(egress=https), "NetworkPolicy", "airflow-scheduler-egress")


def cluster_admin(w: Workshop) -> None:
    w.add_object(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "all"},
            "roleRef": {"name": "cluster-admin"},
            "subjects": [],
        }
    )


def open_port(w: Workshop, group: str, port: int, **peer: Any) -> None:
    target = {"Fn::GetAtt": [_logical_id(w, group), "GroupId"]}
    ports = {"FromPort": port, "ToPort": port, "IpProtocol": "tcp"}
    w.add("NetworkStack", "AWS::EC2::SecurityGroupIngress", GroupId=target, **ports, **peer)


def _logical_id(w: Workshop, prefix: str) -> str:
    names: list[str] = list(w.templates["NetworkStack"]["Resources"])
    return next(name for name in names if name.startswith(prefix))


def task_role(w: Workshop, action: str, resource: str, *policies: str) -> None:
    """A role of tasks, as the cluster's stack makes it."""
    w.templates["ClusterStack"]["Resources"]["TaskRoleslarge0"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": []},
            "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{each}" for each in policies],
            "Policies": [
                {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}}
            ],
        },
    }


def repository(w: Workshop, **body: Any) -> Json:
    """A repository of images, as it should be but for what is changed. Returns its properties."""
    good: Json = {"ImageTagMutability": "IMMUTABLE", "ImageScanningConfiguration": {"ScanOnPush": True}}
    w.add("StorageStack", "AWS::ECR::Repository", **good)
    made = w.body("AWS::ECR::Repository")
    made.update({"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", **body})
    found: Json = made["Properties"]
    return found


def without(w: Workshop, logical_id: str) -> None:
    w.body("AWS::EC2::SecurityGroupIngress", logical_id)["Type"] = "Removed"


def unlinked(w: Workshop) -> Json:
    """The file system without its links and without backups."""
    for resource in w.templates["StorageStack"]["Resources"].values():
        if resource["Type"] == LINK:
            resource["Type"] = "Removed"
    found: Json = w.properties("AWS::FSx::FileSystem")["LustreConfiguration"]
    return found


BREAKS: list[tuple[str, str, Break]] = [
    ("log-retention", "FlowLogs", lambda w: w.properties("AWS::Logs::LogGroup").pop("RetentionInDays")),
    ("data-encrypted", "Instance", lambda w: w.properties("AWS::RDS::DBInstance").pop("StorageEncrypted")),
    ("data-encrypted", "NodeGroups", lambda w: _node_data(w).pop("BlockDeviceMappings")),
    ("data-encrypted", "Controller", lambda w: _disk(w).pop("Encrypted")),
    ("data-kept", "FileSystem", lambda w: w.body("AWS::FSx::FileSystem").pop("DeletionPolicy")),
    ("data-kept", "Secret", lambda w: w.body("AWS::SecretsManager::Secret").update(UpdateReplacePolicy="Delete")),
    ("data-backed-up", "FileSystem", unlinked),
    ("data-backed-up", "FileSystem", lambda w: unlinked(w).update(DeploymentType="SCRATCH_2")),
    ("data-backed-up", "Instance", lambda w: w.properties("AWS::RDS::DBInstance").update(BackupRetentionPeriod=0)),
    ("database-tls", "Instance", lambda w: w.properties("AWS::RDS::DBParameterGroup").update(Parameters={})),
    ("image-repository", "pushed over", lambda w: repository(w).update(ImageTagMutability="MUTABLE")),
    ("image-repository", "not scanned", lambda w: repository(w).pop("ImageScanningConfiguration")),
    ("image-repository", "without a question", lambda w: repository(w).update(EmptyOnDelete=True)),
    ("data-kept", "Added", lambda w: repository(w, DeletionPolicy="Delete")),
    ("eks-endpoint", "Cluster", lambda w: _vpc(w).update(PublicAccessCidrs=["203.0.113.0/24", "0.0.0.0/0"])),
    ("eks-logs", "audit", lambda w: _logging(w).pop(1)),
    ("eks-secrets", "Cluster", lambda w: w.properties("AWS::EKS::Cluster").pop("EncryptionConfig")),
    ("eks-access", "ConfigMap", lambda w: _access(w).update(AuthenticationMode="API_AND_CONFIG_MAP")),
    ("eks-access", "deploys", lambda w: _access(w).update(BootstrapClusterCreatorAdminPermissions=True)),
    ("metadata-service", "NodeGroups", lambda w: _node_data(w)["MetadataOptions"].update(HttpTokens="optional")),
    ("metadata-service", "NodeGroups", lambda w: _node_data(w)["MetadataOptions"].update(HttpPutResponseHopLimit=2)),
    ("not-public", "Instance", lambda w: w.properties("AWS::RDS::DBInstance").pop("PubliclyAccessible")),
    ("not-public", "Controller", lambda w: w.properties("AWS::EC2::Instance").update(KeyName="mine")),
    ("supported", "cluster.version", lambda w: setattr(w, "today", date(2027, 8, 2))),
    (
        "iam-actions",
        "SecretsScheduler",
        lambda w: statement(w, "SecretsScheduler", "ReadSecrets").update(Action="s3:*"),
    ),
    ("iam-principals", "Key", lambda w: _key_statements(w).append(ANYBODY)),
    ("iam-principals", "FileSystemKey", lambda w: _of_links(w).pop("Condition")),
    ("iam-principals", "FileSystemKey", lambda w: _of_links(w)["Condition"].pop("ArnLike")),
    ("iam-principals", "FileSystemKey", lambda w: _of_links(w)["Condition"].pop("StringEquals")),
    ("iam-principals", "FileSystemKey", lambda w: _of_links(w)["Condition"].update(ArnLike=ANY_ROLE)),
    ("key-users", "everything", lambda w: _key_statements(w)[0].update(Principal={"AWS": "arn:aws:iam::1:role/a"})),
    ("key-users", "another account", lambda w: _key_statements(w)[0].update(Principal={"AWS": "arn:aws:iam::9:root"})),
    ("pod-roles", "SecretReadersScheduler", lambda w: _trust(w).pop("aws:RequestTag/kubernetes-namespace")),
    ("pod-security", "hostNetwork", lambda w: w.objects(_host_network, "Deployment", "airflow-scheduler")),
    ("pod-security", "privileged", lambda w: w.objects(lambda o: o["metadata"].pop("labels"), "Namespace", "airflow")),
    ("pod-resources", "memory", lambda w: w.objects(lambda o: container(o).pop("resources"), "Deployment")),
    ("pod-storage", "airflow-scheduler", lambda w: w.objects(_unlimited, "Deployment", "airflow-scheduler")),
    ("pod-token", "airflow-dag", lambda w: w.objects(_with_token, "Deployment", "airflow-dag-processor")),
    ("pod-image", "latest", lambda w: w.objects(lambda o: container(o).update(image="mine"), "Deployment")),
    ("pod-priority", "airflow-triggerer", lambda w: w.objects(_no_priority, "Deployment", "airflow-triggerer")),
    ("rbac", "wildcard", lambda w: w.objects(lambda o: o["rules"][0].update(verbs=["*"]), "Role")),
    ("rbac", "Secrets", lambda w: w.objects(lambda o: o["rules"][0].update(resources=["secrets"]), "Role")),
    ("rbac", "commands", lambda w: w.objects(lambda o: o["rules"][0].update(resources=["pods/exec"]), "Role")),
    ("rbac", "cluster-admin", cluster_admin),
    ("service", "LoadBalancer", lambda w: w.objects(lambda o: o["spec"].update(type="LoadBalancer"), "Service")),
    ("default-deny", "Namespace/airflow", lambda w: w.remove_objects("NetworkPolicy", "deny-ingress")),
    ("task-roles", "do all of s3:*", lambda w: task_role(w, "s3:*", "arn:aws:s3:::data/*")),
    ("task-roles", "whatever s3:Get* comes to mean", lambda w: task_role(w, "s3:Get*", "*")),
    (
        "task-roles",
        "read all secrets",
        lambda w: task_role(w, "secretsmanager:Get*", "arn:aws:x:secret:*"),
    ),
    ("task-roles", "AmazonS3FullAccess", lambda w: task_role(w, "s3:GetObject", "*", "AmazonS3FullAccess")),
    ("pod-identity", "does not exist", no_service_account),
    ("pod-identity", "without an association", lambda w: _association(w).update(ServiceAccount="other")),
    ("secret-readers", "may not read", lambda w: statement(w, "SecretsScheduler", "ReadSecrets")["Resource"].pop()),
    ("secret-readers", "no pod", lambda w: w.remove_objects("SecretProviderClass", "airflow-admin-user")),
    ("secret-readers", "looks for secret:airflow/variables/*", lambda w: _store(w, "Scheduler").update(Resource=[])),
    ("secret-readers", "may read secret:all/*", lambda w: _store(w, "ApiServer")["Resource"].append(ALL)),
    ("pod-trust", "no association", lambda w: _trust(w)["aws:RequestTag/kubernetes-service-account"].append("more")),
    ("pod-trust", "refuses", lambda w: _trust(w)["aws:RequestTag/kubernetes-service-account"].pop()),
    ("from-anywhere", "5432", lambda w: open_port(w, "SecurityGroupsDatabase", 5432, CidrIp="0.0.0.0/0")),
    ("database-path", "nodes alone", lambda w: open_port(w, "SecurityGroupsDatabase", 5432, CidrIp="10.0.0.0/8")),
    ("database-path", "no security group", lambda w: without(w, "SecurityGroupsPostgresql")),
    ("database-path", "5432/tcp through", policy_without_database),
    (
        "lustre-path",
        "Lustre's ports, from",
        lambda w: open_port(w, "SecurityGroupsFileSystem", 22, CidrIp="10.0.0.0/8"),
    ),
    ("lustre-path", "hangs", lambda w: without(w, "SecurityGroupsLustre1018FromFileSystem")),
    ("fsx-driver", "its tag on", lambda w: without_statement(w, "RolesFsx", "NeverTagWhatExists")),
    ("fsx-driver", "without its tag", lambda w: statement(w, "RolesFsx", "Remove").pop("Condition")),
    (
        "fsx-driver",
        "UpdateFileSystem",
        lambda w: w.objects(lambda o: o.update(allowVolumeExpansion=True), "StorageClass"),
    ),
    (
        "front-door",
        "without TLS",
        lambda w: w.add("ClusterStack", LISTENER, Protocol="HTTP", DefaultActions=[{"Type": "fixed-response"}]),
    ),
    ("fsx-driver", "no StorageClass", lambda w: statement(w, "RolesFsx", "Look").update(Action="fsx:CreateBackup")),
]
"""Rule, words of what it says then, and how production is broken."""


def _vpc(w: Workshop) -> Json:
    found: Json = w.properties("AWS::EKS::Cluster")["ResourcesVpcConfig"]
    return found


def _access(w: Workshop) -> Json:
    found: Json = w.properties("AWS::EKS::Cluster")["AccessConfig"]
    return found


def _logging(w: Workshop) -> list[Json]:
    found: list[Json] = w.properties("AWS::EKS::Cluster")["Logging"]["ClusterLogging"]["EnabledTypes"]
    return found


def _node_data(w: Workshop) -> Json:
    found: Json = w.properties("AWS::EC2::LaunchTemplate", "NodeGroups")["LaunchTemplateData"]
    return found


def _disk(w: Workshop) -> Json:
    found: Json = w.properties("AWS::EC2::Instance")["BlockDeviceMappings"][0]["Ebs"]
    return found


def _association(w: Workshop) -> Json:
    return w.properties("AWS::EKS::PodIdentityAssociation", "ClusterIdentityAirflowScheduler")


def _store(w: Workshop, reader: str) -> Json:
    return statement(w, f"StoreReaders{reader}", "ReadStore")


def _key_statements(w: Workshop) -> list[Json]:
    found: list[Json] = w.properties("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    return found


def _of_links(w: Workshop) -> Json:
    found: Json = w.properties("AWS::KMS::Key", "FileSystemKey")["KeyPolicy"]["Statement"][1]
    return found


def _trust(w: Workshop) -> Json:
    statements = w.properties("AWS::IAM::Role", "RolesSecretReadersScheduler")["AssumeRolePolicyDocument"]["Statement"]
    found: Json = statements[0]["Condition"]["StringEquals"]
    return found


def _host_network(obj: Json) -> None:
    obj["spec"]["template"]["spec"]["hostNetwork"] = True


def _unlimited(obj: Json) -> None:
    for volume in obj["spec"]["template"]["spec"]["volumes"]:
        if "emptyDir" in volume:
            volume["emptyDir"] = {}


def _with_token(obj: Json) -> None:
    obj["spec"]["template"]["spec"]["automountServiceAccountToken"] = True


def _no_priority(obj: Json) -> None:
    obj["spec"]["template"]["spec"].pop("priorityClassName", None)


def found_by(rule_id: str, subject: Subject) -> list[str]:
    (rule,) = (rule for rule in RULES if rule.id == rule_id)
    return [f"{finding.resource}: {finding.message}" for finding in rule.findings(subject)]


BY_DESIGN = {"eks-endpoint", "pod-image", "pod-priority"}
"""Rules of which production breaks something as it is: operations/evidence/acceptances.yaml says why."""


@pytest.mark.parametrize(("rule", "words", "break_it"), BREAKS, ids=[f"{rule}-{words}" for rule, words, _ in BREAKS])
def test_should_find_what_the_rule_is_for(
    rule: str, words: str, break_it: Break, workshop: Workshop, production: Subject
) -> None:
    before = found_by(rule, production)
    break_it(workshop)
    found = [each for each in found_by(rule, workshop.subject) if rule in BY_DESIGN or each not in before]
    assert any(words in each for each in found), found


def test_should_have_an_example_of_every_rule() -> None:
    assert {rule for rule, _, _ in BREAKS} == {rule.id for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_should_find_nothing_in_a_task_role_that_names_what_it_uses(workshop: Workshop) -> None:
    task_role(workshop, "s3:Get*", "arn:aws:s3:::data/*", "AmazonS3ReadOnlyAccess")
    assert found_by("task-roles", workshop.subject) == found_by("iam-actions", workshop.subject) == []


def test_should_let_tasks_read_secrets_of_the_users(workshop: Workshop) -> None:
    task_role(workshop, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:111122223333:secret:team/*")
    assert found_by("task-roles", workshop.subject) == found_by("secret-readers", workshop.subject) == []


def test_should_take_s3_for_the_backup_of_a_linked_file_system(workshop: Workshop) -> None:
    assert found_by("data-backed-up", workshop.subject) == []
    unlinked(workshop)
    assert found_by("data-backed-up", workshop.subject)
    unlinked(workshop)["AutomaticBackupRetentionDays"] = 7
    assert found_by("data-backed-up", workshop.subject) == []


def test_should_judge_support_by_the_day_it_is_given(workshop: Workshop) -> None:
    workshop.today = TODAY
    assert found_by("supported", workshop.subject) == []


def test_should_find_nothing_in_a_repository_as_it_should_be(workshop: Workshop) -> None:
    repository(workshop)
    assert found_by("image-repository", workshop.subject) == []
