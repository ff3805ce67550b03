"""The AWS CLI, as far as runbooks need it: `python -m standins.aws.cli eks describe-cluster --name airflow-dev`.

The real one is no library. Operations and options come from the AWS client's own models, so a name that the CLI does
not have is an error here too. AWS_ENDPOINT_URL and the credentials come from the environment.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

Json = dict[str, Any]
RENAMED = {"kubernetes-version": "version"}
"""Options that the CLI calls otherwise than the API, because `--version` is its own."""

WAIT = {"Delay": 1, "MaxAttempts": 60}
"""Seconds between two looks, and how many: nothing takes minutes here."""


class UsageError(Exception):
    """Not a command of the CLI's."""


def options_of(words: Sequence[str]) -> dict[str, list[str]]:
    """`--name a b` as name -> values."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            last = found.setdefault(word.removeprefix("--"), [])
        elif not found:
            raise UsageError(f"{word} is no option")
        else:
            last.append(word)
    return found


def value_of(shape: Any, words: list[str]) -> object:
    """What the API takes for an option's words: JSON, or the CLI's shorthand `key=value`, or as they are."""
    if shape.type_name == "list":
        return words
    if shape.type_name == "structure":
        (text,) = words
        key, _, values = text.partition("=")
        return json.loads(text) if text.startswith("{") else {key: values.split(",")}
    if shape.type_name == "boolean":
        return True
    (word,) = words
    return word


def parameters_of(model: Any, options: dict[str, list[str]]) -> Json:
    """The API's parameters. Raises UsageError for an option that the operation does not have."""
    members = {xform_name(name, "-"): name for name in model.input_shape.members}
    found: Json = {}
    for option, words in options.items():
        name = option if option in members else RENAMED.get(option, "")
        if name not in members or (option == name and name in RENAMED.values() and "update" in model.name.lower()):
            raise UsageError(f"{model.name} has no option --{option}")
        found[members[name]] = value_of(model.input_shape.members[members[name]], words)
    return found


def as_text(value: object) -> str:
    """`--output text`: what is in a list side by side, one line a list of lists."""
    if isinstance(value, list):
        if value and isinstance(value[0], list):
            return "\n".join(as_text(each) for each in value)
        return "\t".join(as_text(each) for each in value)
    return str(value)


def run(words: Sequence[str]) -> str:
    """What the command prints. Raises UsageError, and what the AWS client raises."""
    service, operation, *rest = words
    client = boto3.client(service)
    waits = operation == "wait"
    name = rest.pop(0) if waits else operation
    options = options_of(rest)
    query, output = ((options.pop(each, [""]) or [""])[0] for each in ("query", "output"))
    if waits:
        if name.replace("-", "_") not in client.waiter_names:
            raise UsageError(f"{service} has no wait {name}")
        waiter = client.get_waiter(name.replace("-", "_"))
        model = client.meta.service_model.operation_model(waiter.config.operation)
        waiter.wait(**parameters_of(model, options), WaiterConfig=WAIT)
        return ""
    api_name = client.meta.method_to_api_mapping.get(name.replace("-", "_"))
    if not api_name:
        raise UsageError(f"{service} has no command {name}")
    parameters = parameters_of(client.meta.service_model.operation_model(api_name), options)
    answer = getattr(client, name.replace("-", "_"))(**parameters)
    answer.pop("ResponseMetadata", None)
    found = jmespath.search(query, answer) if query else answer
    return as_text(found) if output == "text" else json.dumps(found, indent=4, default=str)


def main(words: Sequence[str]) -> int:
    """Returns the exit codes of the AWS CLI: 252 for its usage, 254 for what AWS refuses."""
    try:
        text = run(words)
    except UsageError as error:
        print(f"aws: {error}", file=sys.stderr)
        return 252
    except (ClientError, BotoCoreError) as error:
        print(f"aws: {error}", file=sys.stderr)
        return 254
    if text:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
