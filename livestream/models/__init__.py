"""Recordings and replays, who may watch them, and their posters."""

from livestream.models.pages import ReplayPage, SeriesPage
from livestream.models.recordings import Recording, Upload, Variant
from livestream.models.watching import WatchGrant, WatchState

__all__ = [
    "Recording",
    "ReplayPage",
    "SeriesPage",
    "Upload",
    "Variant",
    "WatchGrant",
    "WatchState",
]
