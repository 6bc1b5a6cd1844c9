"""When a picture may come in, whose it is, and what it means when it stops."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OPENS_BEFORE = timedelta(minutes=30)
"""So long before its hour a classroom opens. What is sent earlier is a trial."""

OPEN_AFTER = timedelta(hours=3)
"""So long after its end a lesson may still be going on."""

RETURN_WITHIN = timedelta(seconds=120)
"""A camera that comes back within this goes on with the same lesson."""

TRIAL_RETURNS_WITHIN = timedelta(seconds=20)
"""A trial is deleted soon after its picture stops."""

SILENT_AFTER = timedelta(seconds=15)
"""A camera not heard of for so long is gone, whatever the server that receives it says."""

PHONE_AFTER = timedelta(seconds=20)
"""After this much waiting people are told the number to call."""

LONGEST = timedelta(hours=6)
"""What goes on longer was forgotten; it is ended, as a film of this length would be refused."""

MASTERS_WITHIN = timedelta(seconds=60)
"""So long after its end a lesson waits for the master copies of its takes."""

GIB = 1024**3
LARGEST_MASTER = 16 * GIB
"""The longest lesson at six million bits a second. Far above what is wanted of a teacher, and
far above what a film that somebody sends may have."""

MASTER_SECONDS = LONGEST.total_seconds() + 600
"""A camera sends on for a moment after the end."""

MAY_BE_SHORTER_SECONDS, MAY_BE_SHORTER_SHARE = 2.0, 0.01

KEY_BYTES = 20
LESSON_SECONDS, LECTURE_SECONDS = 2, 5
"""Length of a piece: short where people speak with each other, longer where thousands watch."""

MOST_BEHIND = 4
"""So many pieces a picture may be behind the lesson at most."""


class Refusal(StrEnum):
    """Why a picture is not taken in. Each has its sentence in ``wording``."""

    UNKNOWN_KEY = "unknown_key"
    TAKEN = "taken"
    OVER = "over"
    TOO_LATE = "too_late"
    CALLED_OFF = "called_off"


class PublishRefused(Exception):
    """The picture is not taken in."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Arrival:
    """What is known when a camera knocks with the key of a broadcast."""

    begins: datetime
    ends: datetime
    is_called_off: bool
    is_over: bool
    has_begun: bool
    somebody_sends: bool


def is_a_trial(arrival: Arrival, *, at: datetime) -> bool:
    """Say whether this picture is a trial; False: it goes out. Raises ``PublishRefused``."""
    if arrival.is_called_off:
        raise PublishRefused(Refusal.CALLED_OFF)
    if arrival.is_over:
        raise PublishRefused(Refusal.OVER)
    if arrival.somebody_sends:
        raise PublishRefused(Refusal.TAKEN)
    if arrival.has_begun:
        return False
    if at > arrival.ends + OPEN_AFTER:
        raise PublishRefused(Refusal.TOO_LATE)
    return at < arrival.begins - OPENS_BEFORE


def is_open(begins: datetime, ends: datetime, *, at: datetime) -> bool:
    """Whether the classroom may be entered."""
    return begins - OPENS_BEFORE <= at <= ends + OPEN_AFTER


def is_a_fragment(film: float, of: float) -> bool:
    """Whether a film of so many seconds is clearly less than what people have seen already.

    >>> is_a_fragment(5380.0, of=5400.0), is_a_fragment(18.0, of=30.0)
    (False, True)
    """
    return film < of - MAY_BE_SHORTER_SECONDS - of * MAY_BE_SHORTER_SHARE


def new_key() -> str:
    """A key for one broadcast: 160 bit in letters and digits that are not mistaken for others."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode().lower()


def hash_of(key: str) -> str:
    """What is kept of a key. It is chance itself, so one round suffices.

    >>> hash_of("abc") == hash_of(" ABC ")
    True
    """
    return hashlib.sha256(key.strip().lower().encode()).hexdigest()
