"""`make local`: secrets are made once and kept, and one file holds everything."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s.__main__ import main
from k8s.local import generate_secrets, kept_secrets
from standins.kubernetes_api.quantities import canonical
from tests.support.environments import environment_file

LOCAL = str(environment_file("local"))


def test_should_generate_letters_and_digits_only() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9]{24,}", value) for value in generate_secrets().values.values())


def test_should_generate_a_fernet_key_without_its_padding() -> None:
    assert len(generate_secrets().values["fernet_key"]) == 43


def test_should_keep_the_secrets_of_the_first_time(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "secrets.json"
    assert kept_secrets(file) == kept_secrets(file)


def test_should_show_the_secrets_to_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "secrets.json"
    kept_secrets(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_should_add_a_secret_that_a_later_version_has_and_keep_the_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = dict(kept_secrets(file).values)
    file.write_text(json.dumps({key: value for key, value in first.items() if key != "jwt_secret"}))
    second = kept_secrets(file)
    assert second == kept_secrets(file)
    assert {key for key in first if first[key] != second.values[key]} == {"jwt_secret"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"fernet_key": "x"}', '{"fernet_key": "x", "database_password": ""}', "nonsense"]
)
def test_should_refuse_a_file_of_other_secrets(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(ValueError, match=r"secrets\.json: does not hold"):
        kept_secrets(tmp_path / "secrets.json")


Rendered = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local")
    main(LOCAL, folder)
    return folder


@pytest.fixture(scope="module")
def documents(folder: Path) -> Rendered:
    return list(yaml.safe_load_all((folder / "dist/airflow-local.k8s.yaml").read_text()))


def test_should_write_the_same_file_again(folder: Path) -> None:
    first = (folder / "dist/airflow-local.k8s.yaml").read_bytes()
    main(LOCAL, folder)
    assert (folder / "dist/airflow-local.k8s.yaml").read_bytes() == first


def test_should_show_the_manifest_with_its_secrets_to_its_owner_only(folder: Path) -> None:
    assert stat.S_IMODE((folder / "dist/airflow-local.k8s.yaml").stat().st_mode) == 0o600


def test_should_tell_the_next_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(LOCAL, tmp_path)
    assert "kubectl apply -f dist/airflow-local.k8s.yaml" in capsys.readouterr().out


def test_should_refuse_an_environment_on_aws_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(str(environment_file("dev")), tmp_path)
    assert str(ended.value).startswith("tests/environments/dev.yaml: platform: ")
    assert list(tmp_path.iterdir()) == []


def test_should_put_a_namespace_before_what_is_in_it(documents: Rendered) -> None:
    seen = set()
    for document in documents:
        if document["kind"] == "Namespace":
            seen.add(document["metadata"]["name"])
        elif "namespace" in document["metadata"]:
            assert document["metadata"]["namespace"] in seen


def test_should_hold_nothing_of_aws(documents: Rendered) -> None:
    text = json.dumps(documents)
    assert not re.search(r"amazonaws|fsx\.csi|secrets-store|arn:aws|SecretProviderClass", text)


def test_should_carry_the_names_that_runbooks_use(documents: Rendered) -> None:
    names = {(document["kind"], document["metadata"]["name"]) for document in documents}
    assert names >= {
        ("Namespace", "airflow"),
        ("PersistentVolumeClaim", "aws-fsx-pvc"),
        ("ConfigMap", "airflow-config"),
        ("ServiceAccount", "airflow-scheduler"),
        ("Role", "pod-launcher-role"),
        ("RoleBinding", "pod-launcher-role-binding"),
        ("Service", "webserver-svc"),
        *(("Deployment", f"airflow-{name}") for name in ("api-server", "scheduler", "dag-processor", "triggerer")),
    }


def scalars(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Each scalar of a document, with where it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner, f"{path}/*")
    else:
        yield path, value


def test_should_be_unchanged_when_applied_again(documents: Rendered) -> None:
    """`kubectl apply` sends what is written other than the API server gives it back, each time."""
    for document in documents:
        for path, value in scalars(document):
            where = f"{document['kind']}/{document['metadata']['name']}{path}"
            if re.search(r"/(requests|limits|capacity)/|/sizeLimit$", path):
                assert canonical(value) == str(value), where
            if value is None or value == "":
                # Elsewhere empty is left out. An empty class of a claim is something else than none.
                kept = path.startswith("/data/") or "/apiGroups/" in path
                assert kept or (path == "/spec/storageClassName" and document["kind"] == "PersistentVolumeClaim"), where
        # Write-only; and lists that are replaced as a whole, to which the server adds defaults.
        assert "stringData" not in document
        assert "volumeClaimTemplates" not in document.get("spec", {})
        if document["kind"] == "NetworkPolicy":
            rules = document["spec"].get("ingress", [])
            assert all({"protocol", "port"} == set(port) for rule in rules for port in rule["ports"])
