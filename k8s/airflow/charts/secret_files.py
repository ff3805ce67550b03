"""Secrets as the files that pods find: the same names from AWS Secrets Manager and from Kubernetes Secrets."""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.key_ring import KeyRing
from k8s.airflow.pods import login
from k8s.airflow.pods.checksum import checksum
from k8s.airflow.pods.ports import DATABASE_PORT
from k8s.airflow.secret_readers import readers_of
from k8s.bindings import GeneratedSecrets, SecretsManagerSecrets
from k8s.labels import labels
from settings.facts.secrets import Secret, secret
from settings.model.airflow import AirflowSettings

COMPONENT = "secrets"
DATABASE_NAME = "airflow"
DATABASE_PASSWORD_FILE = "password"  # noqa: S105 a file's name

Secrets = SecretsManagerSecrets | GeneratedSecrets


def files_of(secrets: Secrets, keys: Iterable[str]) -> dict[str, str]:
    """File name -> ARN, or the content where secrets are generated, of the secrets of these keys."""
    return {row.file: _content(row, secrets) for row in map(secret, keys)}


def _content(row: Secret, secrets: Secrets) -> str:
    if isinstance(secrets, SecretsManagerSecrets):
        return secrets.arns[row.key]
    value = secrets.values[row.generated_key]
    return database_json(str(row.username), value) if row.username else value


def database_json(username: str, password: str) -> str:
    """The database in the cluster, as RDS would write it; `password` in the form of k8s/airflow/key_ring.py."""
    database = {"username": username, "host": names.DATABASE, "port": DATABASE_PORT, "dbname": DATABASE_NAME}
    return KeyRing.parse(password).in_database(json.dumps(database))


def annotations(secrets: Secrets, keys: Iterable[str], more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An annotation that changes when other secrets are meant, so that the pods which carry it are made anew.

    On AWS the ARNs themselves: they are tokens until the deployment, which nobody may hash. `more`: file name -> ARN of
    what the platform did not make.
    """
    files = {**files_of(secrets, keys), **(more or {})}
    if isinstance(secrets, GeneratedSecrets):
        return {"checksum/secrets": checksum(files)}
    return {"airflow-on-eks/secrets": " ".join(f"{name}={arn}" for name, arn in files.items())}


def add_secrets(scope: Construct, secrets: Secrets, airflow: AirflowSettings) -> None:
    """The objects that the pods' volumes name, one for each ServiceAccount that reads secrets."""
    on_aws = isinstance(secrets, SecretsManagerSecrets)
    for reader in readers_of(airflow):
        add = add_secret_provider_class if on_aws else add_secret
        more = login.secret_files(airflow) if reader.has_the_login else {}
        add(scope, f"{reader.id}Secrets", reader.account, {**files_of(secrets, reader.secrets), **more})
    if isinstance(secrets, SecretsManagerSecrets):
        return
    # Read when the database is made: the one that is used then.
    password = KeyRing.parse(secrets.values[secret("database").generated_key]).used
    add_secret(scope, "DatabasePassword", names.DATABASE, {DATABASE_PASSWORD_FILE: password})


def add_secret_provider_class(scope: Construct, construct_id: str, name: str, files: Mapping[str, str]) -> None:
    """Files from AWS Secrets Manager, read with the AWS role of the pod that mounts them."""
    provider = cdk8s.ApiObject(
        scope,
        construct_id,
        api_version="secrets-store.csi.x-k8s.io/v1",
        kind="SecretProviderClass",
        metadata=cdk8s.ApiObjectMetadata(name=name, namespace=names.NAMESPACE, labels=labels(COMPONENT)),
    )
    # JSON is YAML, which the provider reads, and quotes what the ARNs may hold.
    objects = [{"objectName": arn, "objectType": "secretsmanager", "objectAlias": file} for file, arn in files.items()]
    provider.add_json_patch(
        cdk8s.JsonPatch.add(
            "/spec",
            {"provider": "aws", "parameters": {"usePodIdentity": "true", "objects": json.dumps(objects, indent=1)}},
        )
    )


def add_secret(scope: Construct, construct_id: str, name: str, files: Mapping[str, str]) -> None:
    # `data`, not `stringData`: the object reads back as it was applied, so applying it again changes nothing.
    kube.KubeSecret(
        scope,
        construct_id,
        metadata=kube.ObjectMeta(name=name, namespace=names.NAMESPACE, labels=labels(COMPONENT)),
        type="Opaque",
        data={file: b64encode(content.encode()).decode() for file, content in files.items()},
    )
