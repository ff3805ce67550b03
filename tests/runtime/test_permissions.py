"""The Kubernetes API lets Airflow do what it needs, and no more."""

import json
import ssl
import urllib.error
import urllib.request

import pytest
import yaml

from tests.runtime.stage import Stage

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "intruder"}}


def call(stage: Stage, account: str, method: str, path: str, body: object = None) -> int:
    """The status of a request to the Kubernetes API with a ServiceAccount's token."""
    kubernetes = stage.cluster.kubernetes
    request = urllib.request.Request(f"{kubernetes.url}{path}", method=method, data=json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {kubernetes.issue_token('airflow', account)}")
    request.add_header("Content-Type", "application/json")
    trust = ssl.create_default_context(cafile=str(kubernetes.certificate_authority))
    try:
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_should_never_have_been_refused_a_permission(airflow: Stage) -> None:
    refused = [
        entry.message
        for entry in airflow.cluster.kubernetes.journal.entries("refused")
        # The gate of a fault test refuses what it has held; admission, what the DAGs of other tests reach for.
        if "cannot create resource" not in entry.message and "ValidatingAdmissionPolicy" not in entry.message
    ]
    assert refused == []


@pytest.mark.parametrize(
    ("account", "method", "path"),
    [
        ("airflow-scheduler", "GET", "/api/v1/namespaces/airflow/secrets"),
        ("airflow-scheduler", "GET", "/api/v1/namespaces/kube-system/pods"),
        ("airflow-scheduler", "POST", "/api/v1/namespaces/airflow/pods/any/exec"),
        ("airflow-api-server", "POST", "/api/v1/namespaces/airflow/pods"),
        ("airflow-api-server", "GET", "/api/v1/namespaces/airflow/pods"),
        ("airflow-api-server", "GET", "/api/v1/namespaces/airflow/configmaps"),
        ("airflow-triggerer", "POST", "/api/v1/namespaces/airflow/pods"),
        ("airflow-worker", "GET", "/api/v1/namespaces/airflow/pods"),
        ("airflow-dag-processor", "GET", "/api/v1/namespaces/airflow/pods"),
        ("airflow-clean-pods", "GET", "/api/v1/namespaces/airflow/secrets"),
        ("airflow-clean-pods", "POST", "/api/v1/namespaces/airflow/pods"),
        ("airflow-clean-metadata", "GET", "/api/v1/namespaces/airflow/pods"),
        ("airflow-clean-logs", "GET", "/apis/batch/v1/namespaces/airflow/jobs"),
    ],
)
def test_should_refuse_what_no_role_allows(airflow: Stage, account: str, method: str, path: str) -> None:
    assert call(airflow, account, method, path, POD if method == "POST" else None) == 403


def test_should_refuse_a_pod_that_breaks_restricted(airflow: Stage) -> None:
    (template,) = [
        each
        for each in airflow.cluster.kubernetes.objects("ConfigMap", "airflow")
        if "pod-template.yaml" in each["data"]
    ]
    pod = yaml.safe_load(template["data"]["pod-template.yaml"])
    pods = "/api/v1/namespaces/airflow/pods"
    labels = pod["metadata"]["labels"]
    pod["metadata"] = {"name": "good", "labels": labels}
    pod["spec"]["containers"][0]["args"] = ["python", "-c", "pass"]
    assert call(airflow, "airflow-scheduler", "POST", pods, pod) == 201
    pod["metadata"] = {"name": "bad", "labels": labels}
    pod["spec"]["containers"][0]["securityContext"]["privileged"] = True
    assert call(airflow, "airflow-scheduler", "POST", pods, pod) == 403
