"""An image of yours: built once, pushed to the environment's repository; with a docker that records its calls."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.aws import WrongAccountError
from operations.image import __main__ as command
from operations.image.docker import DockerError
from operations.image.folder import UnusableFolderError
from settings import AwsEnvironment
from standins.docker import Docker
from tests.support.deployed_aws import ACCOUNT, refused
from tests.support.environments import aws_environment, environment_file

REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"
URI = f"{REGISTRY}/airflow-test-storage-images-1"
DIGEST = "sha256:" + 64 * "d"
PASSWORD = "the-password-of-twelve-hours"


class Aws:
    """The account: a stack with a repository, and what docker has pushed."""

    def __init__(self, docker: Docker) -> None:
        self._docker = docker
        self.outputs = [{"OutputKey": "FileSystemId", "OutputValue": "fs-1"}]
        self.outputs.append({"OutputKey": "ImageRepository", "OutputValue": URI})
        self.pushed: set[str] = set()

    def __call__(self, service: str) -> "Aws":
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ACCOUNT}

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        assert StackName == "airflow-test-storage"
        if not self.outputs:
            error = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        return {"Stacks": [{"Outputs": self.outputs}]}

    def describe_images(self, repositoryName: str, imageIds: list[dict[str, str]]) -> Any:  # noqa: N803
        assert repositoryName == "airflow-test-storage-images-1"
        tags = {tag.rpartition(":")[2] for build in self._docker.builds for tag in build if tag.startswith(URI)}
        if imageIds[0]["imageTag"] not in tags | self.pushed:
            raise refused("ImageNotFoundException")
        return {"imageDetails": [{"imageDigest": DIGEST}]}

    def get_authorization_token(self) -> Any:
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token}]}


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    made = Docker(tmp_path)
    monkeypatch.setenv("PATH", str(made.path))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return made


@pytest.fixture
def aws(docker: Docker) -> Aws:
    return Aws(docker)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "Dockerfile").write_text("ARG AIRFLOW_VERSION\nFROM apache/airflow:${AIRFLOW_VERSION}\n")
    return made


def settings(**changes: Any) -> AwsEnvironment:
    return aws_environment(**{"images": {"repository": True}, **changes})


def test_should_build_push_and_print_the_line_for_the_file(
    docker: Docker, aws: Aws, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.image(settings(), aws, folder) == 0
    names = [call["arguments"][0] for call in docker.calls]
    assert names == ["buildx", "login", "buildx", "logout"]
    [build] = docker.builds
    tag = build[build.index("--tag") + 1]
    assert tag.startswith(f"{URI}:3.3.2-") and len(tag.rpartition("-")[2]) == 12
    assert "--push" in build and build[-1] == str(folder)
    assert build[build.index("--platform") + 1] == "linux/amd64"
    assert "--build-arg=AIRFLOW_VERSION=3.3.2" in build
    assert not any("REGISTRY" in argument for argument in build)
    output = capsys.readouterr().out
    assert f"For environments/test.yaml, below airflow:\n  image: {URI}@{DIGEST}" in output


def test_should_give_the_password_through_standard_input_alone(
    docker: Docker, aws: Aws, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command.image(settings(), aws, folder)
    [login] = [call for call in docker.calls if call["arguments"][0] == "login"]
    assert login["arguments"] == ["login", "--username", "AWS", "--password-stdin", REGISTRY]
    assert login["input"] == PASSWORD
    shown = "".join(capfd.readouterr())
    for call in docker.calls:
        assert PASSWORD not in json.dumps([call["arguments"], call["environment"]])
    assert PASSWORD not in shown
    assert docker.calls[-1]["arguments"] == ["logout", REGISTRY]


def test_should_print_a_line_that_the_settings_take(aws: Aws, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.image(settings(), aws, folder)
    line = capsys.readouterr().out.splitlines()[-1]
    value = line.partition("image: ")[2].partition("  #")[0]
    assert settings(airflow={"image": value}).airflow.image == value


def test_should_push_the_same_content_once(
    docker: Docker, aws: Aws, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.image(settings(), aws, folder)
    first = capsys.readouterr().out.splitlines()[-1]
    assert command.image(settings(), aws, folder) == 0
    assert len(docker.builds) == 1
    output = capsys.readouterr().out
    assert "nothing to build" in output and output.splitlines()[-1] == first
    (folder / "more").write_text("x")
    command.image(settings(), aws, folder)
    assert len(docker.builds) == 2


@pytest.mark.parametrize(
    ("types", "platforms"),
    [
        ([["m7i.large"]], "linux/amd64"),
        ([["m7g.large", "m6g.large"]], "linux/arm64"),
        ([["m7i.large"], ["m7g.large"]], "linux/amd64,linux/arm64"),
    ],
)
def test_should_build_for_the_architectures_of_all_nodes(
    docker: Docker, aws: Aws, folder: Path, types: list[list[str]], platforms: str
) -> None:
    groups = {f"group{index}": {"instance_types": each} for index, each in enumerate(types)}
    command.image(settings(cluster={"node_groups": groups}), aws, folder)
    [build] = docker.builds
    assert build[build.index("--platform") + 1] == platforms


def test_should_build_from_the_registry_that_stands_for_docker_hub(docker: Docker, aws: Aws, folder: Path) -> None:
    command.image(settings(images={"repository": True, "registry_prefix": "registry.example.com/m"}), aws, folder)
    assert "--build-arg=REGISTRY=registry.example.com/m" in docker.builds[0]


@pytest.mark.parametrize("failing", ["buildx version", "login --username", "buildx build"])
def test_should_end_with_a_line_and_logged_out_where_docker_fails(
    docker: Docker, aws: Aws, folder: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setenv("DOCKER_FAILS", failing)
    with pytest.raises(DockerError) as failed:
        command.image(settings(), aws, folder)
    assert len(str(failed.value).splitlines()) == 1
    names = [call["arguments"][0] for call in docker.calls]
    assert names.count("logout") == (failing == "buildx build")


def test_should_say_that_ecr_has_no_such_image(
    docker: Docker, aws: Aws, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Docker, "builds", property(lambda self: []))
    with pytest.raises(command.NoRepositoryError, match="and ECR has no such image"):
        command.image(settings(), aws, folder)


def test_should_say_in_a_line_that_there_is_no_docker(
    aws: Aws, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DockerError, match=r"^docker is not on the PATH"):
        command.image(settings(), aws, folder)


def test_should_do_nothing_without_a_repository(docker: Docker, aws: Aws, folder: Path) -> None:
    with pytest.raises(command.NoRepositoryError, match=r"^images\.repository: must be true"):
        command.image(aws_environment(), aws, folder)
    aws.outputs.pop()
    with pytest.raises(command.NoRepositoryError, match="has no repository yet"):
        command.image(settings(), aws, folder)
    aws.outputs.clear()
    with pytest.raises(command.NoRepositoryError, match="npx cdk deploy StorageStack -c environment=test"):
        command.image(settings(), aws, folder)
    assert docker.calls == []


def test_should_not_push_to_another_account(docker: Docker, aws: Aws, folder: Path) -> None:
    with pytest.raises(WrongAccountError):
        command.image(settings(account="999999999999"), aws, folder)
    assert docker.calls == []


def test_should_build_nothing_that_the_platform_could_not_run(docker: Docker, aws: Aws, folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM apache/airflow:3.3.2\nUSER root\n")
    with pytest.raises(UnusableFolderError):
        command.image(settings(), aws, folder)
    assert docker.calls == []


def test_should_take_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Path] = []

    def image(settings: AwsEnvironment, clients: object, folder: Path) -> int:
        asked.append(folder)
        return 0

    monkeypatch.setattr(command, "image", image)
    environment = str(environment_file("dev"))
    assert command.main([environment]) == command.main([environment, "--from", str(tmp_path)]) == 0
    assert asked == [command.FOLDER, tmp_path]
