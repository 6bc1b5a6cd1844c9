"""The table: forms and renewals that go through the office, and rules that are tried out."""

from config.access.audiences import EVERYBODY, Answer, learners
from config.access.ways import (
    AT_OFFICES,
    ENROLMENT,
    LEARNER,
    OF_TERMS,
    ON_THE_PHONE,
    TERM,
    TRIAL,
    Way,
    of_unit,
)

OF_LEARNER = of_unit(*ON_THE_PHONE)

OFFICE_ROWS: dict[str, Way] = {
    "enrolment:form-for": Way("desk: the form of a learner", OF_LEARNER, LEARNER),
    "enrolment:form-slip-for": Way("desk: slip of a form", OF_LEARNER, LEARNER),
    "enrolment:join-form-for": Way("desk: two on one form", OF_LEARNER, LEARNER),
    "enrolment:withdraw-form-for": Way("desk: withdraw a form", OF_LEARNER, LEARNER),
    "enrolment:undo-form-for": Way("desk: take back a step of a form", OF_LEARNER, LEARNER),
    "enrolment:part-form-for": Way("desk: two stand for themselves", OF_LEARNER, LEARNER),
    "enrolment:key-in-papers": Way("desk: key in paper forms", AT_OFFICES),
    "enrolment:print-paper-form": Way("desk: an empty form on paper", AT_OFFICES),
    "enrolment:staff-try-rules": Way("desk: try rules out", OF_TERMS, TERM),
    "enrolment:staff-show-trial": Way("desk: what rules would have come to", OF_TERMS, TRIAL),
    "enrolment:renew-for": Way("desk: go on next term, for a learner", OF_LEARNER, LEARNER),
    "enrolment:show-renewals": Way("go on next term", learners()),
    "enrolment:renew": Way("renew a class", learners(Answer.UNKNOWN), ENROLMENT, posts=True),
    "enrolment:take-back-renewal": Way(
        "renew a class no longer", learners(Answer.UNKNOWN), ENROLMENT, posts=True
    ),
    "enrolment:show-lot": Way("the lot of renewals", EVERYBODY, {"code": "term_code"}),
}
