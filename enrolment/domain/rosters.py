"""The closed list of a term: what of each form goes into the draw, what fell away and why.

Every choice is asked again when the list is closed, papers included: what was missing until then
counts as missing. Facts come in, lines come out: no database, no clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from enrolment.domain import wishes
from enrolment.domain.eligibility import Case, ClassFacts, LearnerFacts, Rules
from enrolment.domain.refusals import Objection, Refusal
from enrolment.domain.wishes import Line, Standing

IN_THE_WAY = frozenset({Refusal.CLASH, Refusal.TRAVEL_GAP, Refusal.ALREADY_IN})
"""A class held before the draw stands in the way of the choice."""

NOTHING_LEFT = wishes.FormProblem.NOTHING_CHOSEN


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody on a form: what the rules and what the reserves ask of them."""

    facts: LearnerFacts
    standing: Standing

    def seats_to_win(self, wanted: int, *, allowed: int) -> int:
        """How many seats may still be won beside those held already."""
        held = sum(one.counts and one.same_term for one in self.facts.holds)
        limit = allowed if self.facts.room_limit is None else self.facts.room_limit
        return wishes.seats_to_win(wanted, held, allowed=limit)


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form as it was handed in. ``people``: one, or two who go together or not at all."""

    application: str
    people: tuple[Person, ...]
    choices: Sequence[int]
    wanted: int = 1


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The classes of a draw.

    ``codes`` names every class of the term; ``facts`` leaves out what has been called off since,
    and what no draw gives.
    """

    facts: Mapping[int, ClassFacts]
    codes: Mapping[int, str]
    rules: Rules


def line_of(form: Form, offer: Offer, *, at: datetime) -> Line:
    """Return the line of a form: what it may still get; of two who go together, what both may."""
    choices: list[tuple[str, str]] = []
    dropped: dict[str, tuple[str, str]] = {}
    for section in form.choices:
        said = _against(form, section, offer, at)
        if said is None:
            choices.append((offer.codes[section], _flags(form, offer.facts[section])))
        else:
            other = said.other_section
            in_the_way = offer.codes.get(other, "") if other is not None else ""
            dropped[offer.codes[section]] = (said.reason.value, in_the_way)
    allowed = offer.rules.room_classes
    return Line(
        application=form.application,
        max_seats=min(one.seats_to_win(form.wanted, allowed=allowed) for one in form.people),
        size=len(form.people),
        choices=tuple(choices),
        dropped=dropped,
    )


def _against(form: Form, section: int, offer: Offer, at: datetime) -> Objection | None:
    facts = offer.facts.get(section)
    if facts is None:
        return Objection(Refusal.CLOSED)
    for person in form.people:
        case = Case(section=facts, learner=person.facts, rules=offer.rules, at=at)
        if (said := wishes.objection(case)) is not None:
            return said
    return None


def _flags(form: Form, facts: ClassFacts) -> str:
    flags = [person.standing.flags(facts.campus) for person in form.people]
    return flags[0] if len(flags) == 1 else wishes.flags_of_both(*flags)


def why_rejected(line: Line) -> str:
    """Say in a word why a form is not in the draw: what its first choice lacked; "" if it is.

    >>> why_rejected(Line(application="1", max_seats=1, dropped={"PIANO2-7": ("level", "")}))
    'level'
    >>> why_rejected(Line(application="1", max_seats=1, choices=(("PIANO1-3", ""),)))
    ''
    """
    if line.choices:
        return ""
    return next((reason for reason, _other in line.dropped.values()), NOTHING_LEFT.value)


def code_of_dropped(reason: str) -> str:
    """Return the code of a choice that could not go in (``WishResult.Code``).

    >>> code_of_dropped("clash"), code_of_dropped("hot_limit"), code_of_dropped("level")
    ('HELD', 'HOT_LIMIT', 'INELIGIBLE')
    """
    if reason in IN_THE_WAY:
        return "HELD"
    return "HOT_LIMIT" if reason == Refusal.HOT_LIMIT else "INELIGIBLE"


# What objections changed


class Change(StrEnum):
    """What became of an application from one list to the next."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, order=True)
class Difference:
    """One line of the public list of differences: a number and a kind, never a name."""

    application: str
    change: Change
    reason: str


def differences(
    before: Collection[Line], after: Collection[Line], reasons: Mapping[str, str]
) -> list[Difference]:
    """Compare two lists, by application number.

    ``reasons``: the kind of the objection upheld, or the amendment, by application number.
    What fell away of a form and why is private, and no difference.

    >>> one, other = Line(application="11", max_seats=1), Line(application="12", max_seats=1)
    >>> differences([one], [other], {"12": "missing", "11": "eligibility"})[0]
    Difference(application='11', change=<Change.REMOVED: 'removed'>, reason='eligibility')
    """
    was = {line.application: _public(line) for line in before}
    will_be = {line.application: _public(line) for line in after}
    return sorted(
        Difference(number, _change(number, was, will_be), reasons.get(number, ""))
        for number in was.keys() | will_be.keys()
        if was.get(number) != will_be.get(number)
    )


def _public(line: Line) -> tuple[object, ...]:
    return (line.max_seats, line.size, line.choices)


def _change(number: str, was: Collection[str], will_be: Collection[str]) -> Change:
    if number not in was:
        return Change.ADDED
    return Change.CHANGED if number in will_be else Change.REMOVED


def differences_csv(found: Iterable[Difference]) -> bytes:
    """Return ``differences.csv``, in the form of the other files: UTF-8, LF, sorted.

    >>> differences_csv([Difference("482915307116", Change.ADDED, "missing")])
    b'application,change,reason\\n482915307116,added,missing\\n'
    """
    lines = [f"{one.application},{one.change},{one.reason}\n" for one in sorted(found)]
    return "".join(["application,change,reason\n", *lines]).encode()
