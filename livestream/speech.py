"""The machine room for speech: a program of the operator's that writes down what is said.

None is needed: by default there is none, and teachers bring a file or write by hand. Where a model
is at hand, ``CAPTIONS_COMMAND`` names the program that runs it. It is called with the sound (WAV,
16 kHz, one channel) and the language, and writes WebVTT or SRT to its output.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

LARGEST_ANSWER = 4_000_000
NICENESS = 15
SAID_BYTES = 2000


class SpeechFailed(Exception):
    """The program gave no captions. The text is the end of what it said, for the log."""


class Listener(Protocol):
    """Whatever can write down what is said."""

    def listen(self, sound: Path, *, language: str, wall_seconds: float) -> str:
        """Give captions as WebVTT or SRT. Raises ``SpeechFailed``."""
        ...


def listener() -> Listener | None:
    """The one that this installation has, if it has one."""
    words = shlex.split(settings.CAPTIONS_COMMAND)
    return Program(tuple(words)) if words else None


@dataclass(frozen=True)
class Program:
    """A program that is started for each film, makes way for all others, and is ended in time."""

    words: tuple[str, ...]

    def listen(self, sound: Path, *, language: str, wall_seconds: float) -> str:
        """Run it to its end. Raises ``SpeechFailed``."""
        answer = sound.with_suffix(".answer")
        with answer.open("wb") as out:
            self._run([*self.words, str(sound), language], out.fileno(), wall_seconds)
        if answer.stat().st_size > LARGEST_ANSWER:
            raise SpeechFailed("it said more than any film holds")
        try:
            return answer.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise SpeechFailed(str(error)) from error

    def _run(self, words: list[str], out: int, wall_seconds: float) -> None:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, the operator's own words
                ["/usr/bin/nice", "-n", str(NICENESS), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise SpeechFailed(str(error)) from error
        try:
            _out, said = process.communicate(timeout=wall_seconds)
        except subprocess.TimeoutExpired as late:
            raise SpeechFailed(f"not done after {wall_seconds:.0f} s") from late
        finally:
            if process.poll() is None:  # with everything it has started itself
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode != 0:
            raise SpeechFailed(said[-SAID_BYTES:].decode(errors="replace"))
