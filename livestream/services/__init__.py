"""Every write of the cloud classroom."""

from livestream.services.films import (
    NothingToPublish,
    PressReused,
    UploadRefused,
    ensure_room_for,
    publish,
    receive_upload,
    remove,
    take_back,
    try_again,
)
from livestream.services.keeping import KEPT, drop_film, drop_original
from livestream.services.watching import (
    Right,
    WatchRefused,
    end_rights,
    grant,
    keep_place,
    may_watch,
)

__all__ = [
    "KEPT",
    "NothingToPublish",
    "PressReused",
    "Right",
    "UploadRefused",
    "WatchRefused",
    "drop_film",
    "drop_original",
    "end_rights",
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
