"""The table: what people are told of a draw."""

from config.access.audiences import Answer, learners, staff
from config.access.ways import LEARNER, ON_THE_PHONE, R, Way, of_unit

DRAWN = {"code": "drawn_term"}

RESULT_ROWS: dict[str, Way] = {
    # Open between the closed list and the draw; at other times they lead back to the form.
    "enrolment:step-out": Way("step out of the draw", learners(Answer.DONE)),
    "enrolment:step-out-for": Way(
        "desk: step out of the draw",
        of_unit(*ON_THE_PHONE, answer=Answer.DONE),
        {**LEARNER, **DRAWN},
    ),
    "enrolment:show-result": Way("my result of the draw", learners(own=True), DRAWN),
    "enrolment:results-to-tell": Way("desk: results to tell", staff(*ON_THE_PHONE, R.OTHER_HEAD)),
    "enrolment:result-for": Way(
        "desk: a result of the draw", of_unit(*ON_THE_PHONE), {**LEARNER, **DRAWN}
    ),
}
