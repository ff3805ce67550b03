"""A browser at two origins, Airflow's public name and the provider, as far as logging in needs one."""

import http.client
import re
import socket
import ssl
from html import unescape
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from tests.runtime.provider import hidden_fields


class Visitor:
    """Follows redirects as browsers do: cookies by host, Secure ones over TLS only. It remembers where it has been."""

    def __init__(self, host: str, port: int, authority: Path) -> None:
        """`host` is at a port of this machine, which a browser knows from its DNS and the load balancer's listener."""
        self._host, self._port = host, port
        self._context = ssl.create_default_context(cafile=authority)
        self.cookies: dict[str, dict[str, Morsel[str]]] = {}
        self.visited: list[str] = []
        self.url = f"https://{host}/"
        self.status = 0

    def open(self, url: str, form: dict[str, str] | None = None, token: str = "") -> str:
        """Go to an address, or send a form there; gives back the page where the redirects end."""
        came_from = self.url
        for _ in range(15):
            self.url = urljoin(self.url, url)
            self.visited.append(self.url)
            answer, page = self._ask(form, token, came_from)
            self.status = answer.status
            location = answer.getheader("Location")
            if location is None:
                return page
            if answer.status != 307:
                form = None
            url = location
        raise AssertionError(f"in a circle: {self.visited[-4:]}")

    def log_in(self, user: str, to: str = "/api/v2/auth/login") -> str:
        """From an address of Airflow's, through the login's button and the provider's form; the page that follows."""
        page = self.open(to)
        found = re.search(r'"\?next=" \+ "([^"]*)"', page)
        assert found, f"no login at {self.url}: {self.status} {page[:300]}"
        page = self.open(f"/auth/login/oidc?next={unescape(found[1])}")
        return self.open(self.url, {**hidden_fields(page), "sub": user})

    def hosts(self) -> set[str]:
        """Schemes and hosts of everything that was opened."""
        return {"{0.scheme}://{0.netloc}".format(urlsplit(each)) for each in self.visited}

    def _ask(self, form: dict[str, str] | None, token: str, came_from: str) -> tuple[http.client.HTTPResponse, str]:
        parts = urlsplit(self.url)
        own = self.cookies.setdefault(parts.hostname or "", {})
        sent = "; ".join(f"{each.key}={each.coded_value}" for each in own.values() if not each["secure"] or self._tls())
        # Over TLS Airflow takes no form without it.
        headers = {
            "Host": parts.netloc,
            "Referer": came_from,
            "Accept": "text/html,application/json",
            **({"Cookie": sent} if sent else {}),
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        connection = self._connection()
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET" if form is None else "POST", target, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode(errors="replace")
        connection.close()
        for header in answer.msg.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                own.pop(name, None)
                if morsel.value and morsel["max-age"] != "0" and "1970" not in morsel["expires"]:
                    own[name] = morsel
        return answer, page

    def _tls(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if not self._tls():
            return http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=60)
        assert parts.hostname == self._host, f"led to {self.url}"
        connection = http.client.HTTPSConnection(self._host, timeout=60)
        raw = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.sock = self._context.wrap_socket(raw, server_hostname=self._host)
        return connection
