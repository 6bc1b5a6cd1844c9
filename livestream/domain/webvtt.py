"""Files of captions: WebVTT and SRT read, WebVTT written, whole or cut like the film.

Files come from subtitle programs of twenty years: with and without a mark at the front, in UTF-8
or in GB 18030, with markup nobody here shows. What is read is plain text; what is written passes
a strict reader.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from livestream.domain.captions import MOST_CUES, Cue, Fault, faults

LARGEST_FILE = 2_000_000
MOST_FAULTS = 12
TICKS = 90_000
"""Of the clock of MPEG, to which players tie a cut piece of captions."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARROW = "-->"
_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})", re.ASCII)
_MARKUP = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_KEPT_ASIDE = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class LineFault:
    """What is wrong in a file of captions, and in which line (0: in the whole of it)."""

    line: int
    fault: Fault


class CaptionsRefused(Exception):
    """The file cannot be taken. ``faults`` is what ``wording`` has sentences for."""

    def __init__(self, found: Sequence[LineFault]) -> None:
        super().__init__(", ".join(f"line {one.line}: {one.fault}" for one in found))
        self.faults = tuple(found[:MOST_FAULTS])


def read_file(data: bytes, *, seconds: float | None = None) -> tuple[Cue, ...]:
    """Read the bytes of a file of captions, WebVTT or SRT. Raises ``CaptionsRefused``.

    ``seconds`` is the length of the film: what begins after its end belongs to another one.
    """
    return read(decoded(data), seconds=seconds)


def decoded(data: bytes) -> str:
    """Give the text of a file, whatever program wrote it. Raises ``CaptionsRefused``."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise CaptionsRefused([LineFault(0, Fault.NOT_CAPTIONS)])


def read(text: str, *, seconds: float | None = None) -> tuple[Cue, ...]:
    """Read WebVTT or SRT. Cues without words are left out. Raises ``CaptionsRefused``."""
    found: list[tuple[int, Cue]] = []
    wrong: list[LineFault] = []
    for line, timing, words in _blocks(text):
        times = _times(timing)
        if times is None:
            wrong.append(LineFault(line, Fault.TIME_UNREADABLE))
        elif words and len(found) <= MOST_CUES:
            found.append((line, Cue(*times, words)))
    cues = tuple(cue for _line, cue in found)
    for place, fault in faults(cues, seconds=seconds):
        wrong.append(LineFault(found[min(place, len(found) - 1)][0], fault))
    if not cues and not wrong:
        wrong.append(LineFault(0, Fault.NOT_CAPTIONS))
    if wrong:
        raise CaptionsRefused(sorted(wrong, key=lambda one: one.line))
    return cues


def reread(text: str) -> tuple[Cue, ...]:
    """Read what ``write`` wrote, cues included that have no words yet."""
    found = ((_times(timing), words) for _line, timing, words in _blocks(text))
    return tuple(Cue(*times, words) for times, words in found if times is not None)


def write(cues: Sequence[Cue]) -> str:
    """Write cues as one WebVTT file.

    >>> print(write([Cue(1.5, 3.0, "a < b")]))
    WEBVTT
    <BLANKLINE>
    00:00:01.500 --> 00:00:03.000
    a &lt; b
    <BLANKLINE>
    """
    return "\n".join(["WEBVTT", "", *_written(cues)])


def slices(
    cues: Sequence[Cue], lengths: Sequence[float], *, first_pts: int | None = None
) -> list[str]:
    """Cut captions like a film: one WebVTT for each piece of these lengths.

    A cue that runs over the end of a piece stands in both, with its whole time. ``first_pts``
    is where the film begins on the clock of its pieces, in ticks of 90 kHz.
    """
    head = ["WEBVTT"]
    if first_pts is not None:
        head.append(f"X-TIMESTAMP-MAP=MPEGTS:{first_pts},LOCAL:00:00:00.000")
    pieces, begins = [], 0.0
    for length in lengths:
        ends = begins + length
        inside = [cue for cue in cues if cue.starts < ends and cue.ends > begins]
        pieces.append("\n".join([*head, "", *_written(inside)]))
        begins = ends
    return pieces


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Each timing of a file with its line number and the words below it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        if lines[at].split(" ")[0] in _KEPT_ASIDE and _ARROW not in lines[at]:
            while at < len(lines) and lines[at].strip():
                at += 1
        elif _ARROW in lines[at]:
            begins, at = at, at + 1
            while at < len(lines) and lines[at].strip() and _ARROW not in lines[at]:
                at += 1
            words = lines[begins + 1 : at]
            is_run_on = at < len(lines) and _ARROW in lines[at]
            if is_run_on and words and words[-1].strip().isdecimal():
                words.pop()  # the number of the next one, where a blank line was forgotten
            yield begins + 1, lines[begins], _plain(words)
        else:
            at += 1


def _times(timing: str) -> tuple[float, float] | None:
    first, _arrow, second = timing.partition(_ARROW)
    second = second.strip().split(" ")[0].split("\t")[0]  # settings of place and size follow
    starts, ends = _seconds(first), _seconds(second)
    return None if starts is None or ends is None else (starts, ends)


def _seconds(written: str) -> float | None:
    match = _TIME.fullmatch(written.strip())
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        return None
    whole = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return (whole * 1000 + int(match[4].ljust(3, "0"))) / 1000


def _plain(lines: Sequence[str]) -> str:
    bare = (unescape(_MARKUP.sub("", line)).strip() for line in lines)
    return "\n".join(line for line in bare if line)


def _written(cues: Sequence[Cue]) -> Iterator[str]:
    for cue in cues:
        yield f"{_stamp(cue.starts)} {_ARROW} {_stamp(cue.ends)}"
        for line in cue.text.split("\n"):
            if line.strip():  # a blank line would end the cue
                yield line.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield ""


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
