"""Every sentence of the cloud classroom."""

from livestream.wording.captions import (
    captions_state,
    in_file,
    in_list,
    moment,
    no_words_yet,
    of_cue,
)
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
    "captions_state",
    "choice",
    "day",
    "has_arrived",
    "has_film",
    "in_file",
    "in_list",
    "lecture_title",
    "minutes",
    "moment",
    "no_room",
    "no_words_yet",
    "not_your_lesson",
    "of_cue",
    "of_upload",
    "press_is_spent",
    "problem",
    "refusal",
    "somebody_sends",
    "state",
    "title",
    "trouble",
    "upload_expired",
    "upload_state",
    "upload_trouble",
]
