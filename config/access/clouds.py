"""The table: courses followed from home, printed packs, and viewing points."""

from config.access.audiences import Answer, learners
from config.access.ways import AT_OFFICES, LEARNER, ON_THE_PHONE, Way, of_unit

OF_LEARNER = of_unit(*ON_THE_PHONE)
COURSE_AND_TERM = {"slug": "course", "code": "term_code"}
CLOUD_SEAT = {"seat_id": "cloud_seat"}

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
}
