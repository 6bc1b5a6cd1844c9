"""Every sentence said about seats: what happened, then what to do next."""

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
    "advice",
    "before_the_tap",
    "class_called_off",
    "comes_back",
    "confirmed_at_counter",
    "counter_of",
    "counter_refusal",
    "health_declared",
    "limit_reached",
    "line_length",
    "moment",
    "objection",
    "papers",
    "papers_recorded",
    "placed",
    "refund_rule",
    "refusal",
    "reminder_set",
    "resized",
    "seat_came_meanwhile",
    "seat_went_meanwhile",
    "seats_in_use",
    "situation",
]
