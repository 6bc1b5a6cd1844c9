"""A database with all tables made, to copy test databases from.

Migrating takes twenty seconds of a processor, for every worker of every test
run; restoring a dump of the result takes one. The dump is kept in
``VAR_DIR/cache``, or where ``TABLES_CACHE`` says, under the fingerprint of
everything the tables are made of, so another branch or a changed migration
gets its own. ``./run`` takes it for a new database, if there is one.
"""

import fcntl
import os
import subprocess
from pathlib import Path

from config.embedded import tables
from config.embedded.places import ROOT, make_folder, python, var_dir
from config.embedded.ports import LOOPBACK
from config.embedded.postgres import Cluster
from config.embedded.services import ThrowawayPostgres

NAME = "migrated"
KEPT = 4


def ensure(server: ThrowawayPostgres) -> str | None:
    """Have the database in ``server``; its name, or None when the migrations do not run.

    Then the tests themselves run into the same error and show it.
    """
    dump = _dump_of(server.cluster)
    server.cluster.ask(f"CREATE DATABASE {NAME} OWNER owner", database="postgres")
    with (dump.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if dump.exists():
            return NAME if _restored(server.cluster, NAME, dump, "-j", "2") else None
        if not _migrate(server):
            return None
        _keep(server, dump)
    return NAME


def restored(cluster: Cluster, database: str) -> bool:
    """Whether all tables could be put into an empty database at once; if not, it stays empty."""
    dump = _dump_of(cluster)
    return dump.exists() and _restored(cluster, database, dump, "--single-transaction")


def _restored(cluster: Cluster, database: str, dump: Path, how: str, *more: str) -> bool:
    os.utime(dump)
    return cluster.client("pg_restore", how, *more, "-d", database, dump).returncode == 0


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
    done = server.cluster.client("pg_dump", "-Fc", "-Z0", "-d", NAME, "-f", fresh)
    # Somebody may have saved a migration while we ran the one before.
    if done.returncode == 0 and _dump_of(server.cluster) == dump:
        fresh.replace(dump)
    fresh.unlink(missing_ok=True)
    by_age = sorted(dump.parent.glob("tables-*.dump"), key=lambda file: -file.stat().st_mtime)
    for old in by_age[KEPT:]:
        old.unlink()


def cache() -> Path:
    """Where dumps are kept."""
    return Path(os.environ.get("TABLES_CACHE") or var_dir() / "cache")


def _dump_of(cluster: Cluster) -> Path:
    return make_folder(cache()) / f"tables-{tables.fingerprint(cluster.binaries)}.dump"
