"""Whether a film may be turned into a replay, judged before anything is decoded.

A 2 KB file may claim 48 hours, a playlist may call itself ``.mp4``, half an
upload opens and states the whole duration: each is caught here by figures that
cost almost nothing to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from livestream.domain.ladder import SMALLEST_SIDE, Picture
from livestream.domain.live import LARGEST_MASTER, MASTER_SECONDS

GIB = 1024**3
LARGEST_FILE = 4 * GIB
LONGEST_SECONDS = 6 * 3600
SHORTEST_SECONDS = 1.0
WIDEST, HIGHEST = 4096, 2304
FASTEST_FPS = 120.0
MOST_STREAMS = 8
LEAST_BYTES_PER_MINUTE = 10 * 1024
CUT_TOLERANCE_SECONDS = 1.0

FORMATS = (
    "mov,mp4,matroska,webm,mpegts,flv,avi,asf,mpeg,mpegvideo,wav,mp3,ogg,aac"  # by ffmpeg's names
)
"""What may be opened. Everything that can name another file (playlists, scripts) is left out."""


class Problem(StrEnum):
    """Why a film cannot become a replay. Stored with the recording, so never renamed."""

    EMPTY = "empty"
    NOT_A_FILM = "not_a_film"
    NO_PICTURE_NO_SOUND = "no_picture_no_sound"
    CUT_OFF = "cut_off"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    PICTURE_TOO_LARGE = "picture_too_large"
    PICTURE_TOO_SMALL = "picture_too_small"
    TOO_FAST = "too_fast"
    TOO_MANY_STREAMS = "too_many_streams"
    TOO_THIN = "too_thin"
    DAMAGED = "damaged"
    TOOK_TOO_LONG = "took_too_long"
    NO_ROOM = "no_room"
    OUR_FAULT = "our_fault"


class Lack(StrEnum):
    """Where the room for a film ends."""

    DISK = "disk"
    OWN_SHARE = "own share"
    UNIT_SHARE = "unit share"


class FilmRefused(Exception):
    """The film breaks a rule. ``seconds`` is the place of the cut, where there is one."""

    def __init__(self, problem: Problem, seconds: float | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.seconds = seconds


@dataclass(frozen=True)
class Film:
    """What a look into the file says, with nothing decoded.

    ``reaches`` is how far the samples that are really there go. It falls short
    of ``duration`` in a file that was cut off.
    """

    size: int
    duration: float
    reaches: float
    streams: int
    picture: Picture | None
    has_sound: bool
    video_codec: str = ""
    audio_codec: str = ""
    has_cover: bool = False

    @property
    def is_cut(self) -> bool:
        return self.reaches < self.duration - CUT_TOLERANCE_SECONDS


@dataclass(frozen=True)
class Most:
    """How large and how long a film may be."""

    size: int = LARGEST_FILE
    seconds: float = LONGEST_SECONDS


OF_A_FILM = Most()
"""One that somebody sends."""

OF_A_LIVE_LESSON = Most(LARGEST_MASTER, MASTER_SECONDS)
"""The master copy of what went out."""


def ensure_size(size: int, most: Most = OF_A_FILM) -> None:
    """Refuse by size alone: asked before the first byte is read, and again when all are there."""
    if size <= 0:
        raise FilmRefused(Problem.EMPTY)
    if size > most.size:
        raise FilmRefused(Problem.TOO_LARGE)


def ensure_usable(film: Film, *, take_what_is_there: bool = False, most: Most = OF_A_FILM) -> None:
    """Let the film pass, or raise ``FilmRefused`` with the first rule it breaks.

    ``take_what_is_there``: the teacher knows that the end is missing and wants
    the part before the cut. A broken recording is often the only one there is.
    """
    ensure_size(film.size, most)
    if film.streams > MOST_STREAMS:
        raise FilmRefused(Problem.TOO_MANY_STREAMS)
    if film.picture is None and not film.has_sound:
        raise FilmRefused(Problem.NO_PICTURE_NO_SOUND)
    if film.duration > most.seconds:
        raise FilmRefused(Problem.TOO_LONG)
    if film.picture is not None:
        _ensure_picture(film.picture)
    if film.is_cut and not take_what_is_there:
        raise FilmRefused(Problem.CUT_OFF, film.reaches)
    if film.reaches < SHORTEST_SECONDS:
        raise FilmRefused(Problem.TOO_SHORT)
    if not film.is_cut and film.size < film.duration / 60 * LEAST_BYTES_PER_MINUTE:
        raise FilmRefused(Problem.TOO_THIN)


def _ensure_picture(picture: Picture) -> None:
    long_side = max(picture.width, picture.height)
    if long_side > WIDEST or picture.short_side > HIGHEST:
        raise FilmRefused(Problem.PICTURE_TOO_LARGE)
    if picture.short_side < SMALLEST_SIDE * 2:
        raise FilmRefused(Problem.PICTURE_TOO_SMALL)
    if picture.fps > FASTEST_FPS:
        raise FilmRefused(Problem.TOO_FAST)


def space_needed(size: int) -> int:
    """Bytes to have free before a film is taken: source, ladder and scratch side by side."""
    return size * 5 // 2
