"""The machine room: the only module that starts a process.

ffmpeg reads films that strangers made. It runs in a small launcher that bounds
its memory, CPU and files, makes way for everything else on the machine, and
dies with the worker that started it; we watch its progress and end it when
there is none.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

GIB = 1024**3
COMMON = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")
PROGRESS = ("-progress", "pipe:1", "-stats_period", "0.5")
"""Given to every run: without progress we could not tell a long run from a stuck one."""
BROKEN = (b"corrupt decoded frame", b"Error submitting packet to decoder")
"""What ffmpeg says, once for each, of pictures that it shows in part or not at all."""

RAN_OUT = tuple(
    f"Error during demuxing: {why}" for why in ("Cannot allocate memory", "Input/output error")
)
"""What ffmpeg says when it cannot go on reading: it then ends as if the film ended there."""

GRACE_SECONDS = 10.0
NICENESS = 10
TAIL_BYTES = 4000

# Run by a fresh interpreter, not between fork and exec: a worker has threads. Signal 9 on the
# death of the parent, so that no ffmpeg outlives a killed worker and writes into a folder that
# another one has taken over.
LAUNCHER = """
import ctypes, json, os, resource, sys
limits = json.loads(sys.argv[1])
ctypes.CDLL(None, use_errno=True).prctl(1, 9)
if os.getppid() != limits["parent"]:
    sys.exit(1)
os.nice(limits["nice"])
for name in ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE"):
    most = resource.getrlimit(getattr(resource, name))[1]
    wanted = limits[name]
    soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(getattr(resource, name), (soft, soft))
os.execv(sys.argv[2], sys.argv[2:])
"""


class FfmpegFailed(Exception):
    """ffmpeg ended with an error. ``said`` is the end of what it wrote, for the log."""

    def __init__(self, said: str) -> None:
        super().__init__(said or "ffmpeg said nothing")
        self.said = said


class FfmpegKilled(FfmpegFailed):
    """The machine ran out of something, or somebody ended ffmpeg: it is not the film's fault."""


class FfmpegStalled(FfmpegFailed):
    """ffmpeg made no progress, or took longer than any film may, and was ended."""


@dataclass(frozen=True)
class Report:
    """What ffmpeg wrote in the end, and how many pictures it could not read whole."""

    said: str
    broken_frames: int


@dataclass(frozen=True)
class Limits:
    """How much one run may use. Seconds are wall time unless they say otherwise."""

    wall_seconds: float
    cpu_seconds: int
    stall_seconds: float = 60.0
    memory_bytes: int = 8 * GIB
    file_bytes: int = GIB // 2
    nice: int = NICENESS

    @classmethod
    def for_film(cls, seconds: float) -> Limits:
        """A film of this length, on the slowest machine we would put to work."""
        return cls(wall_seconds=4 * seconds + 600, cpu_seconds=int(20 * seconds) + 600)


@cache
def program() -> str:
    """The ffmpeg to use: the one the settings name, else the one that imageio-ffmpeg brings."""
    if settings.FFMPEG:
        return str(settings.FFMPEG)
    import imageio_ffmpeg  # production may name its own and leave this wheel out

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run(
    arguments: Sequence[str],
    *,
    limits: Limits,
    folder: Path,
    on_progress: Callable[[float], None] | None = None,
) -> Report:
    """Run ffmpeg in ``folder`` until it ends.

    ``on_progress`` hears how many seconds of film are done; when it raises (the
    lease is lost, say), ffmpeg is ended and the exception goes on. Raises
    ``FfmpegFailed``, or ``FfmpegStalled`` after ``limits.stall_seconds`` without
    progress.
    """
    process = subprocess.Popen(  # noqa: S603 - no shell, our own words
        _launch(arguments, limits),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    watch = _Watch(process, limits, on_progress)
    try:
        said = watch.until_the_end()
    finally:
        _end(process)
    if process.returncode < 0:
        raise FfmpegKilled(f"signal {-process.returncode}: {said}")
    if any(words in said for words in RAN_OUT):
        raise FfmpegKilled(said)
    if process.returncode != 0:
        raise FfmpegFailed(said)
    return Report(said, watch.broken_frames)


def _launch(arguments: Sequence[str], limits: Limits) -> list[str]:
    told = {
        "parent": os.getpid(),
        "nice": limits.nice,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CORE": 0,
    }
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, json.dumps(told)]
    return [*launcher, program(), *COMMON, *PROGRESS, *arguments]


class _Watch:
    """Reads both pipes of a running ffmpeg, so that neither can fill and block it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        on_progress: Callable[[float], None] | None,
    ) -> None:
        self.process = process
        self.limits = limits
        self.on_progress = on_progress
        self.said = b""
        self.line = b""
        self.complaint = b""
        self.broken_frames = 0
        self.done = -1
        self.moved_at = time.monotonic()
        self.ends_at = self.moved_at + limits.wall_seconds

    def until_the_end(self) -> str:
        """Watch until both pipes are closed; give the end of what was written."""
        with selectors.DefaultSelector() as selector:
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe is not None  # noqa: S101 - both were asked for
                selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                for key, _events in selector.select(timeout=1.0):
                    data = os.read(key.fd, 65_536)
                    if not data:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is self.process.stderr:
                        self._note(data)
                    else:
                        self._hear(data)
                self._ensure_moving()
        return self.said.decode(errors="replace").strip()

    def _note(self, data: bytes) -> None:
        """Keep the end of what is said, and count what is said of broken pictures."""
        self.said = (self.said + data)[-TAIL_BYTES:]
        *lines, rest = (self.complaint + data).split(b"\n")
        self.complaint = rest[-TAIL_BYTES:]
        self.broken_frames += sum(any(word in line for word in BROKEN) for line in lines)

    def _hear(self, data: bytes) -> None:
        *lines, self.line = (self.line + data).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if name == b"out_time_us" and value.isdigit() and int(value) > self.done:
                self.done = int(value)
                self.moved_at = time.monotonic()
                if self.on_progress is not None:
                    self.on_progress(self.done / 1_000_000)

    def _ensure_moving(self) -> None:
        now = time.monotonic()
        if now - self.moved_at > self.limits.stall_seconds or now > self.ends_at:
            raise FfmpegStalled(self.said.decode(errors="replace").strip())


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process behind: wait for one that is ending, ask the others, then force."""
    with process:
        for end_it, patience in ((process.terminate, 0.5), (process.kill, GRACE_SECONDS)):
            try:
                process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                end_it()
            else:
                return
