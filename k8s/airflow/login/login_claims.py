"""Who a person is, and which roles they have, from what the provider says of them. Standard library only."""

from collections.abc import Mapping
from typing import Any

Claims = Mapping[str, Any]


class RefusedError(Exception):
    """Why somebody may not come in, in words for them."""


def claim(claims: Claims, path: str) -> Any:
    """The value of a claim; None: there is none. A path with dots leads into others, unless a claim has that very name.

    An e-mail address counts only if the provider has verified it: in many of them people write down what they like.
    """
    if path == "email" and str(claims.get("email_verified")).lower() != "true":
        return None
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def groups(claims: Claims, paths: list[str]) -> list[str]:
    """Groups of all these claims, each a list of texts or one text, as they are spelt."""
    values = [claim(claims, path) for path in paths]
    entries = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    return [entry for entry in entries if isinstance(entry, str)]


def is_told(claims: Claims, login: Mapping[str, Any]) -> bool:
    """Whether these claims name the person and tell of groups, so that nobody else need be asked."""
    paths = login["group_claims"]
    return bool(claim(claims, login["username_claim"])) and any(claim(claims, path) is not None for path in paths)


def roles(claims: Claims, login: Mapping[str, Any]) -> list[str]:
    """The roles of a person. Raises RefusedError if there is none."""
    of_groups = {login["roles"][each] for each in groups(claims, login["group_claims"]) if each in login["roles"]}
    if of_groups:
        return sorted(of_groups)
    if login["default_role"] is not None:
        return [login["default_role"]]
    # "Groups overage claim", Microsoft identity platform: above some 200 groups the token names a place to ask.
    named = claims.get("_claim_names")
    if isinstance(named, Mapping) and named.keys() & set(login["group_claims"]):
        raise RefusedError(
            "Your provider did not tell your groups, because they are too many for it. Ask whoever runs this Airflow:"
            " the provider can be told to send the groups of this application only."
        )
    raise RefusedError(
        "Your provider knows you, but none of your groups has a role in this Airflow."
        " Ask whoever runs it for access, then sign in again."
    )


def person(claims: Claims, login: Mapping[str, Any]) -> dict[str, Any]:
    """The user as Airflow's login wants it. Raises RefusedError, also for one without a role."""
    return {**identity(claims, login), "role_keys": roles(claims, login)}


def identity(claims: Claims, login: Mapping[str, Any]) -> dict[str, Any]:
    """The user without roles. Raises RefusedError."""
    name = claim(claims, login["username_claim"])
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise RefusedError(f"Your provider does not tell your user name (the claim {login['username_claim']}).")
    # Airflow tells no difference between capitals and small letters.
    if name.casefold() in {each.casefold() for each in login["reserved_names"]}:
        raise RefusedError("Your user name is that of one of Airflow's own users: nobody logs in with it here.")
    return {
        "username": name,
        "first_name": _text(claims, "given_name"),
        "last_name": _text(claims, "family_name"),
        "email": _text(claims, "email"),
    }


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
