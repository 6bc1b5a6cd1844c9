"""Recordings and replays, who may watch them, live lessons, and their posters."""

from livestream.models.captions import Captions, Chapter, LessonNotes
from livestream.models.live import Broadcast, Take
from livestream.models.pages import ReplayPage, SeriesPage
from livestream.models.partners import FeedPartner
from livestream.models.recordings import (
    Generation,
    Recording,
    Storyboard,
    Upload,
    Variant,
    WorkUnit,
)
from livestream.models.series import Lecture, Series
from livestream.models.subscriptions import SeriesSubscription
from livestream.models.televisions import Television
from livestream.models.watching import WatchGrant, WatchRange, WatchState

__all__ = [
    "Broadcast",
    "Captions",
    "Chapter",
    "FeedPartner",
    "Generation",
    "Lecture",
    "LessonNotes",
    "Recording",
    "ReplayPage",
    "Series",
    "SeriesPage",
    "SeriesSubscription",
    "Storyboard",
    "Take",
    "Television",
    "Upload",
    "Variant",
    "WatchGrant",
    "WatchRange",
    "WatchState",
    "WorkUnit",
]
