"""A database with all tables made, to copy test databases from.

Migrating takes twenty seconds of a processor, for every worker of every test
run; restoring a dump of the result takes one. The dump is kept in
``VAR_DIR/cache`` under the fingerprint of everything the tables are made of,
so another branch or a changed migration gets its own.
"""

import fcntl
import hashlib
import os
import subprocess
from pathlib import Path

from config.embedded.places import ROOT, make_folder, python, var_dir
from config.embedded.ports import LOOPBACK
from config.embedded.postgres import ROLES
from config.embedded.services import ThrowawayPostgres

NAME = "migrated"
KEPT = 4
MADE_OF = ("*/migrations/*.py", "*/sql/**/*.sql", "config/settings/*.py", "requirements.lock")


def ensure(server: ThrowawayPostgres) -> str | None:
    """Have the database in ``server``; its name, or None when the migrations do not run.

    Then the tests themselves run into the same error and show it.
    """
    cache = make_folder(var_dir() / "cache")
    dump = cache / f"tables-{_fingerprint(server)}.dump"
    _psql(server, f"CREATE DATABASE {NAME} OWNER owner")
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if dump.exists():
            os.utime(dump)
            return NAME if _restore(server, dump) else None
        if not _migrate(server):
            return None
        _keep(server, dump)
    return NAME


def _fingerprint(server: ThrowawayPostgres) -> str:
    described = hashlib.sha256(server.cluster.binaries.version.encode() + ROLES.read_bytes())
    for pattern in MADE_OF:
        for file in sorted(ROOT.glob(pattern)):
            described.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return described.hexdigest()[:24]


def _migrate(server: ThrowawayPostgres) -> bool:
    """Run all migrations; whether that went well and the connection is closed again."""
    owner = server.url("owner", NAME)
    env = os.environ | {
        "DATABASE_OWNER_URL": owner,
        "DATABASE_URL": owner,
        "DATABASE_ROLE": "owner",
        "REDIS_URL": f"redis://{LOOPBACK}:1/0",  # nobody is there, and nobody asks
        "SECRET_KEY": "of no use outside this command",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "VAR_DIR": str(make_folder(server.folder / "var")),
    }
    command: list[str | Path] = [
        python(),
        ROOT / "manage.py",
        "migrate",
        "--noinput",
        "--verbosity=0",
    ]
    return subprocess.run(command, env=env, check=False, capture_output=True).returncode == 0


def _keep(server: ThrowawayPostgres, dump: Path) -> None:
    fresh = dump.with_suffix(".new")
    command = _client(server, "pg_dump", "-Fc", "-Z0", "-d", NAME, "-f", fresh)
    if subprocess.run(command, env=_superuser(server), check=False).returncode == 0:
        # Somebody may have saved a migration while we ran the one before.
        current = fresh.with_name(f"tables-{_fingerprint(server)}.dump")
        if current == dump:
            fresh.replace(dump)
    fresh.unlink(missing_ok=True)
    by_age = sorted(dump.parent.glob("tables-*.dump"), key=lambda file: -file.stat().st_mtime)
    for old in by_age[KEPT:]:
        old.unlink()


def _restore(server: ThrowawayPostgres, dump: Path) -> bool:
    command = _client(server, "pg_restore", "-j", "2", "-d", NAME, dump)
    done = subprocess.run(command, env=_superuser(server), check=False, capture_output=True)
    return done.returncode == 0


def _psql(server: ThrowawayPostgres, statement: str) -> None:
    command = _client(server, "psql", "-X", "-q", "-d", "postgres", "-c", statement)
    subprocess.run(command, env=_superuser(server), check=True, capture_output=True)


def _client(server: ThrowawayPostgres, name: str, *options: str | Path) -> list[str | Path]:
    folder = server.cluster.binaries.folder
    return [folder / name, "-h", LOOPBACK, "-p", str(server.cluster.port), *options]


def _superuser(server: ThrowawayPostgres) -> dict[str, str]:
    password = server.cluster.passwords["POSTGRES_PASSWORD"]
    return {**os.environ, "PGUSER": "postgres", "PGPASSWORD": password}
