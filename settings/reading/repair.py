"""An environment without its refused values, so that the rules across settings can be told of the others."""

from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.model.base import Settings
from settings.reading.messages import Place, is_about_key, place_of

PLACEHOLDERS: dict[str, Any] = {
    "platform": "kubernetes",
    "name": "unknown",
    "region": "us-east-1",
    "availability_zones": ["us-east-1a", "us-east-1b"],
}
"""Values of required settings that are refused or missing; no rule gets to see them."""

Model = TypeVar("Model", bound=Settings)


def without_refused(model: type[Model], data: dict[str, Any], errors: list[ErrorDetails]) -> Model | None:
    """The environment, with what is refused blanked: a rule that reads it ends (`UnreadableSettingError`).

    None if it can't be made.
    """
    repaired = deepcopy(data)
    blanks = [place for error in errors if (place := _take_out(repaired, error))]
    for name, value in PLACEHOLDERS.items():
        if name in model.model_fields and model.model_fields[name].is_required():
            repaired.setdefault(name, value)
    try:
        environment = model.model_validate(repaired)
    except ValidationError:
        return None
    for place in blanks:
        _blank(environment, place)
    return environment


def _take_out(data: dict[str, Any], error: ErrorDetails) -> Place | None:
    """Take a refused value out of the data; returns what is to be blanked for it."""
    place = place_of(error)
    # An entry of a list goes with its list: the others would change their places.
    first_index = next((index for index, part in enumerate(place) if isinstance(part, int)), len(place))
    place = place[:first_index]
    parent: Any = data
    for part in place[:-1]:
        parent = parent.get(part) if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or not place:
        return place or None
    if place[:-1] == ("cluster", "node_groups") and not is_about_key(error):
        parent[place[-1]] = {}  # the group stays, all of it unknown
    else:
        parent.pop(place[-1], None)
    # Rules read tags, labels and options one by one: without a bad one the others can be told.
    is_entry_of_text_mapping = len(place) > 1 and place[-2] in ("tags", "labels", "config")
    return None if error["type"] == "extra_forbidden" or is_entry_of_text_mapping else place


def _blank(environment: Settings, place: Place) -> None:
    holder: Any = environment
    for part in place[:-1]:
        entries: dict[Any, Any] = holder.__dict__ if isinstance(holder, Settings) else holder
        holder = entries.get(part)
        if holder is None:
            return
    if isinstance(holder, Settings):
        holder.__dict__.pop(str(place[-1]), None)
    elif isinstance(holder, dict) and place[-1] in holder:
        holder[place[-1]].__dict__.clear()
