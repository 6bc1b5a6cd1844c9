"""The doors of the cloud classroom."""

from livestream.views.captions import (
    begin_captions,
    edit_captions,
    list_captions,
    publish_captions,
    remove_captions,
)
from livestream.views.feeds import (
    library_feed,
    library_podcast,
    partner_guide,
    partner_list,
    partner_live,
    partner_play,
    partner_titles,
    podcast_sound,
    series_feed,
    series_podcast,
)
from livestream.views.films import (
    list_films,
    publish_film,
    remove_film,
    take_film_back,
    try_film_again,
)
from livestream.views.library import show_library
from livestream.views.lesson_texts import edit_chapters, edit_notes
from livestream.views.reading import captions_file, read_transcript
from livestream.views.sending import announce_film, give_up_film, send_film, use_cut_film
from livestream.views.series import (
    list_series,
    print_lecture,
    print_year,
    show_series,
    subscribe,
    subscribe_me,
)
from livestream.views.series_desk import staff_list_series, staff_plan_year
from livestream.views.television import (
    end_television,
    list_televisions,
    tv_captions,
    tv_end,
    tv_grant,
    tv_home,
    tv_mine,
    tv_pair,
    tv_pair_state,
    tv_shelves,
    tv_titles,
    tv_watch,
)
from livestream.views.upload import upload_film
from livestream.views.watching import grant, list_replays, watch

__all__ = [
    "announce_film",
    "begin_captions",
    "captions_file",
    "edit_captions",
    "edit_chapters",
    "edit_notes",
    "end_television",
    "give_up_film",
    "grant",
    "library_feed",
    "library_podcast",
    "list_captions",
    "list_films",
    "list_replays",
    "list_series",
    "list_televisions",
    "partner_guide",
    "partner_list",
    "partner_live",
    "partner_play",
    "partner_titles",
    "podcast_sound",
    "print_lecture",
    "print_year",
    "publish_captions",
    "publish_film",
    "read_transcript",
    "remove_captions",
    "remove_film",
    "send_film",
    "series_feed",
    "series_podcast",
    "show_library",
    "show_series",
    "staff_list_series",
    "staff_plan_year",
    "subscribe",
    "subscribe_me",
    "take_film_back",
    "try_film_again",
    "tv_captions",
    "tv_end",
    "tv_grant",
    "tv_home",
    "tv_mine",
    "tv_pair",
    "tv_pair_state",
    "tv_shelves",
    "tv_titles",
    "tv_watch",
    "upload_film",
    "use_cut_film",
    "watch",
]
