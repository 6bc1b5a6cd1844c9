"""The doors of the cloud classroom."""

from livestream.views.films import (
    list_films,
    publish_film,
    remove_film,
    take_film_back,
    try_film_again,
)
from livestream.views.sending import announce_film, give_up_film, send_film, use_cut_film
from livestream.views.upload import upload_film
from livestream.views.watching import grant, keep_place, list_replays, watch

__all__ = [
    "announce_film",
    "give_up_film",
    "grant",
    "keep_place",
    "list_films",
    "list_replays",
    "publish_film",
    "remove_film",
    "send_film",
    "take_film_back",
    "try_film_again",
    "upload_film",
    "use_cut_film",
    "watch",
]
