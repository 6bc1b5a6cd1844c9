"""What every target of the cloud classroom is measured on: films, turns, processor time."""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Turns = dict[str, list[float]]


@dataclass(frozen=True)
class Figure:
    """One line of the report: what was found beside what was promised."""

    target: str
    what: str
    found: float
    limit: float
    is_least: bool = False
    unit: str = ""
    remark: str = ""

    @property
    def is_reached(self) -> bool:
        return self.found >= self.limit if self.is_least else self.found <= self.limit

    def row(self) -> str:
        """The line as Markdown."""
        word = "at least" if self.is_least else "at most"
        verdict = "reached" if self.is_reached else f"**{self._short()}**"
        found = f"{self.found:.4g}{self.unit}"
        return (
            f"| {self.target} | {self.what} | {word} {self.limit:g}{self.unit} | {found} |"
            f" {verdict} | {self.remark} |"
        )

    def _short(self) -> str:
        if not self.limit:
            return f"{self.found:g} too many"
        off = (self.limit - self.found if self.is_least else self.found - self.limit) / self.limit
        return f"{off:.0%} {'below' if self.is_least else 'above'}"


@dataclass
class Ground:
    """Where a run happens, and how often contestants take turns."""

    folder: Path
    rounds: int
    load: list[float] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Tell who waits what is going on."""
        self.load.append(os.getloadavg()[0])
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def turns(self, contestants: dict[str, Callable[[], float]], rounds: int = 0) -> Turns:
        """Let the contestants take turns; what each came to, round by round."""
        found: Turns = {name: [] for name in contestants}
        for number in range(rounds or self.rounds):
            for name, run in contestants.items():
                self.say(f"  {name}, {number + 1} of {rounds or self.rounds}")
                found[name].append(run())
        return found

    def place(self, name: str) -> Path:
        """A new empty folder."""
        place = self.folder / f"{name}-{time.monotonic_ns()}"
        place.mkdir()
        return place

    def _film(self, name: str, *words: str) -> Path:
        from livestream import ffmpeg

        self.say(f"  making {name}")
        limits = ffmpeg.Limits(wall_seconds=900, cpu_seconds=900)
        ffmpeg.run([*words, name], limits=limits, folder=self.folder)
        return self.folder / name

    @cached_property
    def camera(self) -> Path:
        """12 s of 1080p30 with much in motion and a noisy chip, 6.5 Mb/s."""
        return self._film("camera.mp4", *_filmed("1920x1080", 12, 6500), "-g", "300")

    @cached_property
    def lesson(self) -> Path:
        """60 s of 720p30, key frames ten seconds apart: it has to be made anew."""
        return self._film("lesson.mp4", *_filmed("1280x720", 60, 3000), "-g", "300")

    @cached_property
    def by_phone(self) -> Path:
        """10 min of 720p30 with a key frame a second: it may be taken as it comes."""
        minute = self._film("minute.mp4", *_filmed("1280x720", 60, 3000), "-g", "30")
        copied = ("-c", "copy", "-movflags", "+faststart")
        return self._film("by_phone.mp4", "-stream_loop", "9", "-i", str(minute), *copied)

    @cached_property
    def slides(self) -> Path:
        """64 s of 720p30 that show four slides."""
        source = (
            "smptehdbars=s=1280x720:r=30:d=64,"
            "drawbox=c=white:t=fill:w=900:h=400:enable='lt(mod(t,32),16)'"
        )
        return self._film("slides.mp4", "-f", "lavfi", "-i", source, *_SOUND, "-t", "64", *_CODED)


_SOUND = ("-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.2:r=48000")
_CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")


def _filmed(size: str, seconds: int, kbps: int) -> list[str]:
    moving = f"testsrc2=s={size}:r=30:d={seconds},noise=alls=10:allf=t"
    rate = ("-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{kbps * 2}k")
    return ["-f", "lavfi", "-i", moving, *_SOUND, "-t", str(seconds), *_CODED, *rate]


def ratio(turns: Turns, one: str, other: str) -> float:
    """The median of what a round's figures are to each other: a slow minute hits both."""
    pairs = zip(turns[one], turns[other], strict=True)
    return statistics.median(a / b for a, b in pairs)


def cpu_spent(run: Callable[[], object]) -> float:
    """Processor seconds of this process and of those it waited for."""
    before = _cpu()
    run()
    return _cpu() - before


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in both)
