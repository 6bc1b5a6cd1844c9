"""Throwaway PostgreSQL and Valkey servers for tests and benchmarks.

    with throwaway_postgres() as database:
        psycopg.connect(database.url(role="app"))

Each has its own folder and port, and is gone afterwards: also when the
process that asked for it is killed.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.embedded import StartRefused, keys, processes
from config.embedded.places import make_folder, scratch, service_account, var_dir
from config.embedded.ports import free_port
from config.embedded.postgres import DATABASE, Binaries, Cluster, find_binaries
from config.embedded.valkey import Valkey

ATTEMPTS = 3  # between finding a port free and taking it somebody else may
# Kept through kill -9 of the server, not through a power cut: nobody needs it after that.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}


class _Server:
    """What the two have in common: stop, kill, start again on the same data."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on the data there is and wait until it answers."""
        raise NotImplementedError

    def stop(self) -> None:
        """End in order; nothing happens if it does not run."""
        if self.process is not None:
            processes.stop(self.process, patience=10)
            self.process = None

    def kill9(self) -> None:
        """End it and all its processes as a power cut would."""
        if self.process is not None:
            processes.kill(self.process)
            self.process = None

    def restart(self) -> None:
        """Stop if it runs, then start on the same data and port."""
        self.stop()
        self.start()

    def _tail(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace")[-2000:].strip() if log.exists() else ""


class ThrowawayPostgres(_Server):
    """A PostgreSQL server with the roles and the empty database of the product."""

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        account = service_account()
        self.folder = folder
        self.cluster = Cluster(
            _binaries(), folder / "data", port=free_port(), passwords=keys.new_secrets(),
            account=account, options=options,
        )  # fmt: skip

    def url(self, role: str = "owner", database: str = DATABASE) -> str:
        """Where ``role`` (owner, app, or the superuser postgres) finds the database."""
        return self.cluster.url(role, database)

    def start(self) -> None:
        self.cluster.forget_dead_server()
        self.process = processes.start(
            self.cluster.program(remove=self.folder), self.folder / "log"
        )
        if not self.cluster.wait_until_answers(self.process):
            self.kill9()
            raise StartRefused(f"The throwaway PostgreSQL did not start: {self._tail()}")

    def create(self) -> None:
        """Make the data, start on a port that is really free, make roles and database."""
        self.cluster.create()
        for attempt in range(ATTEMPTS):
            try:
                self.start()
                break
            except StartRefused:
                if attempt == ATTEMPTS - 1:
                    raise
                self.cluster.port = free_port()
        self.cluster.make_roles()


class ThrowawayValkey(_Server):
    """A Valkey server that keeps nothing on disk."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        password = keys.new_secrets()["VALKEY_PASSWORD"]
        self.folder = folder
        self.valkey = Valkey(folder / "data", port=free_port(), password=password, options=options)

    def url(self) -> str:
        """Where it answers."""
        return self.valkey.url

    def start(self) -> None:
        for _attempt in range(ATTEMPTS):
            self.process = processes.start(
                self.valkey.program(remove=self.folder), self.folder / "log"
            )
            if self.valkey.wait_until_answers(self.process):
                return
            self.kill9()
            self.valkey.port = free_port()
        raise StartRefused(f"The throwaway Valkey did not start: {self._tail()}")


def _binaries() -> Binaries:
    wanted = os.environ.get("PG_BIN")
    return find_binaries(make_folder(var_dir()), service_account(), wanted)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    account = service_account()
    folder = Path(tempfile.mkdtemp(prefix=f"throwaway-{name}-", dir=scratch(account, var_dir())))
    folder.chmod(0o711 if account else 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def throwaway_postgres(
    *, durable: bool = False, options: Mapping[str, str] | None = None
) -> Iterator[ThrowawayPostgres]:
    """A PostgreSQL server for the length of the block.

    ``durable`` commits to the disk as production does (benchmarks of writing
    need it); ``options`` are settings of postgresql.conf.
    """
    with _folder("postgres") as folder:
        server = ThrowawayPostgres(folder, {**({} if durable else THROWAWAY), **(options or {})})
        try:
            server.create()
            yield server
        finally:
            server.stop()


@contextmanager
def throwaway_valkey(*, options: Sequence[str] = ()) -> Iterator[ThrowawayValkey]:
    """A Valkey server for the length of the block; ``options`` are lines of valkey.conf."""
    with _folder("valkey") as folder:
        server = ThrowawayValkey(folder, options)
        try:
            server.start()
            yield server
        finally:
            server.stop()
