"""Compares rules for giving out seats on one and the same season of applications.

What a reserve, a limit, a waitlist or a substitute is worth, and to whom, is told before a term
publishes its rules, on last term's wishes or on invented ones. Plain Python; the draw in it is
the engine of the public draw itself, not a model of it.
"""

from enrolment.domain.simulation.afterwards import LETS_GO, move_lines, offer_elsewhere
from enrolment.domain.simulation.invented import Crowd, Taught, invent
from enrolment.domain.simulation.levers import (
    ALL_OF_IT,
    DRAW_ALONE,
    LEVERS,
    Lever,
    Row,
    Spread,
    compare,
)
from enrolment.domain.simulation.outcome import Group, Outcome, Tally, outcome_of
from enrolment.domain.simulation.rules import (
    PRESETS,
    Draw,
    DrawPerClass,
    FirstCome,
    Rule,
    SuccessNumber,
)
from enrolment.domain.simulation.season import Form, Groups, Season
from enrolment.domain.simulation.seating import Seating
from enrolment.domain.simulation.speed import typical_minutes

__all__ = [
    "ALL_OF_IT",
    "DRAW_ALONE",
    "LETS_GO",
    "LEVERS",
    "PRESETS",
    "Crowd",
    "Draw",
    "DrawPerClass",
    "FirstCome",
    "Form",
    "Group",
    "Groups",
    "Lever",
    "Outcome",
    "Row",
    "Rule",
    "Season",
    "Seating",
    "Spread",
    "SuccessNumber",
    "Tally",
    "Taught",
    "compare",
    "invent",
    "move_lines",
    "offer_elsewhere",
    "outcome_of",
    "typical_minutes",
]
