"""PostgreSQL in the cluster."""

from base64 import b64decode

from k8s.rendered import Json, Release


def spec(local: Release) -> Json:
    found: Json = local.get("StatefulSet", "airflow-database")["spec"]
    return found


def test_should_not_exist_where_the_platform_has_a_database(aws: Release) -> None:
    assert "Database" not in aws.charts
    assert aws.of_kind("StatefulSet") == []


def test_should_keep_its_data_when_the_pod_goes(local: Release) -> None:
    claim = local.get("PersistentVolumeClaim", "airflow-database")
    assert claim["spec"]["resources"]["requests"] == {"storage": "5Gi"}
    (volume,) = [each for each in spec(local)["template"]["spec"]["volumes"] if "persistentVolumeClaim" in each]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    (container,) = spec(local)["template"]["spec"]["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    assert environment["PGDATA"].startswith(mounts[volume["name"]] + "/")


def test_should_take_the_password_from_a_file(local: Release) -> None:
    (container,) = spec(local)["template"]["spec"]["containers"]
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    assert "POSTGRES_PASSWORD" not in environment
    assert environment["POSTGRES_PASSWORD_FILE"] == "/run/secrets/airflow-database/password"
    assert b64decode(local.get("Secret", "airflow-database")["data"]["password"]) == b"databasePassword"


def test_should_be_ready_when_it_answers_over_the_network(local: Release) -> None:
    (container,) = spec(local)["template"]["spec"]["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        command = container[probe]["exec"]["command"]
        assert command[:4] == ["pg_isready", "-q", "-h", "127.0.0.1"]


def test_should_have_a_lasting_address(local: Release) -> None:
    service = local.get("Service", "airflow-database")["spec"]
    assert service["type"] == "ClusterIP"
    assert service.get("clusterIP") is None
    assert service["selector"] == spec(local)["selector"]["matchLabels"]
    assert service["ports"][0]["port"] == 5432


def test_should_run_as_postgres(local: Release) -> None:
    security = spec(local)["template"]["spec"]["securityContext"]
    assert (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) == (999, 999, 999)
    assert security["fsGroupChangePolicy"] == "OnRootMismatch", "else every start walks over all of the data"
