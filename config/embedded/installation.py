"""The virtual environment: made from requirements.lock, and made again when that changes."""

import fcntl
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from config.embedded import StartRefused, processes
from config.embedded.places import ROOT, VENV
from config.embedded.progress import step

LOCK = ROOT / "requirements.lock"
NOTE = VENV / "installed-from"  # which lock, which Python
PYTHON = VENV / "bin" / "python"

# uv does not read pip's configuration; what somebody set there holds for it as well.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}


def ensure(logs: Path) -> None:
    """Have everything of the lock installed in ``.venv``, bytecode compiled."""
    with step("Python packages") as current, _one_at_a_time():
        wanted = fingerprint()
        if NOTE.exists() and NOTE.read_text() == wanted and PYTHON.exists():
            current.note("unchanged")
            return
        NOTE.unlink(missing_ok=True)
        log = logs / "packages.log"
        _make_venv(log)
        current.note(_install(log))
        _compile(log)
        NOTE.write_text(wanted)


def fingerprint() -> str:
    """What is to be installed and for which Python: a change of it means installing again."""
    described = f"{platform.python_version()} {platform.machine()} ".encode() + LOCK.read_bytes()
    return hashlib.sha256(described).hexdigest()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a ./run and a ./test of the same checkout install one after the other."""
    with (ROOT / "requirements.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_venv(log: Path) -> None:
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise StartRefused(
            f"This Python {version} has no venv module. On Debian and Ubuntu type: "
            f"sudo apt-get install -y python{version}-venv"
        )
    processes.run_to_end([sys.executable, "-m", "venv", "--clear", VENV], log)


def _install(log: Path) -> str:
    """Install the lock, with uv if it can be had; which of the two it was."""
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "-q",
    ]
    locked: list[str | Path] = ["--require-hashes", "--no-deps", "-r"]
    uv_alone = log.with_name("uv.lock")
    uv_alone.write_text(part_of_lock("uv"))
    try:
        processes.run_to_end([*pip, *locked, uv_alone], log)
        uv: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "-q", "--compile-bytecode"]
        processes.run_to_end(
            [*uv, "--python", PYTHON, *locked, LOCK], log, env=uv_environment(log)
        )
    except processes.ProgramFailed:
        processes.run_to_end([*pip, "--compile", *locked, LOCK], log)
        return "by pip"
    else:
        return "by uv"
    finally:
        uv_alone.unlink()


def _compile(log: Path) -> None:
    """Compile what is not yet: uv only does what it installs itself.

    A package may carry a file that does not compile (a template, a test); it
    is not imported then, and no reason to stop.
    """
    with suppress(processes.ProgramFailed):
        processes.run_to_end([PYTHON, "-m", "compileall", "-q", "-j", "0", VENV / "lib"], log)


def part_of_lock(package: str) -> str:
    """The lines of one package, hashes included."""
    found = re.search(rf"^{package}==.*(?:\n    .*)*", LOCK.read_text(), re.MULTILINE)
    return found[0] + "\n" if found else ""


def uv_environment(log: Path) -> dict[str, str]:
    """What pip is configured to do, in uv's words; variables of uv itself go before."""
    answer = processes.run_to_end([PYTHON, "-m", "pip", "config", "list"], log)
    environment = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_HTTP_TIMEOUT": "180"}
    for key, value in re.findall(r"^\S+?\.([a-z-]+)='(.*)'$", answer, re.MULTILINE):
        name = UV_NAMES.get(key)
        if name and name not in os.environ:
            environment[name] = " ".join(value.replace("\\n", " ").split())
    return environment
