"""`python -m operations.evidence <environment> [--assembly cdk.out] [--output build/evidence]`: the security report."""

import argparse
import sys
from datetime import date
from pathlib import Path

from operations import cdk
from operations.evidence.acceptances import ACCEPTANCES, Judgement, judge, load_acceptances
from operations.evidence.nag import StaleError, read_nag_findings
from operations.evidence.report import print_table, write
from operations.evidence.rules import RULES
from operations.evidence.subject import Subject
from settings import AwsEnvironment, SettingsError, load_aws_environment

OUTPUT = Path("build/evidence")


def evidence(settings: AwsEnvironment, assembly: Path, today: date) -> Judgement:
    """Judge a cloud assembly that was synthesized with the context `evidence`.

    Raises:
        FileNotFoundError: there is none.
        StaleError: it was synthesized again without that context.
        SettingsError: the acceptances can't be read.
    """
    nag = read_nag_findings(assembly)
    subject = Subject(settings, cdk.templates_by_id(assembly), today)
    ours = [finding for rule in RULES for finding in rule.findings(subject)]
    return judge([*nag, *ours], load_acceptances(), settings, today)


def main(arguments: list[str], *, today: date | None = None) -> int:
    """Returns the exit code: 1 with a finding that nobody accepted."""
    parser = argparse.ArgumentParser(prog="make evidence", description="The security report of an environment.")
    parser.add_argument("environment", help="a name in environments/, or the path of a file")
    parser.add_argument("--assembly", type=Path, default=cdk.ROOT / "cdk.out", help="default: cdk.out")
    parser.add_argument("--output", type=Path, default=cdk.ROOT / OUTPUT, help=f"folder; default: {OUTPUT}")
    given = parser.parse_args(arguments)
    try:
        settings = load_aws_environment(given.environment, cdk.ROOT)
        judgement = evidence(settings, given.assembly, today or date.today())
    except (FileNotFoundError, StaleError):
        told = f"{given.assembly} holds no synth for the report: `make synth ENV={given.environment}` makes one."
        print(told, file=sys.stderr)
        return 1
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    print_table(judgement, settings.name, sys.stdout)
    file = file_of(given.environment)
    accepted_in = str(ACCEPTANCES.relative_to(cdk.ROOT))
    folder = given.output / settings.name
    for path in write(judgement, RULES, settings.name, folder, source=file, acceptances=accepted_in):
        print(path.relative_to(cdk.ROOT) if path.is_relative_to(cdk.ROOT) else path)
    return int(bool(judgement.open))


def file_of(environment: str) -> str:
    """The file of an environment, as a viewer of the report finds it from the project's folder."""
    return environment if environment.endswith((".yaml", ".yml")) else f"environments/{environment}.yaml"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
