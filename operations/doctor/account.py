"""Whose account it is, and what an account has to have before its first deployment."""

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check
from operations.doctor.context import Context
from operations.doctor.facts import BOOTSTRAP_PARAMETER, BOOTSTRAP_VERSION

HOW_TO_GET_CREDENTIALS = "give AWS credentials: AWS_PROFILE, `aws sso login`, or `aws configure`"


def credentials(context: Context) -> Answer:
    """Whether there are credentials that AWS knows."""
    return Answer.passed(f"{context.identity['Arn']}")


def account(context: Context) -> Answer:
    """Whether they are of the account that the environment names."""
    found, wanted = context.identity["Account"], context.settings.account
    if wanted and found != wanted:
        return Answer.failed(
            f"the credentials are of account {found}, `account` is {wanted}",
            f"use credentials of {wanted}, or change `account` in the environment file",
        )
    return Answer.passed(found if wanted else f"{found}; the environment file names none")


def bootstrap(context: Context) -> Answer:
    """Whether the CDK's bootstrap stack is there, and young enough."""
    command = f"npx cdk bootstrap aws://{context.identity['Account']}/{context.settings.region}"
    try:
        value = context.client("ssm").get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return Answer.failed(f"{context.settings.region} is not bootstrapped for the CDK", command)
        raise
    if not str(value).isdigit() or int(value) < BOOTSTRAP_VERSION:
        return Answer.failed(f"the bootstrap stack has version {value}, {BOOTSTRAP_VERSION} is needed", command)
    return Answer.passed(f"version {value}")


def no_plans(context: Context) -> str | None:
    """Account plans are of the partition `aws` alone."""
    outside = context.settings.region.startswith(("cn-", "us-gov-"))
    return "there are no free plans in this partition" if outside else None


def free_plan(context: Context) -> Answer:
    """Whether the account may use what a platform is made of.

    Accounts since July 2025 start on a free plan, which refuses most instance types ("Explore AWS services with AWS
    Free Tier", AWS Billing user guide). Older accounts have no plan at all.
    """
    try:
        plan = context.client("freetier").get_account_plan_state()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return Answer.passed("the account has no plan")
        raise
    if plan.get("accountPlanType") == "FREE":
        return Answer.failed(
            "the account is on the free plan, which refuses the instance types of nodes and database",
            "upgrade to the paid plan: Billing and Cost Management > Free tier > Upgrade plan",
        )
    return Answer.passed(f"{str(plan.get('accountPlanType', 'no')).lower()} plan")


def ebs_key(context: Context) -> Answer:
    """Whether nodes can start with the key that encrypts their disks: the region's default one.

    A key of one's own has to let the role of EC2 Auto Scaling use it; without that instances end as they start
    ("Required AWS KMS key policy for use with encrypted volumes", Amazon EC2 Auto Scaling user guide).
    """
    key = context.client("ec2").get_ebs_default_kms_key_id()["KmsKeyId"]
    if key == "alias/aws/ebs":
        return Answer.passed("the AWS managed key")
    kms = context.client("kms")
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    if described.get("KeyManager") == "AWS":
        return Answer.passed("the AWS managed key")
    state = described.get("KeyState", "Enabled")
    if state != "Enabled":
        return Answer.failed(
            f"the default key of EBS, {key}, is {state}: no node can start",
            "enable it (`aws kms enable-key`, `cancel-key-deletion`), or `aws ec2 reset-ebs-default-kms-key-id`",
        )
    grants = kms.list_grants(KeyId=described.get("KeyId", key))["Grants"]
    allowed = [str(grant.get("GranteePrincipal")) for grant in grants]
    allowed.append(kms.get_key_policy(KeyId=described.get("KeyId", key), PolicyName="default")["Policy"])
    if any("AWSServiceRoleForAutoScaling" in each for each in allowed):
        return Answer.passed(f"{key}, which EC2 Auto Scaling may use")
    return Answer.warned(
        f"the default key of EBS is {key}, and neither its policy nor a grant names AWSServiceRoleForAutoScaling",
        "let that role use the key (kms:CreateGrant and the cryptographic actions), or no node starts",
    )


CHECKS = (
    Check("account", "credentials", credentials, ("sts:GetCallerIdentity",)),
    Check("account", "account", account, ("sts:GetCallerIdentity",)),
    Check("account", "bootstrap", bootstrap, ("ssm:GetParameter",)),
    Check("account", "free plan", free_plan, ("freetier:GetAccountPlanState",), no_plans),
    Check(
        "account",
        "EBS key",
        ebs_key,
        ("ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey", "kms:ListGrants", "kms:GetKeyPolicy"),
    ),
)
