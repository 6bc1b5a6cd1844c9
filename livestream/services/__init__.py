"""Every write of the cloud classroom."""

from livestream.services.films import (
    NothingToPublish,
    UploadRefused,
    ensure_room_for,
    publish,
    receive_upload,
    remove,
    take_back,
    try_again,
)
from livestream.services.watching import Right, WatchRefused, grant, keep_place, may_watch

__all__ = [
    "NothingToPublish",
    "Right",
    "UploadRefused",
    "WatchRefused",
    "ensure_room_for",
    "grant",
    "keep_place",
    "may_watch",
    "publish",
    "receive_upload",
    "remove",
    "take_back",
    "try_again",
]
