"""How long the database's certificate is valid, and when the secrets were changed last."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context
from operations.doctor.data import RESOURCES, no_database

Json = dict[str, Any]

SOON = timedelta(days=60)
"""Of warning before a certificate ends; RDS renews a server's certificate by itself before, when it can without a
restart ("Server certificate rotation", Amazon RDS user guide)."""


def certificate(context: Context) -> Answer:
    """Until when the database's certificate, and the authority that has signed it, are valid."""
    rds, answers, found = context.client("rds"), [], []
    for each in context.resources("database", "AWS::RDS::DBInstance"):
        try:
            [instance] = rds.describe_db_instances(DBInstanceIdentifier=each)["DBInstances"]
        except ClientError as error:
            if "DBInstanceNotFound" not in error.response["Error"]["Code"]:
                raise
            continue  # the line of the database tells it
        details = instance.get("CertificateDetails") or {}
        name = details.get("CAIdentifier") or instance.get("CACertificateIdentifier")
        change = (
            "choose an authority of `aws rds describe-certificates`, then aws rds modify-db-instance"
            f" --db-instance-identifier {each} --ca-certificate-identifier … --apply-immediately"
        )
        ends = {f"the certificate of {each}": details.get("ValidTill")}
        if name:
            [authority] = rds.describe_certificates(CertificateIdentifier=name)["Certificates"]
            ends[f"its authority {name}"] = authority.get("ValidTill")
        for what, end in ends.items():
            if end is None:
                continue
            found.append(f"{what} is valid until {end:%Y-%m-%d}")
            if end <= context.now:
                answers.append(
                    Answer.failed(f"{what} ended on {end:%Y-%m-%d}: clients that check it refuse it", change)
                )
            elif end - context.now < SOON:
                answers.append(Answer.warned(f"{what} ends on {end:%Y-%m-%d}", change))
    return worst(answers, Answer.passed("; ".join(found) or "RDS tells no dates"))


def _secrets(context: Context) -> list[str]:
    return context.resources("database", "AWS::SecretsManager::Secret")


def no_secrets(context: Context) -> str | None:
    """DatabaseStack is not deployed."""
    return None if _secrets(context) else f"{context.platform}-database has no secrets"


def secrets(context: Context) -> Answer:
    """Whether Airflow's secrets are there, and since when they are what they are."""
    client, answers, changed = context.client("secretsmanager"), [], []
    ids = _secrets(context)
    for arn in ids:
        try:
            secret = client.describe_secret(SecretId=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            answers.append(
                Answer.failed(f"{arn} is gone", "docs/how-to/secret.md; a deployment does not make it again")
            )
            continue
        name = secret.get("Name", arn)
        if secret.get("DeletedDate"):
            step = f"aws secretsmanager restore-secret --region {context.settings.region} --secret-id {arn}"
            answers.append(Answer.failed(f"{name} is scheduled for deletion: pods that start can't read it", step))
        since = secret.get("LastChangedDate") or secret.get("CreatedDate")
        if since:
            changed.append((since, name))
    return worst(answers, Answer.passed(_told(ids, changed, context.now)))


def _told(ids: list[str], changed: list[tuple[datetime, str]], now: datetime) -> str:
    if not changed:
        return f"{len(ids)} secrets"
    since, name = min(changed)
    return f"{len(ids)} secrets; the oldest value is of {since:%Y-%m-%d}, {(now - since).days} days ago ({name})"


CHECKS = (
    Check(
        "data",
        "database certificate",
        certificate,
        (*RESOURCES, "rds:DescribeDBInstances", "rds:DescribeCertificates"),
        no_database,
        before=False,
    ),
    Check("data", "secrets", secrets, (*RESOURCES, "secretsmanager:DescribeSecret"), no_secrets, before=False),
)
