"""The platform with more in it: objects that a later version takes out again, and constructs that concern no pod.

The constructs come first, so that every CDK token in the platform has another number than in app.py's.
"""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "constructs")]

import aws_cdk as cdk  # noqa: E402
import cdk8s  # noqa: E402
from aws_cdk import aws_ssm as ssm  # noqa: E402

import k8s.airflow.release  # noqa: E402
from app import platform  # noqa: E402
from k8s.airflow.charts.configuration import ConfigurationChart  # noqa: E402
from k8s.names import NAMESPACE, WORKER  # noqa: E402
from settings import load_aws_environment  # noqa: E402
from tests.deploy.apps.more_names import NAME  # noqa: E402

POD = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 50000, "seccompProfile": {"type": "RuntimeDefault"}},
    "restartPolicy": "Never",
    "containers": [
        {
            "name": "main",
            "image": "busybox:1.37",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
OBJECTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        {
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pod-launcher-role"},
            "subjects": [{"kind": "ServiceAccount", "name": WORKER, "namespace": NAMESPACE}],
        },
    ),
    ("networking.k8s.io/v1", "NetworkPolicy", {"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}),
    ("batch/v1", "CronJob", {"spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": POD}}}}}),
    ("policy/v1", "PodDisruptionBudget", {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": NAME}}}}),
    ("v1", "ConfigMap", {"data": {"key": "value"}}),
    ("v1", "ServiceAccount", {}),
)


class ConfigurationWithMore(ConfigurationChart):
    """The configuration, and one object of each kind that kubectl's own pruning forgets."""

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)  # type: ignore[arg-type]
        for api_version, kind, content in OBJECTS:
            metadata = cdk8s.ApiObjectMetadata(name=NAME, namespace=NAMESPACE)
            made = cdk8s.ApiObject(self, f"More{kind}", api_version=api_version, kind=kind, metadata=metadata)
            for name, value in content.items():
                made.add_json_patch(cdk8s.JsonPatch.add(f"/{name}", value))


vars(k8s.airflow.release)["ConfigurationChart"] = ConfigurationWithMore

app = cdk.App()
unrelated = cdk.Stack(app, "UnrelatedStack")
for number in range(5):
    ssm.StringParameter(unrelated, f"Parameter{number}", string_value=cdk.Fn.join("-", [cdk.Aws.REGION, str(number)]))
platform(app, load_aws_environment(app.node.try_get_context("environment"), ROOT))
airflow = app.node.find_child("AirflowStack")
ssm.StringParameter(airflow, "UnrelatedParameter", string_value="unrelated")  # type: ignore[arg-type]
app.synth()
