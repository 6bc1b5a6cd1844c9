"""What ./run and ./test say while they work: one short line a step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

WIDTH = 24


def say(text: str = "", *, end: str = "\n") -> None:
    """Print at once; a terminal that went away is no reason to fall over."""
    with suppress(OSError):
        print(text, end=end, flush=True)


class Step:
    """One step under way."""

    def __init__(self) -> None:
        self.remark = ""
        self.interrupted = False

    def note(self, remark: str) -> None:
        """What to add to the step's line, such as ``unchanged``."""
        self.remark = remark

    def detail(self, line: str) -> None:
        """A line of a long step, shown at once below its name."""
        if not self.interrupted:
            say()
        self.interrupted = True
        say(f"  {'':{WIDTH}}{line}")


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Say that a step begins, and when it has ended how long it took."""
    say(f"  {name:{WIDTH}}", end="")
    began = time.monotonic()
    current = Step()
    try:
        yield current
    except BaseException as end:
        word = "failed" if isinstance(end, Exception) else "stopped"
        say("" if current.interrupted else word)
        raise
    if current.interrupted:
        say(f"  {'':{WIDTH}}", end="")
    seconds = f"{time.monotonic() - began:5.1f} s"
    say(f"{seconds}  {current.remark}".rstrip())


def complain(text: str) -> None:
    """Say why we stop."""
    with suppress(OSError):
        print(f"\n{text}", file=sys.stderr, flush=True)
