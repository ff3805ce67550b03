"""What every template must be: valid, free of secrets, and able to stand beside another platform's."""

import json
import re
from pathlib import Path

from operations.destroy.kinds import KINDS, PARTS
from tests.support.environments import AWS_ENVIRONMENTS
from tests.support.lint import lint
from tests.support.names import STACKS
from tests.support.platform import Templates


def test_should_satisfy_cfn_lint(templates: Templates, tmp_path: Path) -> None:
    assert set(templates) == set(STACKS)
    assert lint(templates, region="us-east-1", folder=tmp_path) == []


def test_should_notice_what_cfn_lint_warns_of(tmp_path: Path) -> None:
    unused = {"Parameters": {"Unused": {"Type": "String"}}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    (found,) = lint({"Broken": unused}, region="us-east-1", folder=tmp_path)
    assert found.startswith("Broken W2001")


def test_should_hold_no_secret_value(templates: Templates) -> None:
    text = json.dumps(templates)
    assert "GenerateSecretString" in text  # the values are made by AWS, at deployment
    assert 'SecretString"' not in text.replace('GenerateSecretString"', "")
    for password in re.findall(r'"MasterUserPassword": ("[^"]*"|\{.*?\]\]?\})', text):
        assert "{{resolve:secretsmanager:" in password


def test_should_stay_below_the_size_of_a_template(templates: Templates, tmp_path: Path) -> None:
    for stack, template in templates.items():
        assert len(json.dumps(template)) < 1_000_000, stack  # CloudFormation quotas: 1 MB, 500 resources
        assert len(template["Resources"]) < 500, stack


def test_should_know_how_to_remove_everything_that_is_retained(templates: Templates) -> None:
    for template in templates.values():
        for name, resource in template["Resources"].items():
            if resource.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
                assert resource["Type"] in {*KINDS, *PARTS}, name


def physical_names(templates: Templates) -> set[tuple[str, str, str]]:
    """(type, property, value) of every name that a template gives a resource itself."""
    return {
        (resource["Type"], key, json.dumps(value))
        for template in templates.values()
        for resource in template["Resources"].values()
        for key, value in resource.get("Properties", {}).items()
        if (key.endswith("Name") or key == "DBInstanceIdentifier") and key not in NAMES_OF_OTHERS
        if not (isinstance(value, dict) and value.keys() <= {"Ref", "Fn::GetAtt", "Fn::ImportValue"})
    }


NAMES_OF_OTHERS = {"AddonName", "DBName", "PolicyName", "ServiceName"}
"""Names that AWS gave, or that are unique within another resource."""


def test_should_let_two_environments_stand_in_one_account(all_templates: dict[str, Templates]) -> None:
    dev, production = (physical_names(all_templates[name]) for name in AWS_ENVIRONMENTS)
    assert any("airflow-dev" in value for _, _, value in dev)
    assert dev & production == set()
