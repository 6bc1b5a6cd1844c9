"""How Stripe says no."""

from typing import Any


class Refused(Exception):
    """An answer with an error of Stripe's."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {
                "type": kind,
                "message": message,
                **({"code": code} if code else {}),
                **({"param": param} if param else {}),
            }
        }


def unknown(name: str) -> Refused:
    """Nobody has heard of that parameter."""
    return Refused(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing(name: str) -> Refused:
    """A parameter that cannot be left out was."""
    return Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)


def invalid(name: str, message: str) -> Refused:
    """A value that does not fit."""
    return Refused(f"{message} ({name})", code="parameter_invalid", param=name)


def not_there(kind: str, name: str) -> Refused:
    """An object that does not exist."""
    return Refused(
        f"No such {kind.replace('.', ' ')}: '{name}'",
        status=404,
        code="resource_missing",
        param="id",
    )
