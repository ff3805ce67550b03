"""The doctor's tables against what they are about: the templates, the settings, and its own page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from operations.doctor.context import PARTS
from operations.doctor.facts import BOOTSTRAP_VERSION
from operations.doctor.table import CHECKS, GATES
from settings.facts.addons import ADDONS
from stacks.base import platform_name
from tests.support.environments import aws_environment

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs/doctor.md").read_text()
TAINT = {"node_groups": {"workers": {}, "own": {"taints": [{"key": "team", "effect": "NoSchedule"}]}}}


def deployed(**overrides: Any) -> dict[str, Any]:
    """Stack name -> template, as app.py makes them."""
    from app import platform
    from tests.support.synth import cdk_app

    app = cdk_app()
    platform(app, aws_environment(**overrides))
    return {stack.stack_name: stack.template for stack in app.synth().stacks}


@pytest.mark.parametrize("cluster", [{}, TAINT], ids=["no taints", "taints"])
def test_should_know_the_stacks_and_the_add_ons_of_the_templates(cluster: dict[str, Any]) -> None:
    settings = aws_environment(cluster=cluster)
    templates = deployed(cluster=cluster)
    assert set(templates) == {f"{platform_name(settings)}-{part}" for part in PARTS}
    resources = templates["airflow-test-cluster"]["Resources"].values()
    found = {
        each["Properties"]["AddonName"]: json.loads(each["Properties"].get("ConfigurationValues", "{}"))
        for each in resources
        if each["Type"] == "AWS::EKS::Addon"
    }
    assert found == {
        addon.name: addon.configuration_values(nodes_are_tainted=settings.cluster.nodes_are_tainted) for addon in ADDONS
    }
    rules = templates["airflow-test-cluster"]["Rules"]["CheckBootstrapVersion"]
    assert f'"{BOOTSTRAP_VERSION - 1}"' in json.dumps(rules) and f'"{BOOTSTRAP_VERSION}"' not in json.dumps(rules)


def test_should_list_on_its_page_exactly_the_permissions_of_its_table() -> None:
    [policy] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    [statement] = json.loads(policy)["Statement"]
    assert statement["Action"] == sorted({action for check in (*GATES, *CHECKS) for action in check.actions})
    assert statement["Effect"] == "Allow"


def test_should_name_every_check_on_its_page() -> None:
    for check in (*GATES, *CHECKS):
        assert re.search(rf"\| .*\b{re.escape(check.name)}\b.* \|", PAGE), check.name
