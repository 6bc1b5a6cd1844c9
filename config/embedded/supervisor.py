"""Keep the children running: start them in order, start again what crashed, end all of them."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.embedded import processes
from config.embedded.progress import say
from config.embedded.shim import become_subreaper, descendants

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # before each further start of a child that crashes
STEADY = 60.0  # seconds after which a crash counts as the first again
LOOK = 0.25
ORPHANS = 5.0


class Stopped(BaseException):
    """Somebody asked us to end; not an error, and not to be caught as one."""


def listen_for_the_end() -> None:
    """Let Ctrl-C, TERM and a closed terminal end us in order, wherever we are."""

    def stop(signum: int, frame: FrameType | None) -> None:
        _close_ears()
        raise Stopped

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)


def _close_ears() -> None:
    """We are ending already; a second Ctrl-C must not leave half of us running."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


@dataclass
class _Child:
    program: processes.Program
    process: subprocess.Popen[bytes] | None
    began: float
    crashes: int = 0
    start_at: float = 0.0


class Supervisor:
    """Our children, the ones that others need (``service=True``) apart from the rest."""

    def __init__(self, logs: Path, env: Mapping[str, str]) -> None:
        self.logs = logs
        self.env = dict(env)
        self.children: dict[str, _Child] = {}
        self.services: list[str] = []
        become_subreaper()

    def start(
        self, program: processes.Program, *, service: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a child; from now on it is started again whenever it ends."""
        process = self._launch(program)
        self.children[program.name] = _Child(program, process, time.monotonic())
        if service:
            self.services.append(program.name)
        return process

    def _launch(self, program: processes.Program) -> subprocess.Popen[bytes]:
        return processes.start(program, self.log_of(program.name), env=self.env)

    def log_of(self, name: str) -> Path:
        """Where the child's output goes."""
        return self.logs / f"{name}.log"

    def crashes(self, name: str) -> int:
        """How often in a row the child has ended."""
        return self.children[name].crashes

    def watch(self) -> None:
        """Look after the children until somebody asks us to end."""
        while True:
            self.look()
            time.sleep(LOOK)

    def look(self) -> None:
        """One look at every child: note who ended, start whose pause is over."""
        now = time.monotonic()
        for name, child in self.children.items():
            if child.process is not None and child.process.poll() is not None:
                self._note_crash(name, child, now)
            elif child.process is None and now >= child.start_at:
                child.process, child.began = self._launch(child.program), now

    def _note_crash(self, name: str, child: _Child, now: float) -> None:
        assert child.process is not None  # noqa: S101 - for the type checker
        self.end_orphans()
        child.crashes = child.crashes + 1 if now - child.began < STEADY else 1
        pause = PAUSES[min(child.crashes, len(PAUSES)) - 1]
        say(
            f"{name} ended by itself (code {child.process.returncode}); "
            f"starting it again in {pause:.0f} s. Log: {self.log_of(name)}"
        )
        child.process, child.start_at = None, now + pause

    def end_orphans(self) -> None:
        """End what a killed shim left: as subreaper we are the parent of it now."""
        ours = {child.process.pid for child in self.children.values() if child.process}
        killed: set[int] = set()
        until = time.monotonic() + ORPHANS
        while time.monotonic() < until:
            kept = ours.union(*(descendants(pid) for pid in ours))
            orphans = set(descendants(os.getpid())) - kept
            killed |= orphans
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in killed:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            if not orphans:
                return
            time.sleep(0.02)

    def stop(self) -> None:
        """End the children: first those who use the services, then these, PostgreSQL last."""
        _close_ears()
        self._stop([name for name in self.children if name not in self.services])
        for name in reversed(self.services):
            self._stop([name])
        self.end_orphans()

    def _stop(self, names: list[str]) -> None:
        """End them side by side: it takes as long as the slowest, not as all together."""
        running = [self.children.pop(name) for name in names if name in self.children]
        for child in running:
            if child.process is not None:
                child.process.terminate()
        for child in running:
            if child.process is not None:
                processes.stop(child.process, patience=child.program.grace + 2)
