"""The table: courses followed from home, printed packs, and viewing points."""

from config.access.audiences import EVERYBODY, Answer, learners, staff
from config.access.ways import (
    AT_COUNTERS,
    AT_OFFICES,
    LEARNER,
    LESSON,
    ON_THE_PHONE,
    R,
    Way,
    of_unit,
)

OF_LEARNER = of_unit(*ON_THE_PHONE)
COURSE_AND_TERM = {"slug": "course", "code": "term_code"}
CLOUD_SEAT = {"seat_id": "cloud_seat"}

PACK = {"pack_id": "pack"}
VIEWING = {"viewing_id": "viewing"}
IN_ROOMS = (R.FACILITATOR, *AT_COUNTERS)
IN_ROOM = of_unit(*IN_ROOMS)
SAID_IN_ROOM = of_unit(*IN_ROOMS, answer=Answer.DONE)
PLANNERS = staff(*AT_COUNTERS, R.OTHER_HEAD)

CLOUD_ROWS: dict[str, Way] = {
    "enrolment:follow-online": Way("follow a course from home", learners(), COURSE_AND_TERM),
    "enrolment:stop-following": Way("stop following from home", learners(own=True), CLOUD_SEAT),
    "enrolment:ask-for-pack": Way("materials on paper", learners(own=True), CLOUD_SEAT),
    "enrolment:take-pack-back": Way(
        "no pack any more", learners(Answer.DONE, own=True), {"pack_id": "pack"}, posts=True
    ),
    "enrolment:choose-course": Way("desk: a course for a learner", OF_LEARNER, LEARNER),
    "enrolment:follow-for": Way(
        "desk: follow from home, for a learner", OF_LEARNER, {**LEARNER, **COURSE_AND_TERM}
    ),
    "enrolment:stop-for": Way("desk: follow from home no more", OF_LEARNER, CLOUD_SEAT),
    "enrolment:pack-for": Way("desk: a printed pack for a learner", OF_LEARNER, CLOUD_SEAT),
    "enrolment:count-followers": Way("desk: how many follow from home", AT_OFFICES),
    "enrolment:staff-list-packs": Way("desk: printed packs", AT_OFFICES),
    "enrolment:note-pack": Way(
        "desk: a pack is printed or handed over",
        of_unit(*ON_THE_PHONE, answer=Answer.WRONG),
        {"pack_id": "pack"},
        posts=True,
    ),
    "livestream:print-pack": Way("desk: print a pack", OF_LEARNER, PACK),
    # Viewing points
    "livestream:list-viewings": Way("today at the viewing point", staff(*IN_ROOMS, R.OTHER_HEAD)),
    "livestream:show-viewing": Way("an afternoon at a viewing point", IN_ROOM, VIEWING),
    "livestream:begin-viewing": Way(
        "begin to show it",
        of_unit(*IN_ROOMS, answer=Answer.DONE),
        {"viewing_id": "viewing_to_begin"},
        posts=True,
    ),
    "livestream:count-heads": Way("a head-count", SAID_IN_ROOM, VIEWING, posts=True),
    "livestream:end-viewing": Way(
        "end an afternoon",
        of_unit(*IN_ROOMS, answer=Answer.DONE),
        {"viewing_id": "viewing_to_end"},
        posts=True,
    ),
    "livestream:grant-to-room": Way(
        "right to watch, for a room",
        of_unit(*IN_ROOMS, answer=Answer.REFUSED),
        {"viewing_id": "viewing_over"},
        posts=True,
    ),
    "livestream:note-names": Way("who of the class is here", IN_ROOM, VIEWING),
    "livestream:staff-list-viewings": Way("desk: viewing points", PLANNERS),
    "livestream:choose-what-to-show": Way("desk: what to show", PLANNERS),
    "livestream:plan-lecture": Way("desk: show a lecture", PLANNERS, {"lecture_id": "lecture"}),
    "livestream:plan-lesson": Way("desk: show a lesson", PLANNERS, LESSON),
    "livestream:change-viewing": Way(
        "desk: change an afternoon", of_unit(*AT_COUNTERS), {"viewing_id": "viewing_to_come"}
    ),
    "livestream:call-viewing-off": Way(
        "desk: call an afternoon off",
        of_unit(*AT_COUNTERS, answer=Answer.DONE),
        {"viewing_id": "viewing_to_come"},
        posts=True,
    ),
    "livestream:report-viewings": Way("desk: how many people came", PLANNERS),
    "livestream:download-viewings": Way("desk: the same as a table", PLANNERS),
    "livestream:show-programme": Way("what a place shows", EVERYBODY, {"slug": "campus"}),
}
