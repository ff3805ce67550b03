"""Secrets in AWS Secrets Manager, and pods that find them when they start."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError

from k8s.airflow.key_ring import KeyRing
from k8s.names import NAMESPACE
from operations.aws import Clients
from operations.deployed import deployed_stacks, platform_name
from operations.doctor.clients import ReadOnlyClients
from operations.doctor.context import Context
from operations.doctor.kubectl import Kubectl
from operations.doctor.kubernetes_api import KubernetesReader, KubernetesUnreachableError
from operations.rotate.deployments import Deployments, readers
from operations.rotate.steps import RotationError
from settings import AwsEnvironment
from settings.facts.secrets import Secret

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 a type


def annotation(row: Secret) -> str:
    """Of pods: which version of the secret they were made for."""
    return f"airflow-on-eks/version-of-{row.file.partition('.')[0]}"


@dataclass(frozen=True)
class OnAws:
    """An environment on AWS."""

    client: Any
    """Of Secrets Manager."""

    arns: dict[str, str]
    """By key of the table of secrets."""

    deployments: Deployments

    @classmethod
    def of(cls, settings: AwsEnvironment, clients: Clients) -> "OnAws":
        """Raises RotationError where the platform is not deployed, or its cluster can't be reached."""
        stacks = deployed_stacks(clients("cloudformation"), settings.name)
        database = next((each for each in stacks if each.name == f"{platform_name(settings.name)}-database"), None)
        if database is None:
            raise RotationError(f"{platform_name(settings.name)}-database is not deployed: there is nothing to rotate")
        found = {each.logical_id: each.physical_id for each in database.resources if each.type == SECRET}
        deployments = Deployments(kubectl_of(settings), settings.airflow.rollout_timeout_minutes)
        return cls(clients("secretsmanager"), found, deployments)

    def arn(self, row: Secret) -> str:
        """Raises RotationError without such a secret."""
        # AirflowSecrets' id, the row's, and CDK's hash of both.
        pattern = re.compile(rf"Secrets{row.id}[0-9A-F]{{8}}")
        arns = [arn for name, arn in self.arns.items() if pattern.fullmatch(name)]
        if len(arns) != 1:
            raise RotationError(f"DatabaseStack has no secret {row.id}: `make deploy` first")
        return arns[0]

    def read(self, row: Secret) -> KeyRing:
        """Of the version that is current."""
        text = self._current(row)["SecretString"]
        return KeyRing.of_database(text) if row.username else KeyRing.parse(text)

    def write(self, row: Secret, ring: KeyRing) -> None:
        """As a new version, which is current at once; RDS's own entries stay."""
        text = ring.in_database(self._current(row)["SecretString"]) if row.username else str(ring)
        self.client.put_secret_value(SecretId=self.arn(row), SecretString=text)

    def is_rolled(self, row: Secret) -> bool:
        """A Deployment without the annotation was never rolled for a secret."""
        version = self._current(row)["VersionId"]
        found = [self.deployments.annotation(each, annotation(row)) for each in readers(row)]
        return all(each in (None, version) for each in found)

    def roll(self, row: Secret) -> None:
        """All at once: Kubernetes keeps each one's old pods until its new ones are ready."""
        version, name = self._current(row)["VersionId"], annotation(row)
        for deployment in readers(row):
            self.deployments.annotate(deployment, name, version)
        self.deployments.wait(dict.fromkeys(readers(row), version), name)

    def run(self, command: Sequence[str], seconds: float) -> str:
        """In the scheduler's container."""
        return self.deployments.execute(command, seconds)

    def _current(self, row: Secret) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get_secret_value(SecretId=self.arn(row))
        return answer


def kubectl_of(settings: AwsEnvironment) -> Kubectl:
    """kubectl on the environment's cluster. Raises RotationError when it can't be reached."""
    try:
        clients = ReadOnlyClients(settings.region)
        context = Context(
            settings, clients, lambda cluster: KubernetesReader.of_cluster(cluster, clients.session, clients("sts"))
        )
        context.new_reader().get("/version")
    except (KubernetesUnreachableError, BotoCoreError) as error:
        raise RotationError(f"The cluster can't be asked: {error}") from error
    return Kubectl(NAMESPACE, context.new_reader)
