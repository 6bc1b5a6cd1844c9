"""Every sentence said about seats: what happened, then what to do next."""

from enrolment.wording.desk import (
    call_recorded,
    calls_made,
    calls_owed,
    done_for_learner,
    one_call,
    refused_for,
    too_many_found,
    why_to_call,
)
from enrolment.wording.learners import (
    comes_back,
    health_declared,
    line_length,
    refund_rule,
    reminder_set,
    seat_came_meanwhile,
    seat_went_meanwhile,
)
from enrolment.wording.moments import (
    moment,
)
from enrolment.wording.rooms import (
    about,
    about_words,
    brought,
    come_in,
    not_your_turn,
    openings_planned,
    plan_refused,
    room_closed,
    room_steered,
)
from enrolment.wording.rules import (
    advice,
    before_the_tap,
    papers,
    papers_recorded,
    placed,
    situation,
)
from enrolment.wording.staff import (
    class_called_off,
    confirmed_at_counter,
    counter_refusal,
    resized,
    seats_in_use,
)
from enrolment.wording.why_not import (
    counter_of,
    limit_reached,
    objection,
    refusal,
)

__all__ = [
    "about",
    "about_words",
    "advice",
    "before_the_tap",
    "brought",
    "call_recorded",
    "calls_made",
    "calls_owed",
    "class_called_off",
    "come_in",
    "comes_back",
    "confirmed_at_counter",
    "counter_of",
    "counter_refusal",
    "done_for_learner",
    "health_declared",
    "limit_reached",
    "line_length",
    "moment",
    "not_your_turn",
    "objection",
    "one_call",
    "openings_planned",
    "papers",
    "papers_recorded",
    "placed",
    "plan_refused",
    "refund_rule",
    "refusal",
    "refused_for",
    "reminder_set",
    "resized",
    "room_closed",
    "room_steered",
    "seat_came_meanwhile",
    "seat_went_meanwhile",
    "seats_in_use",
    "situation",
    "too_many_found",
    "why_to_call",
]
