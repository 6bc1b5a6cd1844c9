"""Recordings and replays, who may watch them, live lessons, and their posters."""

from livestream.models.captions import Captions, Chapter, LessonNotes
from livestream.models.counting import KeyDrop, ViewerCount
from livestream.models.generations import Generation, Storyboard, Variant, WorkUnit
from livestream.models.live import Broadcast, Take
from livestream.models.pages import ReplayPage, SeriesPage
from livestream.models.partners import FeedPartner
from livestream.models.recordings import Recording
from livestream.models.series import Lecture, Series
from livestream.models.subscriptions import SeriesSubscription
from livestream.models.televisions import Television
from livestream.models.uploads import Upload
from livestream.models.viewings import HeadCount, RoomViewing
from livestream.models.watching import WatchGrant, WatchState

__all__ = [
    "Broadcast",
    "Captions",
    "Chapter",
    "FeedPartner",
    "Generation",
    "HeadCount",
    "KeyDrop",
    "Lecture",
    "LessonNotes",
    "Recording",
    "ReplayPage",
    "RoomViewing",
    "Series",
    "SeriesPage",
    "SeriesSubscription",
    "Storyboard",
    "Take",
    "Television",
    "Upload",
    "Variant",
    "ViewerCount",
    "WatchGrant",
    "WatchState",
    "WorkUnit",
]
