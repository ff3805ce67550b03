"""The bill of materials names everything that the locks and the objects name."""

import json
from pathlib import Path
from typing import Any

from operations.sbom.document import document, written

ROOT = Path(__file__).resolve().parents[4]
LOCK = (ROOT / "requirements.lock").read_text()
PACKAGE_LOCK = json.loads((ROOT / "package-lock.json").read_text())


def bill(**changes: Any) -> dict[str, Any]:
    given = {"lock": LOCK, "package_lock": PACKAGE_LOCK, "images": [], "addons": [], **changes}
    return document(name="airflow-dev", version="3.3.2", **given)


def refs(**changes: Any) -> set[str]:
    return {each["bom-ref"] for each in bill(**changes)["components"]}


def test_should_name_every_package_of_both_locks() -> None:
    found = refs()
    pins = [line for line in LOCK.splitlines() if "==" in line and not line.startswith(("#", " "))]
    assert len([each for each in found if each.startswith("pkg:pypi/")]) == len(pins)
    assert "pkg:pypi/aws-cdk-lib@2.275.0" in found
    assert len([each for each in found if each.startswith("pkg:npm/")]) == len(PACKAGE_LOCK["packages"]) - 1


def test_should_have_the_content_of_every_package() -> None:
    packages = [each for each in bill()["components"] if "purl" in each]
    assert [each["bom-ref"] for each in packages if not each["properties"]] == []


def test_should_tell_images_by_tag_and_by_digest_and_the_add_ons() -> None:
    digest = "sha256:" + 64 * "a"
    images = ["apache/airflow:3.3.2", "apache/airflow:3.3.2", f"registry.example.com:5000/airflow@{digest}", "postgres"]
    components = bill(images=images, addons=["coredns"])["components"]
    containers = {each["name"]: each["version"] for each in components if each["type"] == "container"}
    assert containers == {"apache/airflow": "3.3.2", "registry.example.com:5000/airflow": digest, "postgres": "latest"}
    assert "addon:coredns" in {each["bom-ref"] for each in components}


def test_should_write_the_same_text_twice(tmp_path: Path) -> None:
    first, second = (written(bill(), tmp_path / name / "bill.json").read_bytes() for name in "ab")
    assert first == second
    names = [each["bom-ref"] for each in json.loads(first)["components"]]
    assert len(names) == len(set(names)), "CycloneDX wants each reference once"
