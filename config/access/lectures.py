"""Lectures, the library, televisions and feeds: who may knock."""

from config.access.audiences import (
    EVERYBODY,
    SIGNED_IN,
    Answer,
    Audience,
    learners,
    staff,
)
from config.access.ways import RECORDING, R, Way

SERIES = {"slug": "series"}
DONE_FOR_ALL = Audience(Answer.DONE)
PLANNERS = (R.EDITOR, R.REGISTRAR, R.BRANCH_HEAD)
# A partner's token opens these, and to everybody else they are not there.
PARTNERS = Audience(Answer.UNKNOWN)
TOKEN = {"token": "no_token"}
# A set knows nobody unless it was paired: the examples are of one that was not.
SETS = EVERYBODY

LECTURE_ROWS: dict[str, Way] = {
    "livestream:library": Way("library of replays", EVERYBODY),
    "livestream:library-feed": Way("library: news (RSS)", EVERYBODY),
    "livestream:library-podcast": Way("library: podcast", EVERYBODY),
    "livestream:podcast-sound": Way(
        "sound of a public film", Audience(Answer.UNKNOWN), {"asset": "no_press"}
    ),
    "livestream:list-series": Way("lectures", EVERYBODY),
    "livestream:show-series": Way("a series of lectures", EVERYBODY, SERIES),
    "livestream:print-year": Way(
        "plan of a year, to print", EVERYBODY, {**SERIES, "year": "year"}
    ),
    "livestream:print-lecture": Way(
        "poster of a lecture, to print", EVERYBODY, {**SERIES, "issue": "issue"}
    ),
    "livestream:subscribe": Way(
        "SMS before each lecture",
        Audience(Answer.DONE, {R.VISITOR: Answer.SHOWN}),
        SERIES,
    ),
    "livestream:subscribe-me": Way("SMS before each lecture, signed in", learners(), SERIES),
    "livestream:series-feed": Way("series: news (RSS)", EVERYBODY, SERIES),
    "livestream:series-podcast": Way("series: podcast", EVERYBODY, SERIES),
    "livestream:staff-list-series": Way(
        "desk: year plans of lectures", staff(*PLANNERS, R.OTHER_HEAD)
    ),
    "livestream:staff-plan-year": Way(
        "desk: plan of a year",
        staff(*PLANNERS).but(other_head=Answer.UNKNOWN),
        {"series_id": "series_id", "year": "year"},
    ),
    "livestream:tv-home": Way("television: first page", SETS),
    "livestream:tv-titles": Way("television: films", SETS),
    "livestream:tv-shelves": Way("television: by letter and the like", SETS, {"name": "shelf"}),
    "livestream:tv-mine": Way("television: my lessons", DONE_FOR_ALL),
    "livestream:tv-pair": Way("television: the code", SETS),
    "livestream:tv-pair-state": Way("television: is the code typed in", SETS),
    "livestream:tv-end": Way("television: forget me", DONE_FOR_ALL, posts=True),
    "livestream:tv-watch": Way("television: a replay", Audience(Answer.REFUSED), RECORDING),
    "livestream:tv-grant": Way(
        "television: right to watch", Audience(Answer.REFUSED), RECORDING, posts=True
    ),
    "livestream:tv-captions": Way(
        "television: captions", Audience(Answer.UNKNOWN), {**RECORDING, "language": "language"}
    ),
    "livestream:list-televisions": Way("my televisions", SIGNED_IN),
    "livestream:end-television": Way(
        "end one of my televisions",
        Audience(Answer.UNKNOWN, {R.VISITOR: Answer.SIGN_IN}),
        {"television_id": "nothing"},
        posts=True,
    ),
    "livestream:partner-list": Way("partner: list for television", PARTNERS, TOKEN),
    "livestream:partner-guide": Way("partner: guide", PARTNERS, TOKEN),
    "livestream:partner-titles": Way("partner: all films", PARTNERS, TOKEN),
    "livestream:partner-play": Way("partner: a film", PARTNERS, {**TOKEN, **RECORDING}),
    "livestream:partner-live": Way("partner: live now", PARTNERS, {**TOKEN, **SERIES}),
}
