"""The AWS account that an operation works in."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from settings import AwsEnvironment

Clients = Callable[[str], Any]
"""Service name -> boto3 client."""

AWS_ERRORS = (BotoCoreError, ClientError)
"""What a call of AWS raises: no credentials, no network, refused."""


class OperationError(Exception):
    """A command can't go on; the text says why, and what to do."""


class WrongAccountError(OperationError):
    """The credentials are another account's than the environment's."""


def clients_of(settings: AwsEnvironment) -> Clients:
    """Clients of the environment's region."""
    return lambda service: boto3.client(service, region_name=settings.region)


def account_of(clients: Clients, settings: AwsEnvironment) -> str:
    """The account of the credentials.

    Raises:
        WrongAccountError: the environment names another one; whatever is said of its stacks would be untrue.
    """
    account: str = clients("sts").get_caller_identity()["Account"]
    if settings.account and settings.account != account:
        raise WrongAccountError(f"account: the environment's is {settings.account}, the credentials are of {account}")
    return account


def is_missing(error: ClientError) -> bool:
    """Whether AWS says that there is no such thing: every service has a code of its own, with these words in it."""
    return "NotFound" in error.response["Error"]["Code"]
