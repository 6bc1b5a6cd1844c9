"""The table: the draw, before everybody's eyes and on the registrar's desk."""

from config.access.audiences import EVERYBODY, Answer, Role, learners, staff
from config.access.ways import LEARNER, OF_TERMS, ON_THE_PHONE, Way, of_unit

DRAWN = {"code": "public_draw"}
DRAW_DAY = {"term_id": "draw_day"}
ACT = {**DRAW_DAY, "act": "draw_act"}

DRAW_ROWS: dict[str, Way] = {
    "enrolment:list-draws": Way("draws of the terms", EVERYBODY),
    "enrolment:show-draw": Way("one draw", EVERYBODY, DRAWN),
    "enrolment:draw-classes": Way("last numbers by class", EVERYBODY, DRAWN),
    "enrolment:download-list-file": Way(
        "a file of a closed list", EVERYBODY, {**DRAWN, "version": "version", "name": "roster_csv"}
    ),
    "enrolment:download-draw-file": Way(
        "a file of a draw", EVERYBODY, {**DRAWN, "name": "result_csv"}
    ),
    "enrolment:download-draw": Way("all files of a draw", EVERYBODY, DRAWN),
    "enrolment:download-checker": Way("a checker of draws", EVERYBODY, {"name": "checker"}),
    "enrolment:object-to-list": Way("object to the list", learners(), DRAWN),
    "enrolment:object-for": Way(
        "desk: object for a learner", of_unit(*ON_THE_PHONE), {**DRAW_DAY, **LEARNER}
    ),
    "enrolment:staff-draw-day": Way("desk: day of the draw", OF_TERMS, DRAW_DAY),
    "enrolment:staff-draw-act": Way("desk: a step of the draw", OF_TERMS, ACT),
    "enrolment:staff-rehearse": Way("desk: rehearse a draw", OF_TERMS, DRAW_DAY),
    "enrolment:staff-draw-sheets": Way("desk: sheets of a draw", OF_TERMS, DRAW_DAY),
    "enrolment:staff-name-sources": Way("desk: sources of chance", OF_TERMS, DRAW_DAY),
    "enrolment:staff-read-source": Way(
        "desk: what a source gave", OF_TERMS, {"source_id": "draw_source"}
    ),
    "enrolment:staff-name-witness": Way("desk: a witness", OF_TERMS, DRAW_DAY),
    "enrolment:staff-sign": Way(
        "desk: a witness signs",
        staff(Role.REGISTRAR, answer=Answer.DONE),
        {"witness_id": "draw_witness"},
        posts=True,
    ),
    "enrolment:staff-amend": Way("desk: amend a final list", OF_TERMS, DRAW_DAY),
    "enrolment:staff-countersign": Way(
        "desk: sign an amendment",
        staff(Role.REGISTRAR, answer=Answer.UNKNOWN),
        {"token": "no_amendment"},
    ),
    "enrolment:staff-countersign-value": Way(
        "desk: sign what stands in for a source",
        staff(Role.REGISTRAR, answer=Answer.UNKNOWN),
        {"token": "no_amendment"},
    ),
    "enrolment:staff-list-objections": Way("desk: objections", OF_TERMS, DRAW_DAY),
    "enrolment:staff-decide-objection": Way(
        "desk: answer an objection", OF_TERMS, {"objection_id": "objection"}
    ),
}
