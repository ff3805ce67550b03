"""What the deployed stacks say of themselves: where DAG files go, and which Airflow reads them."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.aws import AWS_ERRORS, Clients, OperationError
from operations.deployed import platform_name
from settings import AwsEnvironment
from settings.images import airflow_as_pulled


@dataclass(frozen=True)
class Outputs:
    """Of the StorageStack and the AirflowStack."""

    dags_uri: str
    version: str
    image: str
    """Of every Airflow pod."""

    has_airflow: bool

    @staticmethod
    def of(cloudformation: Any, settings: AwsEnvironment) -> "Outputs":
        """As deployed. Where Airflow is not deployed yet, its version and image are the file's.

        Raises:
            OperationError: there is no bucket for DAG files.
        """
        storage, airflow = (_outputs(cloudformation, settings, part) for part in ("storage", "airflow"))
        uri = (storage or {}).get("DagsUri")
        if not uri:
            raise OperationError(
                f"{platform_name(settings.name)}-storage has no output DagsUri: it has no bucket for DAG files"
                + (" (deployed by an earlier version, or without one: docs/how-to/publish-dags.md)" if storage else
                   ", because it is not deployed: `make deploy` first")
            )  # fmt: skip
        return _outputs_or_file(uri, airflow, settings)

    @staticmethod
    def or_the_file(clients: Clients, settings: AwsEnvironment) -> "Outputs":
        """As deployed; as in the file where nothing is, or AWS can't be asked."""
        try:
            airflow = _outputs(clients("cloudformation"), settings, "airflow")
        except AWS_ERRORS:
            airflow = None
        return _outputs_or_file("", airflow, settings)


def _outputs_or_file(uri: str, airflow: dict[str, str] | None, settings: AwsEnvironment) -> Outputs:
    of_file = {"AirflowVersion": settings.airflow.version, "AirflowImage": airflow_as_pulled(settings).image_of_pods}
    found = {**of_file, **(airflow or {})}
    return Outputs(uri, found["AirflowVersion"], found["AirflowImage"], airflow is not None)


def _outputs(cloudformation: Any, settings: AwsEnvironment, part: str) -> dict[str, str] | None:
    """None when there is no such stack."""
    try:
        [stack] = cloudformation.describe_stacks(StackName=f"{platform_name(settings.name)}-{part}")["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
