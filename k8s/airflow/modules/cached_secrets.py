"""AWS's stores of connections and variables, asked once for many reads.

Airflow's own backends ask AWS at every read, and its cache (`[secrets] use_cache`) serves DAG files alone: each task's
connection would be a call, paid for and limited by AWS. What was found is kept for `cache_seconds`, and so is that
there is nothing. A call that fails is logged by its name and AWS's code, never with a value; Airflow then asks its
database. The last value that AWS told serves meanwhile, for an hour at most, and AWS is asked again after some seconds.
"""

# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,no-untyped-def"
import threading
import time
from collections import OrderedDict
from typing import Any, NamedTuple

from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend
from airflow.providers.amazon.aws.secrets.systems_manager import SystemsManagerParameterStoreBackend

AGAIN_SECONDS = 15
"""Until AWS is asked again after a call that failed: nobody waits for each read while AWS does not answer."""

LAST_VALUE_SECONDS = 3600
"""How long what AWS has told last may serve where it fails to tell more."""

LIMITS = {"connect_timeout": 1, "read_timeout": 1.5, "retries": {"total_max_attempts": 2, "mode": "standard"}}
"""Seconds: a task waits five for an answer of the API server (`[workers] execution_api_timeout`)."""


class Told(NamedTuple):
    """What AWS has told, or that it failed to."""

    value: str | None
    at: float
    again: float


# Of the process, not of an object: Airflow 3.2 makes a backend for each read in some of its processes.
_told: "OrderedDict[tuple[str, str, str | None], Told]" = OrderedDict()
_clients: dict[tuple[str, str | None], Any] = {}
_guard = threading.Lock()
# Who reads a name waits for who asks for it already. Fewer locks than names, and enough that few wait for others.
_readers = [threading.Lock() for _ in range(32)]


class Cached:
    """Goes before a backend of the provider's."""

    service: str
    kwargs: dict[str, Any]
    connections_prefix: str
    log: Any

    def __init__(self, *, cache_seconds: int, most: int, **options):
        """`most`: names that are kept; then the one that was asked for first goes."""
        super().__init__(**options)
        self.cache_seconds, self.most = cache_seconds, most

    @property
    def client(self):
        """One a process, with limits that the provider's has not."""
        region = self.kwargs.get("region_name")
        with _guard:
            if (self.service, region) not in _clients:
                from boto3.session import Session
                from botocore.config import Config

                made = Session(region_name=region).client(self.service, config=Config(**LIMITS))
                _clients[self.service, region] = made
            return _clients[self.service, region]

    def read(self, path, ask):
        """The value of a name, or None: kept, or asked for."""
        key = (self.service, path, self.kwargs.get("region_name"))
        with _readers[hash(key) % len(_readers)]:
            before, now = _told.get(key), time.monotonic()
            if before and now < before.again:
                return before.value
            try:
                told = Told(ask(), now, now + self.cache_seconds)
            except Exception as error:
                response = getattr(error, "response", None) or {}  # there, and None, where no answer came
                answer = response.get("Error", {}).get("Code") or type(error).__name__
                self.log.warning("AWS does not tell %s: %s. Airflow asks its database.", path, answer)
                last = before if before and now - before.at < LAST_VALUE_SECONDS else Told(None, now, now)
                told = last._replace(again=now + AGAIN_SECONDS)
            with _guard:
                _told[key] = told
                while len(_told) > self.most:
                    _told.popitem(last=False)
            return told.value

    def get_connection(self, conn_id, *args, **named):
        """What is no connection is logged, without the value: Airflow itself would say nothing."""
        try:
            return super().get_connection(conn_id, *args, **named)
        except Exception as error:
            what = f"{self.connections_prefix}/{conn_id}"
            self.log.warning("%s is no connection: %s. Airflow asks its database.", what, type(error).__name__)
            return None


class CachedSecretsManager(Cached, SecretsManagerBackend):
    """AWS Secrets Manager."""

    service = "secretsmanager"

    def _get_secret_value(self, secret_id, secrets_path):
        def ask():
            client = self.client
            try:
                return client.get_secret_value(SecretId=secrets_path).get("SecretString")
            except client.exceptions.ResourceNotFoundException:
                return None

        return self.read(secrets_path, ask)


class CachedParameterStore(Cached, SystemsManagerParameterStoreBackend):
    """The Parameter Store of AWS Systems Manager."""

    service = "ssm"

    def _get_parameter_value(self, ssm_path):
        def ask():
            client = self.client
            try:
                return client.get_parameter(Name=ssm_path, WithDecryption=True)["Parameter"]["Value"]
            except client.exceptions.ParameterNotFound:
                return None

        return self.read(ssm_path, ask)
