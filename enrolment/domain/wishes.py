"""The form of a term: what may stand on it, who may draw on which reserve, what goes into a draw.

Facts come in, answers come out: no database, no clock. The rules are those of ``domain.md``
2.3 to 2.6; what can change until the freeze (age, level, papers) is asked again then.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from secrets import randbelow
from typing import TypeVar

from enrolment.domain import eligibility
from enrolment.domain.eligibility import Answers, Case
from enrolment.domain.refusals import Finding, Objection, Rule
from enrolment.domain.timetables import Spans, overlap

MOST_WISHES = 5
"""Choices of one's own; with the classes one takes instead, the list is a little longer."""

MOST_LISTED = 8
MOST_WANTED = 2

SOFT_DEADLINE = timedelta(minutes=30)
"""A form that was open before the deadline may still be handed in so long after it."""

DIGITS = 12
MISSED_TERMS = 2


class FormProblem(StrEnum):
    """Why a form cannot be handed in; ``enrolment/wording`` has the sentences."""

    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY = "too_many"
    TWICE = "twice"
    UNKNOWN_CLASS = "unknown_class"
    NOT_POSSIBLE = "not_possible"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    FROZEN = "frozen"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOT_HANDED_IN = "not_handed_in"
    WITH_SOMEBODY = "with_somebody"
    LINKED_ALREADY = "linked_already"
    NOT_ON_THE_LIST = "not_on_the_list"
    DRAW_IS_PUBLIC = "draw_is_public"


# What is asked of a choice. Not: whether the class takes people today, holds, waiting lists.
ASKED_OF_A_WISH: Mapping[Rule, Callable[[Case], Answers]] = {
    rule: ask for rule, ask in eligibility.RULES.items() if rule not in {Rule.WINDOW, Rule.HOLDS}
}


def findings(case: Case) -> Iterator[Finding]:
    """Ask of one choice what the rules say, in order; a rule with nothing to say is ok.

    ``needs_document``: the class may be chosen, and the paper brought until the list closes.
    """
    for rule, ask in ASKED_OF_A_WISH.items():
        said = [Finding(rule, one) for one in ask(case)]
        yield from said or [Finding(rule)]


def objection(case: Case) -> Objection | None:
    """Return what decides against a choice; None for nothing. Papers count."""
    return eligibility.deciding(
        Finding(rule, said) for rule, ask in ASKED_OF_A_WISH.items() for said in ask(case)
    )


def blocking(case: Case) -> Objection | None:
    """Return what no paper takes away, so that the class cannot be chosen."""
    said = objection(case)
    return said if said is not None and said.paper is None else None


def ensure_list(own: Sequence[int], substitutes: Sequence[int]) -> FormProblem | None:
    """Say what is wrong with a list of classes, None for nothing.

    >>> ensure_list([3, 4], [5]), ensure_list([], [5]), ensure_list([3, 3], [])
    (None, <FormProblem.NOTHING_CHOSEN: 'nothing_chosen'>, <FormProblem.TWICE: 'twice'>)
    """
    if not own:
        return FormProblem.NOTHING_CHOSEN
    listed = [*own, *substitutes]
    if len(own) > MOST_WISHES or len(listed) > MOST_LISTED:
        return FormProblem.TOO_MANY
    return FormProblem.TWICE if len(set(listed)) < len(listed) else None


def moved(listed: Sequence[int], section: int, places: int) -> list[int]:
    """Return the list with one class moved; beyond the ends it stays at the end.

    >>> moved([7, 8, 9], 9, -1), moved([7, 8, 9], 7, -1)
    ([7, 9, 8], [7, 8, 9])
    """
    order = list(listed)
    at = order.index(section)
    order.insert(max(0, min(len(order) - 1, at + places)), order.pop(at))
    return order


def new_number(taken: Callable[[str], bool]) -> str:
    """Return a number for an application: 12 digits that say nothing, the first not 0.

    ``taken`` knows which have been given. It comes from the system's source of randomness, so
    nobody can tell a person's number from another's or from the hour.
    """
    while True:
        number = str(10 ** (DIGITS - 1) + randbelow(9 * 10 ** (DIGITS - 1)))
        if not taken(number):
            return number


def class_code(subject: str, level: int, section: int) -> str:
    """Return the name of a class in the public files: subject, level, its own number.

    >>> class_code("PIANO", 1, 371)
    'PIANO1-371'
    """
    return f"{subject}{level}-{section}"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What the chain keeps of a form: its number, its choices by code, and nobody's name.

    ``wishes``: ``code:letters`` in rank order; ``partner``: the number of the form that goes
    with it, or "".
    """

    application: str
    state: str
    version: int = 0
    wanted: int = 0
    split: bool = False
    better: bool = False
    partner: str = ""
    rules: int = 0
    wishes: tuple[str, ...] = ()
    by_channel: str = ""

    def content(self) -> dict[str, object]:
        """Return the entry as it is chained."""
        return {
            "application": self.application,
            "state": self.state,
            "version": self.version,
            "wanted": self.wanted,
            "split": self.split,
            "better": self.better,
            "with": self.partner,
            "rules": self.rules,
            "wishes": list(self.wishes),
            "by_channel": self.by_channel,
        }


# Reserves


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the reserves ask of a person. ``missed``: terms in a row without a seat.

    ``has_reason``: hardship, disability or the full-time care of somebody, proven; which of
    them is nobody's business here. ``near``: campuses in whose neighbourhood the person lives.
    """

    is_newcomer: bool
    missed: int
    age: int
    has_reason: bool
    near: Collection[int]
    care_from_age: int = 80

    def flags(self, campus: int) -> str:
        """Return the letters of the reserves that are open to the person at a campus.

        >>> person = Standing(is_newcomer=True, missed=2, age=66, has_reason=False, near={4})
        >>> person.flags(4), person.flags(5)
        ('CMN', 'MN')
        """
        cares = self.has_reason or self.age >= self.care_from_age or campus in self.near
        letters = {"C": cares, "M": self.missed >= MISSED_TERMS, "N": self.is_newcomer}
        return "".join(letter for letter, has in letters.items() if has)


def flags_of_both(one: str, other: str) -> str:
    """Return the letters of two who go together: those that both have.

    >>> flags_of_both("CN", "MN")
    'N'
    """
    return "".join(sorted(set(one) & set(other)))


def missed_terms(past: Iterable[tuple[date, bool, int]]) -> int:
    """Count the terms in a row, the last one first, in which somebody applied and got no seat.

    Rows are (first day, applied, room seats), in any order; a term one did not apply in ends
    the count: it was a choice.

    >>> from datetime import date
    >>> spring, autumn = date(2026, 3, 2), date(2026, 9, 1)
    >>> missed_terms([(spring, True, 0), (autumn, True, 0)]), missed_terms([(autumn, True, 1)])
    (2, 0)
    """
    terms: dict[date, tuple[bool, int]] = {}
    for day, applied, seats in past:
        before = terms.get(day, (False, 0))
        terms[day] = (before[0] or applied, before[1] + seats)
    count = 0
    for day in sorted(terms, reverse=True):
        applied, seats = terms[day]
        if not applied or seats:
            break
        count += 1
    return count


def reserves(open_seats: int, shares: Mapping[str, int], *, from_open: int) -> dict[str, int]:
    """Cut the seats that go into the draw: seats by letter, rounded down; small classes have none.

    ``shares`` in per cent, at most half of the seats together (a policy that asks for more is
    refused when it is published).

    >>> reserves(36, {"N": 20, "C": 15, "M": 10}, from_open=12)
    {'N': 7, 'C': 5, 'M': 3}
    >>> reserves(11, {"N": 20, "C": 15, "M": 10}, from_open=12)
    {}
    """
    if open_seats < from_open:
        return {}
    cut = {letter: open_seats * share // 100 for letter, share in shares.items()}
    return {letter: seats for letter, seats in cut.items() if seats}


def buckets(open_seats: int, cut: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the buckets of a class in the order in which they are filled: open seats first.

    Open first, so that every reserved seat helps somebody who would not have got in without it.
    """
    if not cut:
        return []
    everybody = {"name": "*open*", "seats": open_seats - sum(cut.values())}
    return [everybody, *({"name": letter, "seats": seats} for letter, seats in cut.items())]


class Warmth(StrEnum):
    """How wanted a class is; the words are those of the display row."""

    COOL = "cool"
    WARM = "warm"
    HOT = "hot"


def warmth(firsts: int, seats: int) -> Warmth:
    """Say how wanted a class is, by the first choices for each of its seats.

    >>> warmth(3, 36).value, warmth(30, 36).value, warmth(60, 36).value
    ('cool', 'warm', 'hot')
    """
    if 4 * firsts < 3 * seats or not firsts:
        return Warmth.COOL
    return Warmth.WARM if 2 * firsts < 3 * seats else Warmth.HOT


# What goes into a draw


@dataclass(frozen=True, kw_only=True)
class ClassHours:
    """What makes two classes impossible together."""

    course: Hashable
    campus: int
    is_online: bool
    hot: bool
    meets: Spans


Name = TypeVar("Name", bound=str)


def clashes(classes: Mapping[str, ClassHours], *, gap: timedelta) -> list[list[str]]:
    """Return the pairs nobody can hold together, each once, in order of their names.

    Hours that meet; too little time for the way between two campuses; the same course twice;
    two of the most wanted classes. Classes with the same timetable are compared once for all.
    """
    by_hours: dict[Spans, list[str]] = {}
    for name, facts in classes.items():
        by_hours.setdefault(facts.meets, []).append(name)
    found = set(_pairs_of(classes, lambda facts: facts.course))
    found.update(_pairs_of(classes, lambda facts: "hot" if facts.hot else None))
    tables = list(by_hours)
    for at, one in enumerate(tables):
        for other in tables[at:]:
            if not one or not overlap(one, other, gap=gap):
                continue
            meet = overlap(one, other)
            found.update(_of_hours(by_hours[one], by_hours[other], classes, meet=meet))
    return [list(pair) for pair in sorted(found)]


def _pairs_of(
    classes: Mapping[str, ClassHours], alike: Callable[[ClassHours], Hashable | None]
) -> Iterator[tuple[str, str]]:
    groups: dict[Hashable, list[str]] = {}
    for name in sorted(classes):
        if (key := alike(classes[name])) is not None:
            groups.setdefault(key, []).append(name)
    for group in groups.values():
        for at, one in enumerate(group):
            yield from ((one, other) for other in group[at + 1 :])


def _of_hours(
    ones: Sequence[str],
    others: Sequence[str],
    classes: Mapping[str, ClassHours],
    *,
    meet: bool,
) -> Iterator[tuple[str, str]]:
    for one in ones:
        for other in others:
            if one == other:
                continue
            first, second = classes[one], classes[other]
            apart = first.campus != second.campus
            if meet or (apart and not (first.is_online or second.is_online)):
                yield (min(one, other), max(one, other))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the roster: an application, what it may still get, and what fell away.

    ``choices``: (class, letters) in rank order. ``dropped``: class to why and, where another
    class stands in the way, which.
    """

    application: str
    max_seats: int
    size: int = 1
    choices: tuple[tuple[str, str], ...] = ()
    dropped: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def as_applicant(self) -> dict[str, object]:
        """Return the line in the form of market.json."""
        choices = [
            {"class": section, "tier": 0, "buckets": list(letters)}
            for section, letters in self.choices
        ]
        return {
            "id": self.application,
            "max_seats": self.max_seats,
            "size": self.size,
            "choices": choices,
        }


def seats_to_win(wanted: int, held: int, *, allowed: int) -> int:
    """How many seats somebody may get in the draw who holds some already.

    >>> seats_to_win(2, 1, allowed=2), seats_to_win(1, 0, allowed=2), seats_to_win(2, 2, allowed=2)
    (1, 1, 0)
    """
    return max(0, min(wanted, allowed - held))
