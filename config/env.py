"""The sole reader of the environment. Every variable is explained in ``docs/runbook.md``.

``./run`` leaves the addresses of its services in ``VAR_DIR/environment``; a variable of the
process goes before a line of that file. Only the standard library is imported here.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent

# A page that waits longer than this for the database gives its thread to somebody else: else a
# few taps behind one stuck row would hold all of them. Rows first, then whole statements, then
# a transaction that nobody goes on with.
WEB_LIMITS = "lock_timeout=2s,statement_timeout=5s,idle_in_transaction_session_timeout=10s"
# Values go to the server apart from the statement, which it then plans once a connection, not
# once a page. A pooler in front has to know prepared statements (PgBouncer from 1.21 on).
PREPARES = {"server_side_binding": True, "prepare_threshold": 5}
# A server that left without a word (its machine lost power) is noticed within seconds.
NOTICES_A_DEAD_SERVER = {
    "connect_timeout": "3",
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


class Missing(SystemExit):
    """A variable that this process cannot do without; the sentence says what to do."""


_process = SimpleNamespace(serves_pages=False)


def prepare(*, settings: str, owner: bool = False, web: bool = False) -> None:
    """Choose settings and database role for this process, unless they are given already.

    With ``web`` its database connections wait for nothing long; commands, workers and
    migrations may.
    """
    _process.serves_pages |= web  # and stays so when it prepares for handing over errands
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    os.environ.setdefault("DATABASE_ROLE", "owner" if owner else "app")


def var_dir() -> Path:
    """The folder that holds everything the product writes; a relative one counts from here."""
    return (ROOT / (os.environ.get("VAR_DIR") or "var")).resolve()


def _from_run() -> dict[str, str]:
    try:
        lines = (var_dir() / "environment").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def text(name: str, default: str | None = None) -> str:
    """Return a variable. Raises ``Missing`` when it has neither value nor default."""
    value = os.environ.get(name) or _from_run().get(name) or default
    if value is None:
        raise Missing(f"{name} is not set. Start ./run first, or set it (docs/runbook.md).")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable: 1, true and yes are yes."""
    return text(name, "yes" if default else "no").lower() in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    """Return a whole number."""
    return int(text(name, str(default)))


def names(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database() -> dict[str, object]:
    """Return Django's description of the database, for the role this process plays."""
    owner = text("DATABASE_ROLE", "app") == "owner"
    url = urlsplit(text("DATABASE_OWNER_URL" if owner else "DATABASE_URL"))
    return {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _connection(dict(parse_qsl(url.query))),
    }


def _connection(asked: dict[str, str]) -> dict[str, object]:
    """How to connect: what the address asks for goes before ours."""
    limits = names("WEB_DATABASE_LIMITS", WEB_LIMITS) if _process.serves_pages else []
    ours = [f"-c {limit}" for limit in limits if limit != "none"]
    options = " ".join([*ours, *filter(None, [asked.get("options")])])  # the last word counts
    return {
        **PREPARES,
        **NOTICES_A_DEAD_SERVER,
        **asked,
        **({"options": options} if options else {}),
    }
