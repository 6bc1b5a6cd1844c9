"""The table: lessons and lectures that go out live, and the servers that take their picture in."""

from config.access.audiences import EVERYBODY, Answer, Audience, staff
from config.access.ways import TEACHERS, WATCHERS, R, Way

BROADCAST = {"broadcast_id": "broadcast"}

TEACHES_LIVE = staff(*TEACHERS, R.EDITOR, R.BRANCH_HEAD, R.OTHER_HEAD, R.REGISTRAR)
OWN_LIVE = TEACHES_LIVE.but(other_teacher=Answer.UNKNOWN, other_head=Answer.UNKNOWN)
LIVE_ACT = staff(R.TEACHER, R.EDITOR, R.BRANCH_HEAD, R.REGISTRAR, answer=Answer.DONE).but(
    other_teacher=Answer.UNKNOWN, other_head=Answer.UNKNOWN
)
SERVERS_ONLY = Audience(Answer.REFUSED)

LIVE_ROWS: dict[str, Way] = {
    "livestream:try-live": Way("try sound and picture", EVERYBODY),
    "livestream:live-lesson": Way("a live lesson", WATCHERS, {"lesson_id": "live_lesson"}),
    "livestream:live-lecture": Way("a live lecture", EVERYBODY, {"lecture_id": "live_lecture"}),
    "livestream:enter-live": Way("the classroom of a live lesson", WATCHERS, BROADCAST),
    "livestream:grant-live": Way("right to what is live", WATCHERS, BROADCAST, posts=True),
    "livestream:list-live": Way("teach live: what can go out", TEACHES_LIVE),
    "livestream:plan-live": Way(
        "teach live: let a lesson go out",
        staff(
            *(*TEACHERS, R.EDITOR, R.BRANCH_HEAD, R.OTHER_HEAD, R.REGISTRAR), answer=Answer.WRONG
        ),
        posts=True,
    ),
    "livestream:teach-live": Way("teach live: one lesson", OWN_LIVE, BROADCAST),
    "livestream:live-state": Way("teach live: how it stands", OWN_LIVE, BROADCAST),
    "livestream:end-live": Way("teach live: end the lesson", LIVE_ACT, BROADCAST, posts=True),
    "livestream:keep-dial-in": Way(
        "teach live: the number to listen by", LIVE_ACT, BROADCAST, posts=True
    ),
    "livestream:hook-publish": Way("a camera wants in", SERVERS_ONLY, posts=True),
    "livestream:hook-heard": Way("a camera goes on", SERVERS_ONLY, posts=True),
    "livestream:hook-done": Way("a camera has left", SERVERS_ONLY, posts=True),
    "livestream:hook-record": Way("a master copy is whole", SERVERS_ONLY, posts=True),
}
