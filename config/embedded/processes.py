"""Start, stop and find processes: every child goes through the shim, and carries our mark."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded import StartRefused
from config.embedded.places import Account
from config.embedded.shim import descendants

SHIM = Path(__file__).with_name("shim.py")
MARK = "EMBEDDED_HOME_MARK"


@dataclass(frozen=True)
class Program:
    """What to start and how to end it."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 3.0
    # When we were killed, nothing may stay for long.
    orphan_grace: float = 1.0
    # A throwaway's folder: the shim removes it if we die without having done so.
    remove: Path | None = None


class ProgramFailed(StartRefused):
    """A program that had to succeed did not; says which, and the end of what it printed."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def start(
    program: Program, log: Path | IO[bytes] | int | None, *, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``program`` behind the shim, in a session of its own: Ctrl-C reaches only us.

    Its output goes to ``log``, or with None to where ours goes.

    Call it from the thread that lives longest: the kernel counts the death of
    the starting thread as the death of the parent.
    """
    shim: list[str | Path] = [sys.executable, "-I", "-S", SHIM, f"--parent={os.getpid()}"]
    shim += [f"--stop-signal={int(program.stop_signal)}", f"--grace={program.grace}"]
    shim.append(f"--orphan-grace={program.orphan_grace}")
    if program.account:
        shim += [f"--uid={program.account.uid}", f"--gid={program.account.gid}"]
    if program.cwd:
        shim.append(f"--cwd={program.cwd}")
    if program.remove:
        shim.append(f"--remove={program.remove}")
    if isinstance(log, Path):
        with log.open("ab") as file:
            return start(program, file, env=env)
    return subprocess.Popen(
        [*shim, "--", *program.command],
        env={**os.environ, **(env or {}), **program.env},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def run_to_end(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    each_line: Callable[[str], None] | None = None,
) -> str:
    """Run a program to its end and return what it printed, which is added to ``log`` too.

    Raises ``ProgramFailed`` when its exit code is not 0. If we are ended
    meanwhile, it is ended first.
    """
    name = " ".join(str(part) for part in command[:4])
    process = start(Program(name, command, cwd=cwd), subprocess.PIPE, env=env)
    assert process.stdout is not None  # noqa: S101 - for the type checker
    lines = []
    try:
        with log.open("a", encoding="utf-8") as file:
            for raw in process.stdout:
                line = raw.decode(errors="replace")
                lines.append(line)
                file.write(line)
                if each_line:
                    each_line(line.rstrip())
        process.wait()
    except BaseException:
        stop(process, patience=5)
        raise
    finally:
        process.stdout.close()
    if process.returncode != 0:
        ending = "".join(lines[-25:]).strip()
        code = process.returncode
        raise ProgramFailed(f"{name} failed (code {code}). See {log}\n{ending}", code)
    return "".join(lines)


def stop(process: subprocess.Popen[bytes], patience: float) -> None:
    """End the program in order; after ``patience`` seconds without."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the program and everything below it; its shim then leaves by itself."""
    for pid in descendants(process.pid):
        _signal(pid, signal.SIGKILL)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _signal(pid: int, signum: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signum)


def mark_of(folder: Path) -> str:
    """A mark that all processes of this folder, and no others on this machine, carry."""
    known = folder.stat()
    return f"{known.st_dev}:{known.st_ino}"


def marked(mark: str) -> set[int]:
    """Every process that was started with this mark."""
    wanted = f"{MARK}={mark}".encode()
    found = set()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            variables = Path("/proc", name, "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in variables:
            found.add(int(name))
    return found


def end_leftovers(mark: str, *, patience: float = 4.0) -> int:
    """End what a killed supervisor of the same mark left behind; how many there were at first.

    Its shims are ending the rest already, so we wait a little before we kill.
    """
    ours = {os.getpid(), *_ancestors()}
    first = living = marked(mark) - ours
    until = time.monotonic() + patience
    while living:
        if time.monotonic() > until:
            for pid in living:
                _signal(pid, signal.SIGKILL)
        time.sleep(0.05)
        living = marked(mark) - ours
    return len(first)


def _ancestors() -> set[int]:
    """The processes above us: they carry the mark if a child of ours started them."""
    found, pid = set(), os.getppid()
    while pid > 1:
        found.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except (OSError, IndexError):
            break
    return found


def lock(folder: Path) -> IO[str]:
    """Hold ``folder`` for this process; the kernel gives it back however we end.

    Raises ``StartRefused`` when another supervisor holds it.
    """
    file = (folder / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        raise StartRefused(
            f"./run already works on {folder} (process {holder}). "
            "Stop it with Ctrl-C there, or start a second one with another VAR_DIR and PORT."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
