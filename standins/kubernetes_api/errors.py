"""Refusals, as the Kubernetes API words them (Status objects, API concepts)."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A request that the API refuses: an HTTP status code, a reason and a message for people."""

    def __init__(
        self, code: int, reason: str, message: str, causes: list[str] | None = None, kind: str = "", name: str = ""
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.causes = code, reason, message, causes or []
        self.kind, self.name = kind, name

    def status(self) -> Json:
        """The Status object that answers the request."""
        details: Json = {"name": self.name, "kind": self.kind} if self.kind else {}
        if self.causes:
            # kubectl prints a cause as "<field>: <message>".
            parts = [cause.partition(": ") for cause in self.causes]
            details["causes"] = [{"field": field, "message": message} for field, _, message in parts]
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "details": details,
            "code": self.code,
        }


def not_found(resource: str, name: str) -> ApiError:
    return ApiError(404, "NotFound", f'{resource} "{name}" not found')


def already_exists(resource: str, name: str) -> ApiError:
    return ApiError(409, "AlreadyExists", f'{resource} "{name}" already exists')


def conflict(resource: str, name: str, message: str) -> ApiError:
    return ApiError(409, "Conflict", f'Operation cannot be fulfilled on {resource} "{name}": {message}')


def forbidden(resource: str, name: str, message: str) -> ApiError:
    return ApiError(403, "Forbidden", f'{resource} "{name}" is forbidden: {message}')


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def invalid(kind: str, name: str, causes: list[str]) -> ApiError:
    text = causes[0] if len(causes) == 1 else f"[{', '.join(causes)}]"
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {text}', causes, kind, name)
