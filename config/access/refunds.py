"""The table: money that goes back."""

from config.access.audiences import Answer, learners, staff
from config.access.ways import AT_COUNTERS, ENROLMENT, LEARNER, R, Way

PAYS_OUT = (*AT_COUNTERS, R.FINANCE)
DECIDES = (R.FINANCE, R.BRANCH_HEAD, R.REGISTRAR)
OF_OFFICE = staff(*PAYS_OUT).but(other_head=Answer.UNKNOWN)
REFUND = {"refund_id": "refund"}

REFUND_ROWS: dict[str, Way] = {
    "enrolment:list-refunds": Way("my refunds", learners()),
    "enrolment:ask-special": Way("a refund for a special reason", learners(own=True), ENROLMENT),
    "enrolment:choose-refund": Way(
        "money or another class", learners(own=True), {"refund_id": "refund_to_choose"}
    ),
    "enrolment:take-another": Way(
        "take another class for the money",
        learners(Answer.UNKNOWN),
        {"refund_id": "refund_to_choose", "section_id": "nothing"},
        posts=True,
    ),
    "enrolment:desk-refunds": Way("desk: refunds", staff(*PAYS_OUT, R.OTHER_HEAD)),
    "enrolment:desk-refund": Way("desk: one refund", OF_OFFICE, REFUND),
    "enrolment:refund-paper": Way(
        "desk: a paper for a refund",
        staff(*DECIDES).but(other_head=Answer.UNKNOWN),
        {"paper_id": "refund_paper"},
    ),
    "enrolment:refund-receipt": Way("desk: receipt of a refund", OF_OFFICE, REFUND),
    "enrolment:refunds-for": Way("desk: refunds of a learner", OF_OFFICE, LEARNER),
    "enrolment:ask-refund-for": Way("desk: a special reason of a learner", OF_OFFICE, ENROLMENT),
    "enrolment:offer-back": Way(
        "desk: give an amount back", staff(*DECIDES).but(other_head=Answer.UNKNOWN), ENROLMENT
    ),
}
