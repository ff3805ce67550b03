"""The tables notice."""

import pytest

from operations.evidence.subject import Subject
from tests.unit.platform.closed_world import world
from tests.unit.platform.closed_world.test_identity import PERMISSIONS


def test_should_name_what_was_added_and_what_is_gone(fullest: Subject) -> None:
    found = [*world.permissions(fullest)[1:], ("Role", "Allow", "s3:*", "*", "")]
    with pytest.raises(AssertionError) as failed:
        world.assert_closed(found, PERMISSIONS)
    first, *_ = PERMISSIONS
    assert 'added: ["Role", "Allow", "s3:*", "*", ""]' in str(failed.value)
    assert f'gone:  ["{first[0]}", ' in str(failed.value)


def test_should_find_something_of_every_kind_but_one(fullest: Subject) -> None:
    kinds = (
        world.permissions,
        world.managed_policies,
        world.trust,
        world.resource_policies,
        world.access_entries,
        world.associations,
        world.outputs,
        world.exports,
        world.ports,
        world.cluster_objects,
        world.services,
        world.service_accounts,
        world.config_map_keys,
        world.kubernetes_permissions,
    )
    assert [kind.__name__ for kind in kinds if not kind(fullest)] == []
