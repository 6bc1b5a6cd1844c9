"""Files of KEY=VALUE lines that only their owner may read: secrets, VAR_DIR's environment."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SECRETS = (
    *("SECRET_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "VALKEY_PASSWORD"),
    *("STANDIN_KEY", "STANDIN_SIGNS_WITH"),
)


def read(path: Path) -> dict[str, str]:
    """The pairs of the file; none if there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


def write(path: Path, pairs: Mapping[str, str]) -> None:
    """Replace the file in one step; it never stands there half written or open to others."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in pairs.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def new_secrets() -> dict[str, str]:
    """A fresh set of secrets; letters, digits, - and _ only, so they fit into an address."""
    return {name: secrets.token_urlsafe(48 if name == "SECRET_KEY" else 24) for name in SECRETS}


def secrets_of(var: Path) -> dict[str, str]:
    """The secrets of this VAR_DIR, made on first use and kept."""
    path = var / "secrets"
    kept = read(path)
    if missing := {k: v for k, v in new_secrets().items() if k not in kept}:
        kept |= missing
        write(path, kept)
    return kept
