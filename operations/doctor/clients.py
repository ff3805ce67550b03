"""AWS clients that can only read, and that don't wait long."""

import re
import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

READING = re.compile(r"(Get|List|Describe|Lookup|Head|BatchGet)[A-Z].*")
"""Names of the operations that change nothing."""

CONFIG = Config(connect_timeout=3, read_timeout=6, retries={"total_max_attempts": 2, "mode": "standard"})
"""All checks together have half a minute: a service that does not answer gets two tries."""

GLOBAL_REGIONS = {"freetier": "us-east-1"}
"""Services with one endpoint ("AWS Billing and Cost Management endpoints and quotas", AWS General Reference)."""

Clients = Callable[[str], Any]


class WriteRefusedError(Exception):
    """A check called an operation that is not for reading: a mistake in the check."""


class ReadOnlyClients:
    """A boto3 client a service, each made once. AWS_ENDPOINT_URL and the other settings of the SDKs hold."""

    def __init__(self, region: str, session: Any = None) -> None:
        """Raises botocore's errors for a profile that does not exist, or a configuration that can't be read."""
        self.session = session or boto3.session.Session()
        self.region = region
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        # Before the parameters are even looked at: no request of another kind is ever made.
        self.session.events.register("before-parameter-build", _refuse_writes)

    def __call__(self, service: str) -> Any:
        """The service's client. Making one is not thread-safe, using one is."""
        with self._lock:
            if service not in self._clients:
                region = GLOBAL_REGIONS.get(service, self.region)
                self._clients[service] = self.session.client(service, region_name=region, config=CONFIG)
            return self._clients[service]


def _refuse_writes(model: Any, **_: object) -> None:
    if not READING.fullmatch(model.name):
        raise WriteRefusedError(f"{model.service_model.service_name}:{model.name}")
