"""The platform: one environment file in, six stacks out (`cdk synth -c environment=<name or path>`)."""

import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "constructs"))  # a source root like src/: PyPI's `constructs` owns that import name

import aws_cdk as cdk  # noqa: E402

from settings import AwsEnvironment, SettingsError, load_aws_environment  # noqa: E402
from stacks import AirflowStack, ClusterStack, DatabaseStack, IamStack, NetworkStack, StorageStack  # noqa: E402


def platform(app: cdk.App, settings: AwsEnvironment) -> None:
    """Build the stacks. Cluster, Storage and Database are the slow ones; none of them waits for another."""
    network = NetworkStack(app, "NetworkStack", settings=settings).offer
    roles = IamStack(app, "IamStack", settings=settings).offer
    cluster = ClusterStack(app, "ClusterStack", settings=settings, network=network, roles=roles).offer
    storage = StorageStack(app, "StorageStack", settings=settings, network=network).offer
    database = DatabaseStack(app, "DatabaseStack", settings=settings, network=network, roles=roles).offer
    AirflowStack(
        app, "AirflowStack", settings=settings, roles=roles, cluster=cluster, storage=storage, database=database
    )


if __name__ == "__main__":
    cdk_app = cdk.App()
    context = cdk_app.node.try_get_context
    # A version is refused when its support has ended, but not to who destroys it (operations/destroy).
    today = None if context("any_version") else date.today()
    try:
        platform(cdk_app, load_aws_environment(context("environment") or "dev", ROOT, today=today))
    except SettingsError as error:
        sys.exit(str(error))
    assembly = cdk_app.synth()
    if context("evidence"):
        from operations.evidence.nag import write_nag_findings

        write_nag_findings(cdk_app, Path(assembly.directory))
