"""Every sentence of the cloud classroom."""

from livestream.wording.films import (
    choice,
    day,
    has_film,
    lecture_title,
    minutes,
    problem,
    refusal,
    state,
    title,
    trouble,
)
from livestream.wording.live import camera_refused
from livestream.wording.uploads import (
    has_arrived,
    no_room,
    not_your_lesson,
    of_upload,
    press_is_spent,
    somebody_sends,
    upload_expired,
    upload_state,
    upload_trouble,
)

__all__ = [
    "camera_refused",
    "choice",
    "day",
    "has_film",
    "has_arrived",
    "lecture_title",
    "minutes",
    "no_room",
    "not_your_lesson",
    "of_upload",
    "press_is_spent",
    "problem",
    "refusal",
    "state",
    "somebody_sends",
    "title",
    "trouble",
    "upload_expired",
    "upload_state",
    "upload_trouble",
]
