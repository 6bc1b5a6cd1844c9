"""Whether a film can be shown as it is, cut into pieces: then it is watchable in seconds.

Most phones and cameras write what every player plays. What they wrote is shown at once, and
replaced by all sizes when these are made.
"""

from __future__ import annotations

from dataclasses import dataclass

PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")
HIGHEST_LEVEL = 52
LONGEST_KEY_GAP = 4.0
MOST_BITS_A_SECOND = 8_000_000
MOST_APART = 0.2


@dataclass(frozen=True)
class Streams:
    """What the picture and the sound of a film are made of. Empty words: there is none.

    ``key_gap`` is the longest stretch without a picture to begin at; ``frame_gap`` the longest
    for which one picture stands; ``apart`` how much later the one begins than the other.
    """

    video: str = ""
    profile: str = ""
    level: int = 0
    pixels: str = ""
    rotation: int = 0
    key_gap: float = 0.0
    frame_gap: float = 0.0
    audio: str = ""
    audio_profile: str = ""
    apart: float = 0.0
    bits_a_second: float = 0.0


def may_be_copied(streams: Streams) -> bool:
    """Whether every player plays this as it is, and can change over to it at its pieces."""
    return (
        streams.video == "h264"
        and streams.profile in PROFILES
        and 0 < streams.level <= HIGHEST_LEVEL
        and streams.pixels == "yuv420p"
        and not streams.rotation
        and 0 < streams.key_gap <= LONGEST_KEY_GAP
        and (not streams.audio or (streams.audio == "aac" and streams.audio_profile == "LC"))
        and streams.apart <= MOST_APART
        and streams.bits_a_second <= MOST_BITS_A_SECOND
    )
