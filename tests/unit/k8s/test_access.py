"""Who may ask the Kubernetes API for what, and who may connect to whom."""

import yaml

from k8s.rendered import Release
from tests.support.names import DEPLOYMENTS as COMPONENTS


def test_should_grant_exactly_the_verbs_that_were_seen_in_use(any_release: Release) -> None:
    granted = {
        role["metadata"]["name"]: {
            ".".join(filter(None, (rule["resources"][0], rule["apiGroups"][0]))): set(rule["verbs"])
            for rule in role["rules"]
        }
        for role in any_release.of_kind("Role")
    }
    assert granted == {
        "pod-launcher-role": {"pods": {"create", "delete", "get", "list", "patch", "watch"}},
        "airflow-triggerer": {"pods": {"delete", "get"}, "pods/log": {"get"}, "events": {"list", "watch"}},
        "airflow-clean-pods": {"pods": {"delete", "list"}, "jobs.batch": {"delete", "list"}},
    }
    assert any_release.of_kind("ClusterRole") == []


def test_should_bind_each_role_to_one_service_account(any_release: Release) -> None:
    bound = {
        binding["metadata"]["name"]: (
            binding["roleRef"]["name"],
            [(each["namespace"], each["name"]) for each in binding["subjects"]],
        )
        for binding in any_release.of_kind("RoleBinding")
    }
    assert bound == {
        "pod-launcher-role-binding": ("pod-launcher-role", [("airflow", "airflow-scheduler")]),
        "airflow-triggerer": ("airflow-triggerer", [("airflow", "airflow-triggerer")]),
        "airflow-clean-pods": ("airflow-clean-pods", [("airflow", "airflow-clean-pods")]),
    }


def test_should_hand_out_tokens_only_where_the_kubernetes_api_is_used(any_release: Release) -> None:
    users = {"airflow-scheduler", "airflow-triggerer", "airflow-clean-pods"}
    for account in any_release.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is (account["metadata"]["name"] in users)
    for template in any_release.pod_templates.values():
        account = template["spec"].get("serviceAccountName")
        assert template["spec"]["automountServiceAccountToken"] is (account in users)


def test_should_deny_every_connection_that_is_not_named(any_release: Release) -> None:
    assert any_release.get("NetworkPolicy", "deny-ingress")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress"],
    }


def test_should_let_airflows_pods_reach_the_api_server(any_release: Release) -> None:
    spec = any_release.get("NetworkPolicy", "airflow-api-server")["spec"]
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"port": 8080, "protocol": "TCP"}]
    (source,) = rule["from"]
    assert set(source) == {"podSelector"}  # of this namespace only
    wanted = source["podSelector"]["matchLabels"].items()
    worker = yaml.safe_load(any_release.get("ConfigMap", "airflow-worker-pod-template")["data"]["pod-template.yaml"])
    components = [any_release.pod_templates[name]["metadata"]["labels"] for name in COMPONENTS]
    for labels in [worker["metadata"]["labels"], *components]:
        assert wanted <= labels.items()
    assert spec["podSelector"]["matchLabels"].items() <= components[0].items()


def test_should_let_only_the_api_server_read_the_triggerers_logs(any_release: Release) -> None:
    spec = any_release.get("NetworkPolicy", "airflow-triggerer")["spec"]
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"port": 8794, "protocol": "TCP"}]
    assert any_release.config["AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT"] == "8794"
    assert rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "api-server"


def test_should_keep_task_pods_from_the_local_database(local: Release) -> None:
    (rule,) = local.get("NetworkPolicy", "airflow-database")["spec"]["ingress"]
    (expression,) = rule["from"][0]["podSelector"]["matchExpressions"]
    clients = {
        template["metadata"]["labels"]["app.kubernetes.io/component"]
        for name, template in local.pod_templates.items()
        if any(volume["name"] == "secrets" for volume in template["spec"]["volumes"])
    }
    assert set(expression["values"]) == clients
    assert "worker" not in clients


def test_should_have_no_policy_for_a_database_that_is_elsewhere(aws: Release) -> None:
    assert "airflow-database" not in {policy["metadata"]["name"] for policy in aws.of_kind("NetworkPolicy")}
