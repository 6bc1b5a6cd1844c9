"""Going on into the next term without a draw: who may, and into what.

Progress inside a programme is guaranteed; a class that may be taken again and again renews up to
a share of its seats. Facts come in, answers come out: no database, no clock.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from enrolment.domain import eligibility
from enrolment.domain.eligibility import Answers, Case
from enrolment.domain.refusals import Finding, Objection, Rule

LEVELS_WITH_A_NEXT = frozenset({1, 2})


class RenewalProblem(StrEnum):
    """Why somebody cannot go on without a draw; ``enrolment/wording`` has the sentences."""

    NOT_OPEN = "not_open"
    OVER = "over"
    CAME_TOO_SELDOM = "came_too_seldom"
    PROGRAMME_OVER = "programme_over"
    NO_CLASS = "no_class"
    NOT_POSSIBLE = "not_possible"
    FULL = "full"
    RENEWED = "renewed"


@dataclass(frozen=True)
class GoesOn:
    """The level somebody goes on to. ``is_capped``: only so many may, and a lot decides."""

    level: int
    is_capped: bool


def next_level(
    level: int, *, terms_here: int, terms_of_level: int, levels: Collection[int], again: bool
) -> GoesOn | None:
    """Return where a learner of a level goes on; None when the programme is over.

    ``terms_here``: terms spent at the level, this one included. A level of several terms is
    finished first; then comes the next one; what may be taken again is taken again.

    >>> next_level(1, terms_here=1, terms_of_level=1, levels={1, 2}, again=False)
    GoesOn(level=2, is_capped=False)
    >>> next_level(9, terms_here=1, terms_of_level=2, levels={9}, again=True)
    GoesOn(level=9, is_capped=False)
    >>> next_level(0, terms_here=3, terms_of_level=1, levels={0}, again=True)
    GoesOn(level=0, is_capped=True)
    >>> next_level(2, terms_here=1, terms_of_level=1, levels={1, 2}, again=False)
    """
    if terms_here < terms_of_level:
        return GoesOn(level, is_capped=False)
    if level in LEVELS_WITH_A_NEXT and level + 1 in levels:
        return GoesOn(level + 1, is_capped=False)
    return GoesOn(level, is_capped=True) if again else None


def came_often_enough(share: int | None, *, needed: int) -> bool:
    """Whether somebody came to enough lessons; where no list was kept nobody is held to it.

    >>> came_often_enough(60, needed=60), came_often_enough(59, needed=60)
    (True, False)
    >>> came_often_enough(None, needed=60)
    True
    """
    return share is None or share >= needed


def most_renewals(capacity: int, *, cap: int) -> int:
    """Return how many of a class's seats renewals may take, ``cap`` in per cent.

    >>> most_renewals(36, cap=40), most_renewals(12, cap=40)
    (14, 4)
    """
    return capacity * cap // 100


# Asked of who goes on. Not: age and level, which let them in a term ago, and unpaid places.
ASKED_OF_A_RENEWAL: Mapping[Rule, Callable[[Case], Answers]] = {
    rule: eligibility.RULES[rule]
    for rule in (
        Rule.OWN,
        Rule.LIMIT,
        Rule.HOT_LIMIT,
        Rule.ABSENCE,
        Rule.TIME,
        Rule.HEALTH,
        Rule.RESIDENCE,
    )
}


def objection(case: Case) -> Objection | None:
    """Return what keeps somebody from going on into a class; None for nothing."""
    return eligibility.deciding(
        Finding(rule, said) for rule, ask in ASKED_OF_A_RENEWAL.items() for said in ask(case)
    )
