"""Captions as a list of cues: what must hold of them, how they are edited, and read as a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_CUES = 6000
"""Six hours of people who speak without a pause; nobody could check more."""

PAUSE_SECONDS = 2.5
LONGEST_PARAGRAPH = 220

_MOMENT = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?", re.ASCII)
_STOPS = "。！？；，、.!?;, "
_WIDE = re.compile(r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]")


class Fault(StrEnum):
    """What is wrong with a line of captions. Each has its sentence in ``wording``."""

    NOT_CAPTIONS = "not_captions"
    TIME_UNREADABLE = "time_unreadable"
    ENDS_TOO_EARLY = "ends_too_early"
    OUT_OF_ORDER = "out_of_order"
    AFTER_THE_END = "after_the_end"
    NO_TEXT = "no_text"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Cue:
    """Words on the screen, from and to in seconds. Text is plain; lines are kept."""

    starts: float
    ends: float
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Some sentences of a film as one reads them, and where they begin."""

    starts: float
    text: str


def read_moment(typed: str) -> float | None:
    """Give the seconds of a moment as people write it, or None when it is none.

    >>> [read_moment(text) for text in ("12:30", "1:02:03.5", "２：０５", "soon")]
    [750.0, 3723.5, 125.0, None]
    """
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if match is None or int(match[3]) > 59 or (match[1] and int(match[2]) > 59):
        return None
    whole = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return (whole * 1000 + int((match[4] or "0").ljust(3, "0"))) / 1000


def write_moment(seconds: float) -> str:
    """Write a moment the way people read it.

    >>> write_moment(750), write_moment(3723.5)
    ('12:30', '1:02:03.5')
    """
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    fraction = f".{rest % 1000:03}".rstrip("0").rstrip(".")
    return f"{clock}:{rest // 1000:02}{fraction}"


def faults(cues: Sequence[Cue], *, seconds: float | None) -> Iterator[tuple[int, Fault]]:
    """Say of each cue that cannot stand, by its place in the list, what is wrong with it."""
    if len(cues) > MOST_CUES:
        yield MOST_CUES, Fault.TOO_MANY
    for place, cue in enumerate(cues):
        if cue.ends <= cue.starts:
            yield place, Fault.ENDS_TOO_EARLY
        elif place and cue.starts < cues[place - 1].starts:
            yield place, Fault.OUT_OF_ORDER
        elif seconds is not None and cue.starts >= seconds:
            yield place, Fault.AFTER_THE_END
        if not cue.text.strip():
            yield place, Fault.NO_TEXT


def split(cues: Sequence[Cue], place: int) -> tuple[Cue, ...]:
    """Make two of one cue, best behind a stop near its middle; the time is shared by length."""
    cue = cues[place]
    text = cue.text.strip()
    middle = len(text) / 2
    stops = [n + 1 for n, letter in enumerate(text[:-1]) if letter in _STOPS or letter == "\n"]
    cut = min(stops, key=lambda stop: abs(stop - middle), default=round(middle))
    turn = cue.starts + (cue.ends - cue.starts) * (cut / len(text) if text else 0.5)
    turn = round(turn, 3)
    first = Cue(cue.starts, turn, text[:cut].strip())
    second = Cue(turn, cue.ends, text[cut:].strip())
    return (*cues[:place], first, second, *cues[place + 1 :])


def merge(cues: Sequence[Cue], place: int) -> tuple[Cue, ...]:
    """Make one of a cue and the one after it; the last one stays as it is."""
    if place + 1 >= len(cues):
        return tuple(cues)
    one, other = cues[place], cues[place + 1]
    text = joined(one.text, other.text)
    return (*cues[:place], Cue(one.starts, max(one.ends, other.ends), text), *cues[place + 2 :])


def drop(cues: Sequence[Cue], place: int) -> tuple[Cue, ...]:
    """Leave one cue out."""
    return (*cues[:place], *cues[place + 1 :])


def add(cues: Sequence[Cue], place: int) -> tuple[Cue, ...]:
    """Add an empty cue behind this one, as long as the pause allows, two seconds at most."""
    starts = cues[place].ends if cues else 0.0
    following = cues[place + 1].starts if place + 1 < len(cues) else starts + 2.0
    ends = min(starts + 2.0, following) if following > starts else starts + 0.5
    return (*cues[: place + 1], Cue(starts, ends, ""), *cues[place + 1 :])


EDITS: dict[str, Callable[[Sequence[Cue], int], tuple[Cue, ...]]] = {
    "split": split,
    "merge": merge,
    "drop": drop,
    "add": add,
}
"""What an editor's buttons do to the list, by name."""


def joined(one: str, other: str) -> str:
    """Put two pieces of speech together: Chinese without a space, other writing with one."""
    one, other = one.strip(), other.strip()
    if not one or not other:
        return one or other
    close = _WIDE.match(one[-1]) or _WIDE.match(other[0])
    return f"{one}{other}" if close else f"{one} {other}"


def paragraphs(cues: Sequence[Cue], *, turns: Sequence[float] = ()) -> list[Paragraph]:
    """Read cues as a text: a new paragraph at a turn (a chapter), after a pause, or when long."""
    made: list[Paragraph] = []
    ended = 0.0
    for cue in cues:
        text = re.sub(r"\s+", " ", cue.text).strip()
        last = made[-1] if made else None
        turned = last is not None and any(last.starts < turn <= cue.starts for turn in turns)
        is_full = last is not None and len(last.text) >= LONGEST_PARAGRAPH
        if last is None or turned or is_full or cue.starts - ended > PAUSE_SECONDS:
            made.append(Paragraph(cue.starts, text))
        else:
            made[-1] = replace(last, text=joined(last.text, text))
        ended = max(ended, cue.ends)
    return made
