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
from livestream.services.series import keep_lecture, keep_series, plan_year
from livestream.services.subscriptions import (
    NoPhone,
    end_by_reply,
    subscribe_learner,
    subscribe_phone,
    tell_subscribers,
    unsubscribe_learner,
    unsubscribe_phone,
)
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
    "NoPhone",
    "NothingToPublish",
    "PressReused",
    "Right",
    "UploadRefused",
    "WatchRefused",
    "drop_film",
    "drop_original",
    "end_by_reply",
    "end_rights",
    "ensure_room_for",
    "grant",
    "keep_lecture",
    "keep_place",
    "keep_series",
    "may_watch",
    "plan_year",
    "publish",
    "receive_upload",
    "remove",
    "subscribe_learner",
    "subscribe_phone",
    "take_back",
    "tell_subscribers",
    "try_again",
    "unsubscribe_learner",
    "unsubscribe_phone",
]
