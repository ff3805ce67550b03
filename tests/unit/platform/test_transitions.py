"""Every change of a setting deploys, or is refused by the setting's name before anything changes.

Pairs of templates: what an environment has deployed, and what the changed one would deploy. What CloudFormation does
with such pairs is rehearsed with the same table: tests/deploy/test_life_of_changes.py.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from operations.changes.compare import Templates, refusals
from settings import AwsEnvironment
from stacks import NetworkStack, StorageStack
from tests.support.platform import build
from tests.support.synth import cdk_app, template_of
from tests.support.transitions import (
    BASE,
    CACHE,
    DEPLOYS,
    ELSEWHERE,
    NO_LINKS,
    ONE_WAY,
    REFUSED,
    RESTORED,
    ZONES,
    environment,
    settings_of,
)


def templates(data: Mapping[str, Any]) -> Templates:
    return build(AwsEnvironment.model_validate(data))


@pytest.fixture(scope="module")
def base() -> Templates:
    return templates(BASE)


@pytest.fixture(scope="module")
def all_changed() -> Templates:
    """One environment with all of the changes that deploy: what refuses one of them alone refuses it here."""
    return templates(environment(**DEPLOYS))


def paths(deployed: Templates, wanted: Templates) -> list[str]:
    return [violation.path for violation in refusals(deployed, wanted)]


def test_should_have_a_row_for_every_setting() -> None:
    rows = {*DEPLOYS, *ONE_WAY, *REFUSED, *ELSEWHERE}
    missing = [
        path
        for path in settings_of(AwsEnvironment)
        if not any(path == row or path.startswith(f"{row}.") for row in rows)
    ]
    assert missing == []


def test_should_deploy_every_change_and_its_way_back(base: Templates, all_changed: Templates) -> None:
    assert refusals(base, all_changed) == []
    assert refusals(all_changed, base) == []


def test_should_change_every_stack_but_the_roles(base: Templates, all_changed: Templates) -> None:
    """Rows that change no template would prove nothing. Roles follow no setting but the name, and the cache."""
    assert [stack for stack in base if base[stack] == all_changed[stack]] == ["IamStack"]


@pytest.mark.parametrize(("setting", "value"), ONE_WAY.items())
def test_should_deploy_one_way_and_refuse_the_way_back_by_name(base: Templates, setting: str, value: Any) -> None:
    changed = templates(environment(**{setting: value}))
    assert paths(base, changed) == []
    assert setting in paths(changed, base)


@pytest.mark.parametrize(("setting", "value"), REFUSED.items())
def test_should_refuse_by_name_what_only_a_replacement_could_change(base: Templates, setting: str, value: Any) -> None:
    changed = templates(environment(**{setting: value}))
    for deployed, wanted in ((base, changed), (changed, base)):
        found = refusals(deployed, wanted)
        assert any(setting in violation.path for violation in found), found
        assert all("The way: " in violation.rule for violation in found)


@pytest.mark.parametrize("access", ["public", "private", "public_limited"])
def test_should_move_the_endpoint_from_anywhere_to_anywhere(base: Templates, access: str) -> None:
    ranges = {"cluster.endpoint.public_cidrs": ["198.51.100.0/24"]} if access == "public_limited" else {}
    changed = templates(environment(**{"cluster.endpoint.access": access, **ranges}))
    assert paths(base, changed) == paths(changed, base) == []


def test_should_put_a_cache_before_docker_hub_and_take_it_away(base: Templates) -> None:
    """Beside `account`, which alone would change nothing that is refused: the comparison is with the same account."""
    without = templates(environment(account=CACHE["account"]))
    changed = templates(environment(**CACHE))
    assert paths(without, changed) == paths(changed, without) == []
    assert [stack for stack in without if without[stack] != changed[stack]] == [
        "IamStack", "StorageStack", "AirflowStack",
    ]  # fmt: skip


def test_should_go_from_the_config_map_to_access_entries_and_not_back(base: Templates) -> None:
    changed = templates(environment(**{"cluster.authentication_mode": "API_AND_CONFIG_MAP"}))
    assert paths(changed, base) == []
    assert paths(base, changed) == ["cluster.authentication_mode"]


def test_should_refuse_to_change_disks_and_their_cache() -> None:
    ssd = templates(environment(storage={"deployment_type": "PERSISTENT_1"}))
    hdd = templates(environment(storage={"deployment_type": "PERSISTENT_1", "storage_type": "HDD"}))
    kind = {"deployment_type": "PERSISTENT_1", "storage_type": "HDD", "hdd_read_cache": True}
    cached = templates(environment(storage=kind))
    assert "storage.storage_type" in paths(ssd, hdd)
    assert paths(hdd, cached) == paths(cached, hdd) == ["storage.hdd_read_cache"]


def test_should_refuse_to_skip_a_version_of_kubernetes(base: Templates) -> None:
    older = templates(environment(**{"cluster.version": "1.34"}))
    newer = templates(environment(**{"cluster.version": "1.36"}))
    assert paths(older, base) == []
    assert paths(older, newer) == ["cluster.version"]


def test_should_add_rename_and_remove_node_groups(base: Templates) -> None:
    renamed = templates(environment(**{"cluster.node_groups": {"others": {}}}))
    assert paths(base, renamed) == paths(renamed, base) == []


def test_should_refuse_to_move_a_zone(base: Templates) -> None:
    moved = templates(environment(availability_zones=ZONES[1::-1]))
    assert "availability_zones" in paths(base, moved)


@pytest.fixture(scope="module")
def unlinked() -> dict[str, Templates]:
    """The steps of NO_LINKS."""
    return {step: templates(environment(**changes)) for step, changes in NO_LINKS.items()}


def test_should_go_from_links_to_backups_and_back_in_steps(base: Templates, unlinked: dict[str, Templates]) -> None:
    steps = [base, *unlinked.values(), base]
    assert [paths(deployed, wanted) for deployed, wanted in itertools.pairwise(steps)] == [[]] * 4


@pytest.mark.parametrize(
    ("deployed", "wanted"), [("linked", "backups"), ("linked", "no backups"), ("backups", "linked")]
)
def test_should_refuse_links_and_backups_at_once_by_both_names(
    base: Templates, unlinked: dict[str, Templates], deployed: str, wanted: str
) -> None:
    states = {**unlinked, "linked": base}
    [violation] = refusals(states[deployed], states[wanted])
    assert {violation.path} <= {"storage.s3.enabled", "storage.backup_retention_days"}
    for setting in ("storage.s3.enabled: false", "storage.backup_retention_days: ", "The way: "):
        assert setting in violation.rule


@pytest.fixture(scope="module")
def restored() -> dict[str, Templates]:
    return {name: templates(environment(**changes)) for name, changes in RESTORED.items()}


@pytest.mark.parametrize(
    ("deployed", "wanted", "setting"),
    [
        ("restored", "other secrets", "restore.secrets"),
        ("restored", "a key", "restore.kms_key_arn"),
        ("a key", "restored", "restore.kms_key_arn"),
    ],
)
def test_should_refuse_other_secrets_or_another_key_of_a_restored_database(
    restored: dict[str, Templates], deployed: str, wanted: str, setting: str
) -> None:
    [violation] = refusals(restored[deployed], restored[wanted])
    assert violation.path == setting
    assert "The way: set it back" in violation.rule


def test_should_refuse_to_forget_or_to_add_what_a_database_is_restored_from(
    base: Templates, restored: dict[str, Templates]
) -> None:
    """By the one setting: what else changes with it in the template is no second reason."""
    assert paths(restored["restored"], base) == ["restore.database_snapshot"]
    assert paths(base, restored["restored"])[-1] == "restore.database_snapshot"


def test_should_change_everything_else_of_a_restored_platform(restored: dict[str, Templates]) -> None:
    changed = templates(environment(**DEPLOYS, **RESTORED["restored"]))
    assert paths(restored["restored"], changed) == paths(changed, restored["restored"]) == []


def test_should_change_scheduled_backups_and_lock_them_for_good(base: Templates) -> None:
    def scheduled(**changes: Any) -> Templates:
        return templates(environment(backup={"frequency": "daily", **changes}))

    plain, weekly = scheduled(), scheduled(frequency="weekly", keep_days=365, start_time="23:30")
    governed, locked = scheduled(lock="governance"), scheduled(lock="compliance", keep_days=365)
    for deployed, wanted in itertools.permutations((plain, weekly, governed), 2):
        assert paths(deployed, wanted) == []
    assert paths(plain, locked) == paths(governed, locked) == []
    assert paths(locked, plain) == paths(locked, governed) == ["backup.lock"]
    assert paths(locked, scheduled(lock="compliance", keep_days=30)) == [], "for later backups"
    assert paths(locked, base) == ["backup.frequency"]


def data(*links: dict[str, str]) -> Templates:
    """The template of the one stack that links."""
    settings, app = AwsEnvironment.model_validate(environment(**{"storage.data": list(links)})), cdk_app()
    network = NetworkStack(app, "NetworkStack", settings=settings)
    stack = StorageStack(app, "StorageStack", settings=settings, network=network.offer)
    return {"StorageStack": template_of(stack)}


FEATURES = {"path": "features", "s3": "s3://theirs/features/"}


@pytest.fixture(scope="module")
def one_data_set() -> Templates:
    return data(FEATURES)


@pytest.mark.parametrize("link", [{**FEATURES, "direction": "both"}, {"path": "other", "s3": "other/"}], ids=str)
def test_should_turn_and_exchange_links(one_data_set: Templates, link: dict[str, str]) -> None:
    assert paths(one_data_set, data(link)) == paths(data(link), one_data_set) == []


@pytest.mark.parametrize(
    "link",
    [
        {**FEATURES, "s3": "s3://theirs/other/"},
        {"path": "renamed", "s3": "s3://theirs/features/"},
        {"path": "renamed", "s3": "s3://theirs/features/part/"},
        {"path": "features/part", "s3": "s3://theirs/other/"},
    ],
    ids=str,
)
def test_should_refuse_a_link_that_is_in_the_way_of_its_predecessor(
    one_data_set: Templates, link: dict[str, str]
) -> None:
    for deployed, wanted in ((one_data_set, data(link)), (data(link), one_data_set)):
        [violation] = refusals(deployed, wanted)
        assert "storage.data" in violation.path
        assert "The way: " in violation.rule


def test_should_refuse_to_exchange_more_links_than_a_file_system_has_room_for() -> None:
    def some(letter: str, number: int) -> list[dict[str, str]]:
        return [{"path": f"{letter}{each}", "s3": f"{letter}{each}/"} for each in range(number)]

    four, others = data(*some("a", 4)), data(*some("b", 3))
    assert paths(four, others) == ["storage.data"]
    assert paths(others, data(*some("b", 1), *some("c", 3))) == []
