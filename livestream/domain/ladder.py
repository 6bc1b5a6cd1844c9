"""Which sizes of a film to make.

A learner's line decides which one is played, so every film gets at least two
picture sizes and the sound by itself; nothing is ever made larger than the
teacher filmed it, which would cost bytes and show nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

STEPS = (1080, 720, 360, 240)
"""The short sides we make. The smallest plays, with its sound, on a line of 400 kbit/s."""

KBPS_BY_PIXELS = ((426 * 240, 260), (640 * 360, 700), (1280 * 720, 2500), (1920 * 1080, 4500))
AUDIO_KBPS = 96

FRAME_RATES = (5.0, 10.0, 15.0, 24.0, 25.0, 30.0)
SLIDES_FPS = 10.0
"""Enough for slides: bit rates save nothing on still pictures, frames do (half the work)."""

OWN_SIZE_FROM = 1.25
"""A film this much larger than the step below it also gets a variant of its own size."""

SMALLEST_SIDE = 32


@dataclass(frozen=True)
class Picture:
    """The picture of the film as a person sees it: turned upright, pixels square."""

    width: int
    height: int
    fps: float
    is_still: bool = False

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)


@dataclass(frozen=True)
class Rung:
    """One picture size to make."""

    name: str
    width: int
    height: int
    fps: float
    kbps: int


def choose_variants(picture: Picture) -> tuple[Rung, ...]:
    """Give the picture sizes to make, the largest first; never fewer than two.

    Phones are often held upright, so the step is the short side, whichever it is.

    >>> [rung.name for rung in choose_variants(Picture(1920, 1080, 29.97))]
    ['v1080', 'v720', 'v360', 'v240']
    >>> [(rung.width, rung.height) for rung in choose_variants(Picture(480, 854, 30))]
    [(480, 854), (360, 640), (240, 426)]
    """
    own = picture.short_side
    sides = [step for step in STEPS if step <= own]
    if not sides or (own < STEPS[0] and own >= sides[0] * OWN_SIZE_FROM):
        sides.insert(0, own)
    if len(sides) < 2:
        sides.append(max(SMALLEST_SIDE, own * 2 // 3))
    fps = frame_rate(picture)
    return tuple(_rung(picture, side, fps) for side in sides)


def frame_rate(picture: Picture) -> float:
    """The even frame rate to make: phones drift, and segments must end on a whole frame.

    >>> frame_rate(Picture(1280, 720, 29.87)), frame_rate(Picture(1280, 720, 59.94))
    (30.0, 30.0)
    >>> frame_rate(Picture(1920, 1080, 30.0, is_still=True))
    10.0
    """
    wanted = min(picture.fps, SLIDES_FPS) if picture.is_still else picture.fps
    return next((rate for rate in FRAME_RATES if rate >= wanted * 0.97), FRAME_RATES[-1])


def bit_rate(width: int, height: int) -> int:
    """Kilobits a second for a picture of this size, on a straight line between the known steps."""
    pixels = width * height
    (small_pixels, small_kbps), *_rest = KBPS_BY_PIXELS
    if pixels <= small_pixels:
        return max(60, small_kbps * pixels // small_pixels)
    for (low, low_kbps), (high, high_kbps) in pairwise(KBPS_BY_PIXELS):
        if pixels <= high:
            return low_kbps + (high_kbps - low_kbps) * (pixels - low) // (high - low)
    return KBPS_BY_PIXELS[-1][1]


def _rung(picture: Picture, side: int, fps: float) -> Rung:
    share = side / picture.short_side
    width, height = _even(picture.width * share), _even(picture.height * share)
    return Rung(name=f"v{side}", width=width, height=height, fps=fps, kbps=bit_rate(width, height))


def _even(length: float) -> int:
    """H.264 wants even sides; down, so that nothing is enlarged."""
    return max(2, int(length + 0.01) // 2 * 2)
