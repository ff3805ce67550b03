"""The commands that a person is given to remove data for good: a database leaves a last snapshot."""

import shlex

from operations.destroy.leftovers import leftovers, report

DATABASE = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "RetainExceptOnCreate", "Properties": {}}
STACK, NAME = "airflow-x-database", "airflow-x-0123"


def commands() -> list[list[str]]:
    """The AWS CLI's commands for a database that was kept, as words."""
    templates = {STACK: {"Resources": {"Database": DATABASE}}}
    text = report(leftovers(templates, {STACK: {"Database": NAME}}), templates)
    return [
        shlex.split(command)
        for line in text.splitlines()
        if "aws rds " in line
        for command in line[line.index("aws rds ") :].split(" && ")
    ]


def argument(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_should_take_a_last_snapshot_of_a_database_before_it_goes() -> None:
    (delete,) = (command for command in commands() if "delete-db-instance" in command)
    assert argument(delete, "--db-instance-identifier") == NAME
    snapshot = argument(delete, "--final-db-snapshot-identifier")
    assert NAME in snapshot and snapshot != NAME  # which of several databases it is of
    assert "--skip-final-snapshot" not in delete


def test_should_take_the_protection_away_before_the_database() -> None:
    first, second = commands()
    assert "modify-db-instance" in first and "--no-deletion-protection" in first
    assert argument(first, "--db-instance-identifier") == NAME
    assert "delete-db-instance" in second
