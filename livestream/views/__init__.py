"""The doors of the cloud classroom."""

from livestream.views.captions import (
    begin_captions,
    edit_captions,
    list_captions,
    publish_captions,
    remove_captions,
)
from livestream.views.films import (
    list_films,
    publish_film,
    remove_film,
    take_film_back,
    try_film_again,
)
from livestream.views.lesson_texts import edit_chapters, edit_notes
from livestream.views.reading import captions_file, read_transcript
from livestream.views.sending import announce_film, give_up_film, send_film, use_cut_film
from livestream.views.upload import upload_film
from livestream.views.watching import grant, list_replays, watch

__all__ = [
    "announce_film",
    "begin_captions",
    "captions_file",
    "edit_captions",
    "edit_chapters",
    "edit_notes",
    "give_up_film",
    "grant",
    "list_captions",
    "list_films",
    "list_replays",
    "publish_captions",
    "publish_film",
    "read_transcript",
    "remove_captions",
    "remove_film",
    "send_film",
    "take_film_back",
    "try_film_again",
    "upload_film",
    "use_cut_film",
    "watch",
]
