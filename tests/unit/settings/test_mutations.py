"""Every scalar of every environment file, spoilt in every way: it loads, or a line names it; never a traceback."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from settings.loading import check
from settings.reading.yaml_file import CoreSchemaLoader, path_text
from tests.support.environments import ENVIRONMENTS, environment_file

SPOILT: tuple[Any, ...] = (
    [],
    ["x"],
    {},
    {"x": 1},
    True,
    "word",
    "",
    " ",
    7,
    -1,
    0,
    1.5,
    None,
    "5\n",
    "ünïcödé",
    "x" * 999,
    10**40,
)
JARGON = (
    "pydantic",
    "http://errors",
    "https://errors",
    "Input should",
    "tuple",
    "dict",
    "NoneType",
    "Error",
    "is not allowed",
)

Place = tuple[str | int, ...]


@cache
def _file(name: str) -> str:
    return json.dumps(yaml.load(environment_file(name).read_text(), CoreSchemaLoader))


def data_of(name: str) -> Any:
    return json.loads(_file(name))


def places(data: Any, place: Place = ()) -> Iterator[tuple[Place, bool]]:
    """Each place in the data, and whether a mapping stands there."""
    if isinstance(data, dict):
        yield place, True
        for key, value in data.items():
            yield from places(value, (*place, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from places(value, (*place, index))
    else:
        yield place, False


def told(data: Any) -> list[str]:
    """The lines that refuse the data; none if it loads."""
    environment, violations = check(data)
    assert bool(environment) != bool(violations)
    return [str(violation) for violation in violations]


def at(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


SCALARS = [(name, place) for name in ENVIRONMENTS for place, is_mapping in places(data_of(name)) if not is_mapping]
MAPPINGS = [(name, place) for name in ENVIRONMENTS for place, is_mapping in places(data_of(name)) if is_mapping]


@pytest.mark.parametrize(
    ("name", "place"), SCALARS, ids=lambda each: path_text(each) if isinstance(each, tuple) else each
)
def test_should_load_or_name_each_spoilt_setting(name: str, place: Place) -> None:
    for spoilt in SPOILT:
        data = data_of(name)
        at(data, place[:-1])[place[-1]] = spoilt

        lines = told(data)

        # A rule across settings may speak of its other side, and names the setting then.
        key = str(place[-1] if isinstance(place[-1], str) else place[-2])
        assert not lines or any(key in line for line in lines), (spoilt, lines)
        if isinstance(spoilt, list | dict) and spoilt and place[-1] != "admins":
            assert any(line.startswith(path_text(place)) for line in lines), (spoilt, lines)
        assert not [line for line in lines if any(word in line for word in JARGON)]
        assert all(len(line) < 600 for line in lines)


@pytest.mark.parametrize(
    ("name", "place"), MAPPINGS, ids=lambda each: path_text(each) if isinstance(each, tuple) else each
)
def test_should_refuse_an_unknown_key_at_every_level(name: str, place: Place) -> None:
    data = data_of(name)
    holder = at(data, place)
    free = path_text(place) in ("tags", "cluster.node_groups", "airflow.task_profiles")
    known = next(iter(holder))
    holder[f"{known}x"] = holder[known]
    del holder[known]

    lines = told(data)

    if not free:
        path = path_text((*place, f"{known}x"))
        assert f"{path}: is not a setting; did you mean {known}?" in lines


def test_should_tell_what_is_known_where_nothing_is_near() -> None:
    data = data_of("dev")
    data["network"]["bananas"] = 1

    assert told(data) == [
        "network.bananas: is not a setting; known here: cidr, nat_gateways, interface_endpoints, "
        "public_subnet_prefix, private_subnet_prefix, flow_logs_retention_days"
    ]
