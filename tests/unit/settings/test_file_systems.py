"""The file systems that FSx for Lustre sells, and no other."""

from typing import Any

import pytest

from tests.unit.settings.cases import broken_lines

SSD = (1200, 2400, 4800, 7200)
SOLD: dict[tuple[str, str, int | None], tuple[int, ...]] = {
    **{("PERSISTENT_2", "SSD", throughput): SSD for throughput in (125, 250, 500, 1000)},
    **{("PERSISTENT_1", "SSD", throughput): SSD for throughput in (50, 100, 200)},
    ("PERSISTENT_1", "HDD", 12): (6000, 12_000, 18_000),
    ("PERSISTENT_1", "HDD", 40): (1800, 3600, 5400),
    ("SCRATCH_2", "SSD", None): SSD,
}
"""Deployment type, storage type, throughput -> the first capacities on sale (CreateFileSystem, FSx API reference)."""

CAPACITIES = range(1200, 18_001, 600)


@pytest.mark.parametrize("kind", SOLD, ids=str)
def test_should_sell_what_fsx_sells_and_nothing_between(kind: tuple[str, str, int | None]) -> None:
    deployment, medium, throughput = kind
    usual: dict[str, Any] = {"deployment_type": deployment, "storage_type": medium}
    if throughput:
        usual["throughput_mbps_per_tib"] = throughput
    sold = [each for each in CAPACITIES if broken_lines({"storage": {**usual, "storage_capacity_gib": each}}) == []]
    few = SOLD[kind]
    step = few[-1] - few[-2]
    assert sold == [*few, *range(few[-1] + step, 18_001, step)]


@pytest.mark.parametrize(("deployment", "medium"), sorted({(kind[0], kind[1]) for kind in SOLD}))
def test_should_offer_each_throughput_that_fsx_has_for_it_and_no_other(deployment: str, medium: str) -> None:
    def sold(throughput: int) -> bool:
        storage = {"deployment_type": deployment, "storage_type": medium, "throughput_mbps_per_tib": throughput}
        return not [line for line in broken_lines({"storage": storage}) if line.startswith("storage.throughput")]

    all_of_them = {kind[2] for kind in SOLD if kind[2]}
    assert {each for each in all_of_them if sold(each)} == {
        kind[2] for kind in SOLD if kind[:2] == (deployment, medium) and kind[2]
    }
