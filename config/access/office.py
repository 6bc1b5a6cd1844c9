"""The table: forms and renewals that go through the office."""

from config.access.ways import LEARNER, ON_THE_PHONE, Way, of_unit

OF_LEARNER = of_unit(*ON_THE_PHONE)

OFFICE_ROWS: dict[str, Way] = {
    "enrolment:form-for": Way("desk: the form of a learner", OF_LEARNER, LEARNER),
    "enrolment:form-slip-for": Way("desk: slip of a form", OF_LEARNER, LEARNER),
    "enrolment:join-form-for": Way("desk: two on one form", OF_LEARNER, LEARNER),
    "enrolment:withdraw-form-for": Way("desk: withdraw a form", OF_LEARNER, LEARNER),
    "enrolment:undo-form-for": Way("desk: take back a step of a form", OF_LEARNER, LEARNER),
    "enrolment:part-form-for": Way("desk: two stand for themselves", OF_LEARNER, LEARNER),
}
