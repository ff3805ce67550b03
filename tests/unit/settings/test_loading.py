"""From a name to an environment: finding files, and telling all that is broken at once."""

from pathlib import Path

import pytest

from settings import (
    AwsEnvironment,
    LocalEnvironment,
    SettingsError,
    load_aws_environment,
    load_environment,
    load_local_environment,
)
from tests.support.environments import environment_file
from tests.unit.settings.cases import ABSENT, AWS, LOCAL, broken_lines


def refusal(name: str, root: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_environment(name, root)
    return str(caught.value)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the environments dev and production, and one file elsewhere."""
    (tmp_path / "environments").mkdir()
    for name in ("dev", "production"):
        (tmp_path / "environments" / f"{name}.yaml").write_text(environment_file(name).read_text())
    (tmp_path / "mine.yaml").write_text(environment_file("local").read_text())
    return tmp_path


def test_should_find_a_name_in_environments(project: Path) -> None:
    assert load_aws_environment("dev", project).name == "dev"


@pytest.mark.parametrize("form", ["mine.yaml", "./mine.yaml", "{root}/mine.yaml"])
def test_should_find_a_path_from_the_root_or_absolute(project: Path, form: str) -> None:
    assert isinstance(load_environment(form.format(root=project), project), LocalEnvironment)


def test_should_name_the_nearest_of_the_known_environments(project: Path) -> None:
    assert refusal("prodution", project) == (
        "environments/prodution.yaml: does not exist; environments: dev, production; did you mean production?"
    )


@pytest.mark.parametrize("name", ["", " ", "nothing/here.yaml", "x" * 5000, "a\x00b", "../..\n", "ünï", "${Token[1]}"])
def test_should_refuse_any_name_that_is_no_file_in_one_line(project: Path, name: str) -> None:
    assert len(refusal(name, project).splitlines()) == 1


def test_should_refuse_a_directory(project: Path) -> None:
    assert refusal("environments", project) == "environments: is a directory, and must be a YAML file"


def test_should_refuse_a_file_that_cannot_be_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", denied)

    assert refusal("dev", project) == "environments/dev.yaml: can't be read: Permission denied"


def test_should_refuse_the_other_platform(project: Path) -> None:
    with pytest.raises(SettingsError, match=r"^mine.yaml: platform: must be aws .* \(got \"kubernetes\"\)$"):
        load_aws_environment("mine.yaml", project)
    with pytest.raises(SettingsError, match=r"^environments/dev.yaml: platform: must be kubernetes .*\(got \"aws\"\)$"):
        load_local_environment("dev", project)


def test_should_choose_the_model_by_platform() -> None:
    assert broken_lines({"network": {}}, LOCAL) == [
        "network: is not a setting; known here: platform, name, local, images, airflow"
    ]


@pytest.mark.parametrize("platform", ["azure", None, 5, [], {}])
def test_should_refuse_an_unknown_platform_and_check_the_rest(platform: object) -> None:
    lines = broken_lines({"platform": platform, "network nat_gateways": -1})

    assert lines[0].startswith("platform: must be one of aws, kubernetes (got ")
    assert [line.split(": ")[0] for line in lines[1:]] == ["network.nat_gateways"]


def test_should_report_all_that_is_broken_together() -> None:
    lines = broken_lines(
        {
            "region": ABSENT,
            "cluster version": 1.36,
            "cluster node_groups": {
                "workers": {"max_size": -3, "min_size": 7, "desired_size": 3},
                "other": {"min_size": 9, "max_size": 8},
                "whole": 5,
            },
            "network nat_gateways": 3,
            "storage": {"storage_type": "HDD", "maintenance_window": "noon"},
            "airflow config": {"nonsense": 1, "core.executor": "x"},
            "tags": {"team": 5, "aws:x": "y"},
            "regoin": "us-east-1",
        }
    )

    assert sorted(line.split(": ")[0] for line in lines) == [
        "airflow.config.core.executor",
        "airflow.config.nonsense",
        "cluster.node_groups.other.max_size",
        "cluster.node_groups.whole",
        "cluster.node_groups.workers.desired_size",
        "cluster.node_groups.workers.max_size",
        "cluster.version",
        "network.nat_gateways",
        "region",
        "regoin",
        "storage.maintenance_window",
        "storage.storage_type",
        "tags.aws:x",
        "tags.team",
    ]


ADMIN = {"cluster access": {"admins": ["arn:aws:iam::123456789012:role/a"]}}
HDD = {"storage_type": "HDD"}


@pytest.mark.parametrize(
    "changes",
    [
        # A default or a placeholder in its stead would break a rule.
        {"availability_zones": ["eu-west-1a", 5], "region": "eu-west-1"},
        {"region": 5, "availability_zones": ["eu-west-1a", "eu-west-1b"]},
        {
            "network interface_endpoints": "x",
            "network nat_gateways": 0,
            "cluster controller": {"enabled": False},
            **ADMIN,
        },
        {"cluster controller": {"enabled": "x"}},
        {"cluster endpoint": {"access": "x", "public_cidrs": ["198.51.100.0/24"]}},
        {"storage": {"deployment_type": "x", **HDD, "throughput_mbps_per_tib": 12, "storage_capacity_gib": 6000}},
        {"storage": {"throughput_mbps_per_tib": "x", "deployment_type": "PERSISTENT_1", **HDD}},
        {"storage": {"throughput_mbps_per_tib": "x", "storage_capacity_gib": 1800}},
        {"database": {"allocated_storage_gib": 500, "max_allocated_storage_gib": "x"}},
        {"database": {"allocated_storage_gib": "x", "max_allocated_storage_gib": 22}},
        {"retain_data": "x", "database": {"backup_retention_days": 0}},
        {"cluster node_groups": {"workers": 5}, "airflow parallelism": 2000},
        {"cluster node_groups": {"workers": 5, "other": {}}, "airflow parallelism": 2000},
        {"cluster node_groups workers": {"max_size": "x"}, "airflow parallelism": 2000},
        {"cluster node_groups workers": {"instance_types": [5, "m7i.large"]}, "airflow parallelism": 2000},
        {"cluster node_groups workers": {"taints": [{"key": "a", "effect": "x"}]}},
        {"cluster node_groups": 5, "airflow parallelism": 2000},
        {"airflow worker": {"memory_mib": "x"}, "airflow parallelism": 2000},
        {"cluster": 5},
        {"network": 5},
    ],
    ids=str,
)
def test_should_not_report_what_only_follows_from_a_refused_value(changes: dict[str, object]) -> None:
    assert len(broken_lines(changes)) == 1


def test_should_check_the_rest_beside_a_refused_entry_of_a_list() -> None:
    lines = broken_lines({"availability_zones": ["us-east-1a", 5], "database backup_retention_days": 0})

    assert [line.split(": ")[0] for line in lines] == ["availability_zones[1]", "database.backup_retention_days"]


def test_should_ask_for_what_is_required() -> None:
    lines = broken_lines({"name": ABSENT, "region": ABSENT, "availability_zones": ABSENT, "network nat_gateways": -1})

    assert lines == [
        "name: is required",
        "region: is required",
        "availability_zones: is required",
        "network.nat_gateways: must be at least 0 (got -1)",
    ]


def test_should_leave_defaults_as_they_are_after_a_refusal() -> None:
    broken_lines({"storage": 5, "cluster node_groups": {"workers": 5}, "airflow": {"worker": {"memory_mib": "x"}}})

    assert AwsEnvironment.model_validate(AWS).airflow.worker.memory_mib == 512
    assert AwsEnvironment.model_validate(AWS).storage.throughput_mbps_per_tib == 125
    assert AwsEnvironment.model_validate(AWS).cluster.node_groups["workers"].max_size == 4


def test_should_keep_the_other_defaults_of_a_component() -> None:
    environment = AwsEnvironment.model_validate({**AWS, "airflow": {"api_server": {"replicas": 2}}})

    assert environment.airflow.api_server.memory_mib == 2048


def test_should_start_with_one_node_at_least() -> None:
    sizes = [
        {},
        {"min_size": 0},
        {"min_size": 3},
        {"min_size": 1, "desired_size": 2},
        {"min_size": 0, "desired_size": 0},
    ]

    groups = [
        AwsEnvironment.model_validate({**AWS, "cluster": {"node_groups": {"workers": each}}}).cluster.node_groups
        for each in sizes
    ]

    assert [group["workers"].initial_size for group in groups] == [2, 1, 3, 2, 0]
