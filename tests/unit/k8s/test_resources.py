"""Quantities, as Kubernetes itself writes them."""

import pytest

from k8s.airflow.pods.resources import binary_quantity, cpu_quantity


@pytest.mark.parametrize(
    ("mebibytes", "written"),
    [(1, "1Mi"), (768, "768Mi"), (1024, "1Gi"), (1536, "1536Mi"), (3072, "3Gi"), (1024**2, "1Ti"), (1024**3, "1024Ti")],
)
def test_should_write_bytes_in_the_biggest_whole_unit(mebibytes: int, written: str) -> None:
    assert binary_quantity(mebibytes).value == written


@pytest.mark.parametrize(("millicores", "written"), [(50, "50m"), (1000, "1"), (1500, "1500m"), (4000, "4")])
def test_should_write_whole_cores_without_a_unit(millicores: int, written: str) -> None:
    assert cpu_quantity(millicores).value == written
