"""How a secret is told: by the name of its option, and by its look."""

import re
from typing import Any

_NAMES = re.compile(
    r"(^|[_.-])(pass|passwd|password|passphrase|pwd|secret|secrets|token|tokens|key|keys|apikey|credential|credentials|dsn|conn"
    r"|broker_url|result_backend|basic_auth)$|password|passwd|secret_key|access_key|api_key|sql_alchemy_conn"
)

_OFTEN_HOLDS_SECRETS = re.compile(r"(kwargs|engine_args|connect_args)$|_kwarg_")
"""Such values are not shown, and refused only if they look like a secret."""

_LOOKS = re.compile(
    r"://[^\s/@]{0,200}:[^\s@]{1,200}@"  # a URL with user and password
    r"|-----BEGIN"  # PEM
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access keys
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ"  # JSON web tokens
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_|\bglpat-|\bxox[abprs]-|\bSG\.[A-Za-z0-9_-]{16,}\."  # services' own
    r"|hooks\.slack\.com/services/"
    r"|\b[A-Za-z0-9_]*(pass(word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|credentials?)"
    r"[\"']?\s*[:=]\s*[\"']?[^\s\"']",
    re.IGNORECASE,
)

_NAME_OF_A_SECRET = re.compile(
    r"arn:aws(-cn|-us-gov)?:secretsmanager:[a-z0-9-]{1,30}:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}"
)
"""Says where a secret is, and looks like "secret: value"."""

_USER_INFO = re.compile(r"://[^\s/@]{0,400}@")

LONGEST = 4096
"""Characters of an option's value; what is longer is refused, and not looked at further."""

HIDDEN = "…"


def is_named_like_a_secret(name: str) -> bool:
    """Whether the name of an option or key says that its value is secret."""
    return _NAMES.search(name.lower()) is not None


def looks_like_a_secret(value: object) -> bool:
    """Whether a text holds what only a secret looks like."""
    if not isinstance(value, str) or _NAME_OF_A_SECRET.fullmatch(value):
        return False
    return _LOOKS.search(value[:LONGEST]) is not None


def without_secrets(value: Any, option: str = "") -> Any:
    """The value as it may be shown, of an Airflow option or of a setting; also one that is no more than text so far."""
    if isinstance(value, dict):
        # A taint has a key, too: only an option's name has a dot.
        return {
            key: without_secrets(each, option or (str(key) if "." in str(key) else "")) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(each, option) for each in value]
    is_told = value is None or isinstance(value, bool)
    if not is_told and (is_named_like_a_secret(option) or _OFTEN_HOLDS_SECRETS.search(option)):
        return HIDDEN
    if isinstance(value, str):
        return HIDDEN if looks_like_a_secret(value) else _USER_INFO.sub(f"://{HIDDEN}@", value[:LONGEST])
    return value
