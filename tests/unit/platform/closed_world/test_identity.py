"""Who may do what: every statement of every role, and who may become one."""

from operations.evidence.subject import Subject
from tests.unit.platform.closed_world import world

DOOR = "ClusterStack/FrontDoorTrafficSourcesFunctionServiceRole"
PERMISSIONS = [
    (
        "NetworkStack/NetworkFlowLogsRole",
        "Allow",
        "logs:CreateLogStream, logs:DescribeLogStreams, logs:PutLogEvents",
        "NetworkStack/NetworkFlowLogsLogGroup.Arn",
        "",
    ),
    (
        "IamStack/RolesWorker",
        "Allow",
        "ecr:BatchImportUpstreamImage, ecr:CreateRepository",
        "arn:ecr:::repository/airflow-production/*",
        "",
    ),
    ("IamStack/RolesFsxCsiDriver", "Allow", "fsx:DescribeFileSystems", "*", ""),
    (
        "IamStack/RolesFsxCsiDriver",
        "Allow",
        "fsx:CreateFileSystem, fsx:TagResource",
        "arn:fsx:::file-system/*",
        "aws:RequestTag/CSIVolumeName Null false",
    ),
    ("IamStack/RolesFsxCsiDriver", "Deny", "fsx:TagResource, fsx:UntagResource", "arn:fsx:::file-system/fs-*", ""),
    (
        "IamStack/RolesFsxCsiDriver",
        "Allow",
        "fsx:DeleteFileSystem",
        "arn:fsx:::file-system/*",
        "aws:ResourceTag/CSIVolumeName Null false",
    ),
    (
        "IamStack/RolesFsxCsiDriver",
        "Allow",
        "iam:CreateServiceLinkedRole",
        "arn:iam:::role/aws-service-role/fsx.amazonaws.com/*, arn:iam:::role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*",
        "iam:AWSServiceName StringEquals fsx.amazonaws.com, s3.data-source.lustre.fsx.amazonaws.com",
    ),
    ("IamStack/RolesController", "Allow", "eks:DescribeCluster", "arn:eks:::cluster/airflow-production", ""),
    (
        "ClusterStack/ClusterManifestHandlerFunctionServiceRole",
        "Allow",
        "eks:DescribeCluster",
        "ClusterStack/Cluster.Arn",
        "",
    ),
    (
        "ClusterStack/ClusterManifestHandlerFunctionServiceRole",
        "Allow",
        "cloudformation:DescribeStacks",
        "arn:cloudformation:::stack/airflow-production-*/*",
        "",
    ),
    (
        "ClusterStack/GitSyncRole",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "arn:secretsmanager:::secret:team/git-token-??????",
        "",
    ),
    (
        "ClusterStack/GitSyncRole",
        "Allow",
        "kms:Decrypt",
        "arn:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com; kms:EncryptionContext:SecretARN StringLike arn:secretsmanager:::secret:team/git-token-??????",
    ),
    ("ClusterStack/AddonsVersionMoverServiceRole", "Allow", "eks:DescribeCluster", "ClusterStack/Cluster.Arn", ""),
    (
        "ClusterStack/AddonsVersionMoverServiceRole",
        "Allow",
        "eks:DescribeAddon, eks:UpdateAddon",
        "ClusterStack/Cluster.Arn, arn:eks:::addon/airflow-production/*",
        "",
    ),
    ("ClusterStack/AddonsVersionMoverServiceRole", "Allow", "eks:DescribeAddonVersions", "*", ""),
    ("ClusterStack/ClusterUpgradeGateFunctionServiceRole", "Allow", "eks:DescribeAddonVersions", "*", ""),
    (DOOR, "Allow", "eks:DescribeNodegroup", "arn:eks:::nodegroup/airflow-production/*", ""),
    (
        DOOR,
        "Allow",
        "autoscaling:AttachTrafficSources, autoscaling:DetachTrafficSources",
        "arn:autoscaling:::autoScalingGroup:*:autoScalingGroupName/*",
        "aws:ResourceTag/eks:cluster-name StringEquals airflow-production",
    ),
    (DOOR, "Allow", "autoscaling:DescribeTrafficSources", "*", ""),
    (
        "IamStack/RolesSecretReadersApiServer",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsApiSecretKey, DatabaseStack/SecretsDatabase, DatabaseStack/SecretsFernetKey, DatabaseStack/SecretsJwtSecret",
        "",
    ),
    (
        "IamStack/RolesSecretReadersApiServer",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "arn:secretsmanager::111122223333:secret:airflow/login-AbCdEf",
        "",
    ),
    (
        "IamStack/RolesSecretReadersApiServer",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersScheduler",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsDatabase, DatabaseStack/SecretsFernetKey, DatabaseStack/SecretsJwtSecret",
        "",
    ),
    (
        "IamStack/RolesSecretReadersScheduler",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersDagProcessor",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsDatabase, DatabaseStack/SecretsFernetKey",
        "",
    ),
    (
        "IamStack/RolesSecretReadersDagProcessor",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersTriggerer",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsApiSecretKey, DatabaseStack/SecretsDatabase, DatabaseStack/SecretsFernetKey",
        "",
    ),
    (
        "IamStack/RolesSecretReadersTriggerer",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersMigration",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsDatabase",
        "",
    ),
    (
        "IamStack/RolesSecretReadersMigration",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersAdminUser",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsAdminPassword, DatabaseStack/SecretsDatabase",
        "",
    ),
    (
        "IamStack/RolesSecretReadersAdminUser",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersCleanMetadata",
        "Allow",
        "secretsmanager:DescribeSecret, secretsmanager:GetSecretValue",
        "DatabaseStack/SecretsDatabase",
        "",
    ),
    (
        "IamStack/RolesSecretReadersCleanMetadata",
        "Allow",
        "kms:Decrypt",
        "DatabaseStack/Key.Arn",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    ("ClusterStack/TaskRolesdefault", "Allow", "s3:GetObject", "arn:s3:::data/*", ""),
    (
        "ClusterStack/TaskRoleselsewhere",
        "Allow",
        "sts:AssumeRole, sts:TagSession",
        "arn:iam::210987654321:role/Reader",
        "",
    ),
    (
        "IamStack/RolesSecretReadersApiServer",
        "Allow",
        "secretsmanager:GetSecretValue",
        "arn:secretsmanager:::secret:airflow/connections/*, arn:secretsmanager:::secret:airflow/variables/*",
        "",
    ),
    (
        "IamStack/RolesSecretReadersApiServer",
        "Allow",
        "kms:Decrypt",
        "arn:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersScheduler",
        "Allow",
        "secretsmanager:GetSecretValue",
        "arn:secretsmanager:::secret:airflow/variables/*",
        "",
    ),
    (
        "IamStack/RolesSecretReadersScheduler",
        "Allow",
        "kms:Decrypt",
        "arn:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersDagProcessor",
        "Allow",
        "secretsmanager:GetSecretValue",
        "arn:secretsmanager:::secret:airflow/connections/*, arn:secretsmanager:::secret:airflow/variables/*",
        "",
    ),
    (
        "IamStack/RolesSecretReadersDagProcessor",
        "Allow",
        "kms:Decrypt",
        "arn:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
    (
        "IamStack/RolesSecretReadersTriggerer",
        "Allow",
        "secretsmanager:GetSecretValue",
        "arn:secretsmanager:::secret:airflow/connections/*, arn:secretsmanager:::secret:airflow/variables/*",
        "",
    ),
    (
        "IamStack/RolesSecretReadersTriggerer",
        "Allow",
        "kms:Decrypt",
        "arn:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "kms:ViaService StringEquals secretsmanager.us-east-1.amazonaws.com",
    ),
]
"""Role, effect, actions, resources, condition."""

MANAGED_POLICIES = [
    ("IamStack/RolesCluster", "AmazonEKSClusterPolicy"),
    ("IamStack/RolesWorker", "AmazonEKSWorkerNodePolicy"),
    ("IamStack/RolesWorker", "AmazonEKS_CNI_Policy"),
    ("IamStack/RolesWorker", "AmazonEC2ContainerRegistryReadOnly"),
    ("IamStack/RolesController", "AmazonSSMManagedInstanceCore"),
    ("ClusterStack/ClusterManifestHandlerFunctionServiceRole", "AWSLambdaBasicExecutionRole"),
    ("ClusterStack/AddonsVersionMoverServiceRole", "AWSLambdaBasicExecutionRole"),
    ("ClusterStack/ClusterUpgradeGateFunctionServiceRole", "AWSLambdaBasicExecutionRole"),
    ("ClusterStack/TaskRolesdefault", "AmazonS3ReadOnlyAccess"),
    (DOOR, "AWSLambdaBasicExecutionRole"),
]
"""Role, and the policy that AWS keeps."""

TRUST = [
    (
        "NetworkStack/NetworkFlowLogsRole",
        "vpc-flow-logs.amazonaws.com",
        "aws:SourceAccount StringEquals AWS::AccountId",
    ),
    ("IamStack/RolesCluster", "eks.amazonaws.com", ""),
    ("IamStack/RolesWorker", "ec2.amazonaws.com", ""),
    (
        "IamStack/RolesFsxCsiDriver",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals kube-system; aws:RequestTag/kubernetes-service-account StringEquals fsx-csi-controller-sa",
    ),
    (
        "IamStack/RolesSecretReadersApiServer",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-api-server",
    ),
    (
        "IamStack/RolesSecretReadersScheduler",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-scheduler",
    ),
    (
        "IamStack/RolesSecretReadersDagProcessor",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-dag-processor",
    ),
    (
        "IamStack/RolesSecretReadersTriggerer",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-triggerer",
    ),
    (
        "IamStack/RolesSecretReadersMigration",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-migration",
    ),
    (
        "IamStack/RolesSecretReadersAdminUser",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-admin-user",
    ),
    (
        "IamStack/RolesSecretReadersCleanMetadata",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals arn:eks:::cluster/airflow-production; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-clean-metadata",
    ),
    ("IamStack/RolesController", "ec2.amazonaws.com", ""),
    (
        "ClusterStack/GitSyncRole",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals ClusterStack/Cluster.Arn; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-git-sync",
    ),
    ("ClusterStack/ClusterManifestHandlerFunctionServiceRole", "lambda.amazonaws.com", ""),
    ("ClusterStack/AddonsVersionMoverServiceRole", "lambda.amazonaws.com", ""),
    ("ClusterStack/ClusterUpgradeGateFunctionServiceRole", "lambda.amazonaws.com", ""),
    (
        "ClusterStack/TaskRolesdefault",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals ClusterStack/Cluster.Arn; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-worker",
    ),
    (
        "ClusterStack/TaskRoleselsewhere",
        "pods.eks.amazonaws.com",
        "aws:RequestTag/eks-cluster-arn StringEquals ClusterStack/Cluster.Arn; aws:RequestTag/kubernetes-namespace StringEquals airflow; aws:RequestTag/kubernetes-service-account StringEquals airflow-worker-elsewhere",
    ),
    (DOOR, "lambda.amazonaws.com", ""),
]
"""Role, who may take it on, condition."""

ASSOCIATIONS = [
    ("airflow", "airflow-api-server", "IamStack/RolesSecretReadersApiServer.Arn"),
    ("airflow", "airflow-scheduler", "IamStack/RolesSecretReadersScheduler.Arn"),
    ("airflow", "airflow-dag-processor", "IamStack/RolesSecretReadersDagProcessor.Arn"),
    ("airflow", "airflow-triggerer", "IamStack/RolesSecretReadersTriggerer.Arn"),
    ("airflow", "airflow-migration", "IamStack/RolesSecretReadersMigration.Arn"),
    ("airflow", "airflow-admin-user", "IamStack/RolesSecretReadersAdminUser.Arn"),
    ("airflow", "airflow-clean-metadata", "IamStack/RolesSecretReadersCleanMetadata.Arn"),
    ("airflow", "airflow-git-sync", "ClusterStack/GitSyncRole.Arn"),
    ("kube-system", "fsx-csi-controller-sa", "IamStack/RolesFsxCsiDriver.Arn"),
    ("airflow", "airflow-worker", "ClusterStack/TaskRolesdefault.Arn"),
    ("airflow", "airflow-worker-elsewhere", "ClusterStack/TaskRoleselsewhere.Arn"),
]
"""Namespace, ServiceAccount, role."""


def test_should_let_nobody_do_more(fullest: Subject) -> None:
    world.assert_closed(world.permissions(fullest), PERMISSIONS)


def test_should_attach_no_other_policy_of_aws(fullest: Subject) -> None:
    world.assert_closed(world.managed_policies(fullest), MANAGED_POLICIES)


def test_should_let_nobody_else_take_a_role_on(fullest: Subject) -> None:
    world.assert_closed(world.trust(fullest), TRUST)


def test_should_give_a_role_to_no_other_service_account(fullest: Subject) -> None:
    world.assert_closed(world.associations(fullest), ASSOCIATIONS)
