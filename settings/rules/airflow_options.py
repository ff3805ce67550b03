"""Rules on `airflow.config`: what may be said to Airflow beside the platform's own settings.

Each option is told of once, by the first of these rules that it breaks.
"""

import re
from collections.abc import Iterator

from settings.facts.airflow_options import AirflowDescription, AirflowOption, description_for, minor_of
from settings.facts.guarded_options import GUARDED_OPTIONS, GUARDED_SECTIONS, Value
from settings.facts.platform_options import platform_option
from settings.facts.secret_values import HIDDEN, is_named_like_a_secret, looks_like_a_secret
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import OPTIONS, Violation

Environment = AwsEnvironment | LocalEnvironment

WORDS_OF_BOOLEANS = ("t", "true", "1", "f", "false", "0")
"""What Airflow takes for true and false, in small letters or capitals."""


def platform_sets_its_own_options(environment: Environment) -> Iterator[Violation]:
    """Two sources of one option contradict each other sooner or later."""
    old_names = _description(environment).renamed
    for option, value in environment.airflow.config.items():
        own = platform_option(option, old_names)
        if own:
            meant = "" if own == option else f", which Airflow reads for {own}"
            yield Violation(f"{OPTIONS}{option}", f"must be left out: the platform sets this option{meant}", value)


def guarded_options_keep_their_values(environment: Environment) -> Iterator[Violation]:
    """An option that loads code, or that turns a protection off."""
    for option, value in environment.airflow.config.items():
        rule = None if _is_the_platforms(environment, option) else _guarded(environment, option, value)
        if rule:
            yield Violation(f"{OPTIONS}{option}", rule, value)


def secrets_are_no_options(environment: Environment) -> Iterator[Violation]:
    """A file under version control, and a ConfigMap that every viewer may read, are no place for them."""
    rule = "must be left out: a secret belongs in Secrets Manager or in an Airflow connection, not in this file"
    for option, value in environment.airflow.config.items():
        if not _is_told(environment, option, value) and _is_secret(environment, option, value):
            yield Violation(f"{OPTIONS}{option}", rule, HIDDEN)


def options_are_known(environment: Environment) -> Iterator[Violation]:
    """A mistyped option changes nothing, and nobody notices.

    Of a minor version that there is no description of, new options are let through where their section is known; with
    an image of one's own, whose providers nobody knows, sections that are like none of the known ones.
    """
    known = _description(environment)
    is_described = known.minor == minor_of(environment.airflow.version)
    for option, value in environment.airflow.config.items():
        if option in known.options or option in known.renamed or _is_told(environment, option, value, secrets=True):
            continue
        section = option.rpartition(".")[0]
        if re.sub("_(cmd|secret)$", "", option) in known.options:
            rule = "must be left out: Airflow would run a command or ask another store for the option"
        elif section not in known.sections and not (environment.airflow.image and not known.nearest_section(section)):
            near = known.nearest_section(section)
            nearest = known.nearest(option)
            hint = nearest or (near and f"the section {near}")
            rule = f"is in no section of Airflow {known.version}{f'; did you mean {hint}?' if hint else ''}"
        elif section in known.sections and is_described:
            nearest = known.nearest(option)
            rule = f"is no option of Airflow {known.version}{f'; did you mean {nearest}?' if nearest else ''}"
        else:
            continue
        yield Violation(f"{OPTIONS}{option}", rule, value)


def options_have_their_present_names(environment: Environment) -> Iterator[Violation]:
    """Airflow reads old names too: an option by both names would have two values."""
    renamed = _description(environment).renamed
    for option, value in environment.airflow.config.items():
        if option in renamed and not _is_told(environment, option, value, secrets=True):
            yield Violation(f"{OPTIONS}{option}", f"must be written {renamed[option]}, its name today", value)


def values_are_of_the_options_type(environment: Environment) -> Iterator[Violation]:
    """Airflow reads options when it needs them: a component would end, or a task fail, long after the deployment."""
    known = _description(environment)
    for option, value in environment.airflow.config.items():
        facts = known.options.get(option)
        if facts and not _is_told(environment, option, value, secrets=True):
            rule = _mistyped(facts, str(value).strip(), is_guarded=option in GUARDED_OPTIONS)
            if rule:
                yield Violation(f"{OPTIONS}{option}", rule, value)


def _description(environment: Environment) -> AirflowDescription:
    return description_for(environment.airflow.version)


def _is_the_platforms(environment: Environment, option: str) -> bool:
    return platform_option(option, _description(environment).renamed) is not None


def _guarded(environment: Environment, option: str, value: Value) -> str | None:
    """What guards an option, whatever name it has; None: it may have the value."""
    name, renamed = option, _description(environment).renamed
    for _ in renamed:
        name = renamed.get(name, name)
    section = name.rpartition(".")[0]
    if section in GUARDED_SECTIONS:
        return f"must be left out: {GUARDED_SECTIONS[section]}"
    guard = GUARDED_OPTIONS.get(name)
    return guard.rule_broken_by(value) if guard else None


def _is_secret(environment: Environment, option: str, value: Value) -> bool:
    facts = _description(environment).options.get(option)
    by_name = (
        is_named_like_a_secret(option)
        if facts is None
        else facts.sensitive
        or (facts.type == "string" and option not in GUARDED_OPTIONS and is_named_like_a_secret(option))
    )
    return by_name or looks_like_a_secret(value)


def _is_told(environment: Environment, option: str, value: Value, *, secrets: bool = False) -> bool:
    """Whether a rule before has refused the option."""
    if _is_the_platforms(environment, option) or _guarded(environment, option, value):
        return True
    return secrets and _is_secret(environment, option, value)


def _mistyped(facts: AirflowOption, text: str, *, is_guarded: bool) -> str | None:
    """What a value of another type than the option's breaks; None: it is of the type."""
    if not text and not facts.default:
        return None
    if facts.type == "integer" and not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return "must be a whole number"
    if facts.type == "float" and not re.fullmatch(
        r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?", text, re.IGNORECASE
    ):
        return "must be a number"
    # Some that take true and false say they are strings.
    is_boolean = facts.type == "boolean" or (facts.default in ("True", "False") and not is_guarded)
    return "must be true or false" if is_boolean and text.lower() not in WORDS_OF_BOOLEANS else None
