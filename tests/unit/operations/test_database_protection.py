"""Protection from deletion, of databases that outlive their stack."""

import pytest

from operations.database_protection import databases, set_protection
from operations.deployed import deployed_stacks
from tests.support.deployed_aws import Account, platform


@pytest.mark.parametrize(
    ("policy", "before", "after", "told"),
    [
        ("RetainExceptOnCreate", False, True, ["Database db-test: protection from deletion is on now."]),
        ("RetainExceptOnCreate", True, True, []),
        ("Delete", True, False, ["Database db-test: protection from deletion is off now."]),
        ("Delete", False, False, []),
    ],
)
def test_should_protect_what_is_retained_and_nothing_else(
    policy: str, before: bool, after: bool, told: list[str]
) -> None:
    account = Account(platform(policy), protected={"db-test": before})
    assert set_protection(account, databases(deployed_stacks(account, "test"))) == told
    assert account.protected == {"db-test": after}
