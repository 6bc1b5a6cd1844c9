"""A house small enough to start in seconds: the real ./run around a web page of one line."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from config.embedded import assets, installation, processes
from config.embedded.places import ROOT
from config.embedded.ports import free_port

WSGI = """
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["DATABASE_URL"].encode()]
"""
CELERY = """
import os
from celery import Celery

app = Celery("small", broker=os.environ["REDIS_URL"])
"""
MANAGE = """
import os, sys, time
from pathlib import Path

import psycopg

if sys.argv[1] == "migrate":
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS django_migrations (id int, applied timestamptz)"
        )
if sys.argv[1] == "demo_city":
    print("city:", *sys.argv[2:], flush=True)
    if Path("hold-the-demo").exists():
        time.sleep(3600)
    sys.exit(3 if Path("somebody-is-in").exists() else 0)
if sys.argv[1] in {"dispatch", "pace_openings", "livepackager", "livereceiver"}:
    time.sleep(3600)
"""
STRIPE = "import time; time.sleep(3600)"


class SmallHouse:
    """A checkout with our ./run and stand-ins for everything Django."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.port = free_port()
        self.runs: list[subprocess.Popen[str]] = []

    def start(self, **env: str) -> subprocess.Popen[str]:
        """./run, not waited for."""
        ours = {"PYTHON": sys.executable, "PORT": str(self.port), "VAR_DIR": str(self.var)}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "REDIS"))}
        run = subprocess.Popen(
            [self.folder / "run"],
            env={**kept, **ours, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.runs.append(run)
        return run

    def start_until_ready(self, **env: str) -> tuple[subprocess.Popen[str], str]:
        """./run up to its line ``ready:``, with what it said until then."""
        run = self.start(**env)
        said = ""
        for line in run.stdout:
            said += line
            if line.startswith("ready:"):
                return run, said
        pytest.fail(f"./run ended before it was ready:\n{said}")

    def processes(self) -> set[int]:
        """Everything that runs for this house, children of children included."""
        return processes.marked(processes.mark_of(self.var)) if self.var.exists() else set()

    def is_empty_within(self, seconds: float) -> bool:
        """Whether no process of the house is left after at most so many seconds."""
        until = time.monotonic() + seconds
        while self.processes() and time.monotonic() < until:
            time.sleep(0.05)
        return not self.processes()

    def tear_down_runs(self) -> None:
        for run in self.runs:
            if run.poll() is None:
                run.send_signal(signal.SIGTERM)
                run.wait(20)
            run.stdout.close()
        self.runs.clear()


@pytest.fixture
def small_house():
    folder = Path(tempfile.mkdtemp(prefix="small-house-"))
    folder.chmod(0o755)  # pytest's own folders are closed to the account of PostgreSQL
    house = SmallHouse(folder)
    shutil.copytree(
        ROOT / "config/embedded",
        folder / "config/embedded",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copytree(ROOT / "config/assets", folder / "config/assets")
    for name in ("run", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    for name, text in {
        "config/__init__.py": "",
        "config/wsgi.py": WSGI,
        "config/celery.py": CELERY,
        "config/standins/stripe/__main__.py": STRIPE,
        "manage.py": MANAGE,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    _install(folder)
    yield house
    house.tear_down_runs()
    shutil.rmtree(folder)


@pytest.fixture
def tcp_listener():
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _install(folder: Path) -> None:
    """Lend the house our packages and libraries, noted as installed from its own locks."""
    venv = folder / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    (venv / installation.NOTE.name).write_text(installation.fingerprint())
    lock = (folder / "config/assets/package-lock.json").read_bytes()
    (folder / ".assets").mkdir()
    (folder / ".assets" / assets.NOTE.name).write_text(hashlib.sha256(lock).hexdigest())
    vendor = folder / "static/vendor"
    vendor.mkdir(parents=True)
    for name in assets.SERVED.values():
        (vendor / name).touch()
