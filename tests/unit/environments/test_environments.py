"""Every file in environments/, whatever it is called and says: it becomes a platform that nobody refuses."""

import re
from pathlib import Path

import cdk8s
import jsonschema
import pytest
import yaml
from cfnlint.helpers import REGIONS

from k8s.airflow.release import release
from k8s.local import generate_secrets, local_bindings
from k8s.render import render
from settings import AwsEnvironment, LocalEnvironment, SettingsError, load_environment
from settings.facts.versions import KUBERNETES_VERSIONS
from settings.reading.yaml_file import read_yaml
from settings.schema import SCHEMA_FILE, environment_schema
from tests.support.environments import ENVIRONMENTS, TESTS, environment_file
from tests.support.kubernetes import problems
from tests.support.lint import lint
from tests.support.names import STACKS
from tests.support.platform import build
from tests.support.templates import manifests

ROOT = TESTS.parent
USERS_FILES = sorted(each for each in (ROOT / "environments").iterdir() if each.suffix in (".yaml", ".yml"))
FIXTURES = [environment_file(name) for name in ENVIRONMENTS]


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


EACH_FILE = pytest.mark.parametrize("file", [*USERS_FILES, *FIXTURES], ids=shown)


def refusals(file: Path, folder: Path) -> list[str]:
    """What our rules, cfn-lint or Kubernetes would refuse of a file's platform, one line each."""
    try:
        settings = load_environment(str(file), ROOT)
    except SettingsError as error:
        return str(error).splitlines()
    return _of_aws(settings, folder) if isinstance(settings, AwsEnvironment) else _of_kubernetes(settings)


def _of_aws(settings: AwsEnvironment, folder: Path) -> list[str]:
    templates = build(settings)
    assert set(templates) == set(STACKS)
    objects = [obj for step in manifests(templates["AirflowStack"]).values() for obj in step]
    # A region that is newer than cfn-lint has no rules of its own there.
    region = settings.region if settings.region in REGIONS else "us-east-1"
    return [*lint(templates, region=region, folder=folder), *problems(objects, settings.cluster.version)]


def _of_kubernetes(settings: LocalEnvironment) -> list[str]:
    steps = release(cdk8s.App(), airflow=settings.airflow, bindings=local_bindings(settings, generate_secrets()))
    objects = list(yaml.safe_load_all(render(steps)))
    return [problem for version in KUBERNETES_VERSIONS for problem in problems(objects, version)]


@pytest.mark.parametrize("file", [*USERS_FILES, environment_file("local")], ids=shown)
def test_should_become_a_platform_that_nobody_refuses(file: Path, tmp_path: Path) -> None:
    if found := refusals(file, tmp_path):
        pytest.fail("\n".join(found), pytrace=False)


@EACH_FILE
def test_should_be_marked_wrong_by_no_editor(file: Path) -> None:
    data = read_yaml(file, shown(file)).data
    if found := list(jsonschema.Draft7Validator(environment_schema()).iter_errors(data)):
        pytest.fail("\n".join(f"{shown(file)}: {error.json_path}: {error.message}" for error in found), pytrace=False)


@EACH_FILE
def test_should_be_completed_from_our_schema_where_it_names_a_file(file: Path) -> None:
    for named in re.findall(r"^# *yaml-language-server: *\$schema=([./\w-]+)$", file.read_text(), re.MULTILINE):
        assert (file.parent / named).resolve() == SCHEMA_FILE, f"{shown(file)}: names no schema of ours"


def test_should_say_which_setting_of_a_file_is_broken(tmp_path: Path) -> None:
    text = environment_file("dev").read_text().replace("nat_gateways: 1", "nat_gateways: 7")
    (tmp_path / "mine.yaml").write_text(text)
    (line,) = refusals(tmp_path / "mine.yaml", tmp_path)
    assert line.startswith(f"{tmp_path}/mine.yaml: network.nat_gateways: ")
