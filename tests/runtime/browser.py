"""A browser behind `kubectl port-forward`, as far as signing in needs one."""

import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


class DeadEndError(Exception):
    """A redirect to an address at which nothing listens."""


class Browser:
    """Follows links and redirects of one origin, and keeps its cookies.

    The connection goes to the Service itself: a port-forward changes nothing of what it carries, so the local port
    shows in the Host header only.
    """

    def __init__(self, service: str, origin: str) -> None:
        self._service, self._origin = service, origin
        self.cookies: dict[str, str] = {}
        self.url = origin

    def open(self, url: str, form: dict[str, str] | None = None) -> str:
        """Go to an address, or send a form there; gives back the page. Raises DeadEndError."""
        for _ in range(10):
            self.url = urljoin(self.url, url)
            if not f"{self.url}/".startswith(f"{self._origin}/"):
                raise DeadEndError(self.url)
            answer, page = self._ask(form)
            if answer.status not in (301, 302, 303, 307):
                assert answer.status == 200, f"{self.url}: {answer.status} {page[:300]}"
                return page
            url, form = str(answer.getheader("Location")), None
        raise DeadEndError(f"in a circle at {self.url}")

    def sign_in(self, username: str, password: str) -> str:
        """Fill in the form of the page of this address; gives back the page that follows."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.open(self.url))
        assert token, "there is no form"
        return self.open(self.url, {"csrf_token": token[1], "username": username, "password": password})

    def _ask(self, form: dict[str, str] | None) -> tuple[http.client.HTTPResponse, str]:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(self._service, 8080, timeout=30)
        headers = {"Host": parts.netloc, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode(errors="replace")
        for header in answer.msg.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies.pop(name, None)
                if morsel.value and morsel["max-age"] != "0" and not morsel["secure"]:
                    self.cookies[name] = morsel.value
        connection.close()
        return answer, page
