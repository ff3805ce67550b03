"""Text of a pod as it has to read outside of a container: other paths, and addresses for the names of Services."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)|\$\$")


def paths(text: str, places: Mapping[str, str]) -> str:
    """Replace folders of the container by folders of this machine, the longest one first, whole names only."""
    if not places:
        return text
    ordered = sorted(places, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, ordered))})(?![\w.-])")
    return pattern.sub(lambda found: places[found[1]], text)


def services(text: str, addresses: Mapping[str, str], namespace: str) -> str:
    """Replace host names of Services, short or qualified, where a host can stand: in a URL, in quotes, by itself."""
    for name, address in addresses.items():
        qualified = rf"{re.escape(name)}(?:\.{re.escape(namespace)}(?:\.svc(?:\.cluster\.local)?)?)?"
        text = re.sub(rf'(?:(?<=//)|(?<=["@\s=])|^){qualified}(?=$|[:/"\s])', address, text)
    return text


def variables(text: str, environment: Mapping[str, str]) -> str:
    """Replace $(NAME) by the container's environment, as Kubernetes does; an unknown one stays, and $$ is a $."""

    def value(found: "re.Match[str]") -> str:
        return environment.get(found[1], found[0]) if found[1] else "$"

    return VARIABLE.sub(value, text)
