"""The report's files, and the command that writes them."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App

from operations.evidence import __main__ as command
from operations.evidence import nag
from operations.evidence.acceptances import Judgement
from operations.evidence.finding import Finding
from operations.evidence.nag import digest, read_nag_findings
from operations.evidence.report import print_table, sarif, write
from operations.evidence.rules import RULES
from tests.support.environments import environment_file
from tests.support.synth import cdk_app
from tests.unit.operations.evidence.conftest import TODAY, Platform
from tests.unit.operations.evidence.test_acceptances import FINDING, REASON, acceptance

JUDGEMENT = Judgement(
    [FINDING], [(Finding("other", "Stack/Other", "is | wrong"), acceptance(rule="other"))], frozenset()
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    written = write(JUDGEMENT, RULES, "dev", tmp_path / "new", source="environments/dev.yaml", acceptances="a.yaml")
    return {path.name: path.read_text() for path in written}


def test_should_tell_machines_what_is_open_and_what_is_accepted(files: dict[str, str]) -> None:
    data = json.loads(files["evidence.json"])
    assert (data["ok"], [each["resource"] for each in data["findings"]]) == (False, [FINDING.resource])
    assert data["accepted"][0]["reason"] == REASON


def test_should_write_sarif_that_names_rule_place_and_suppression() -> None:
    (run,) = sarif(JUDGEMENT, RULES, "environments/dev.yaml")["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    open_, accepted = run["results"]
    assert rules[open_["ruleIndex"]] == open_["ruleId"] == FINDING.rule
    assert open_["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "environments/dev.yaml"
    assert "suppressions" not in open_
    assert accepted["suppressions"] == [{"kind": "external", "justification": REASON}]


def test_should_write_a_page_with_reasons_and_rules(files: dict[str, str]) -> None:
    page = files["evidence.md"]
    assert f"| {FINDING.rule} | {FINDING.resource} | {FINDING.message} |" in page
    assert f"| other | Stack/Other | {REASON} | platform, 2027-01-01 |" in page
    assert all(f"| {rule.id} | " in page for rule in RULES)


def test_should_count_on_a_terminal_what_is_open_and_accepted() -> None:
    output = io.StringIO()
    print_table(JUDGEMENT, "dev", output)
    assert FINDING.message in output.getvalue()
    assert output.getvalue().splitlines()[-1] == "dev: 1 finding, 1 accepted"


@pytest.fixture
def assembly(tmp_path: Path, platforms: dict[str, Platform]) -> Path:
    dev = platforms["dev"]
    artifacts = {
        name: {"type": "aws:cloudformation:stack", "properties": {"templateFile": f"{name}.template.json"}}
        for name in dev.subject.templates
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    for name, template in dev.subject.templates.items():
        (tmp_path / f"{name}.template.json").write_text(json.dumps(template))
    written(tmp_path, dev.nag)
    return tmp_path


def written(assembly: Path, nag: list[Finding]) -> None:
    found = {"of": digest(assembly), "findings": [vars(finding) for finding in nag]}
    (assembly / "nag.json").write_text(json.dumps(found))


def run(assembly: Path) -> int:
    given = [str(environment_file("dev")), "--assembly", str(assembly), "--output", str(assembly / "report")]
    return command.main(given, today=TODAY)


def test_should_end_well_where_everything_is_accepted(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(assembly) == 0
    assert "dev: no findings" in capsys.readouterr().out
    assert json.loads((assembly / "report" / "dev" / "evidence.json").read_text())["ok"] is True


def test_should_end_with_1_when_something_is_open(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(assembly, [*read_nag_findings(assembly), FINDING])
    assert run(assembly) == 1
    assert FINDING.message in capsys.readouterr().out


def forget(assembly: Path) -> None:
    (assembly / "nag.json").unlink()


def synth_again(assembly: Path) -> None:
    """Without the context: the templates are others, and what cdk-nag found is of the old ones."""
    template = assembly / "ClusterStack.template.json"
    template.write_text(template.read_text() + " ")


@pytest.mark.parametrize("lose", [forget, synth_again])
def test_should_say_in_a_line_what_is_missing(
    lose: Callable[[Path], None], assembly: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lose(assembly)
    assert run(assembly) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "make synth" in line


def test_should_not_look_at_the_same_templates_twice(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[App] = []

    def look(app: App) -> list[Finding]:
        looked.append(app)
        return [FINDING]

    monkeypatch.setattr(nag, "nag_findings", look)
    before = read_nag_findings(assembly)
    nag.write_nag_findings(cdk_app(), assembly)
    assert (len(looked), read_nag_findings(assembly)) == (0, before)
    synth_again(assembly)
    nag.write_nag_findings(cdk_app(), assembly)
    assert (len(looked), read_nag_findings(assembly)) == (1, [FINDING])
