"""Who applied and what came of it, for the figures of a term."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F

from accounts.models import StaffPost, Unit
from courses.models import Term
from enrolment.domain.statistics import Applied
from enrolment.models import (
    Application,
    Channel,
    Enrolment,
    Roster,
    RosterLine,
    Seat,
    StruckOut,
    WaitlistEntry,
    Wish,
    WishResult,
)
from enrolment.queries.applications import can_be_chosen

HELPER = "helper"
DRAWN = (
    Application.State.IN_DRAW,
    Application.State.ALLOCATED,
    Application.State.UNALLOCATED,
    Application.State.CLOSED,
)
HANDED_IN = (Application.State.SUBMITTED, *DRAWN)
COLUMNS = (
    *("pk", "number", "learner", "goes_with", "unit__name"),
    *("learner__born_on", "learner__sex", "learner__user"),
    *("current__channel", "current__actor"),
    *("goes_with__current__channel", "goes_with__current__actor"),
)


def people_drawn(term: Term) -> list[Applied]:
    """Return everybody on the list of a term's draw with what they got, nobody twice.

    Who stepped out before it is not counted, nor is what they would have had. Of two who go
    together both count, each with their own age and the choices they share. The caller works
    for the whole city.
    """
    roster = Roster.objects.last_of(term)
    if roster is None:
        return []
    lines = {
        form: (line, choices)
        for form, line, choices in RosterLine.objects.of_roster(roster).values_list(
            "application", "pk", "choices"
        )
    }
    won = WishResult.objects.of_roster(roster).admitted()
    seats = Counter(won.values_list("line", flat=True))
    first = set(won.filter(rank=1).values_list("line", flat=True))
    found = []
    out = set(StruckOut.objects.of_term(term).values_list("application", flat=True))
    for form in _Forms(term, DRAWN).all():
        if form.pk in out:
            continue
        stands_on = form.pk if form.pk in lines else form.line_of
        if stands_on not in lines:
            continue
        line, choices = lines[stands_on]
        about = form.about(choices[0][1] if choices else "")
        found.append(replace(about, seats=seats[line], got_first_wish=line in first))
    return found


def people_on_forms(term: Term) -> dict[str, list[tuple[int, Applied]]]:
    """Return who stands behind each application: learner and what is counted of them.

    By number; of two who go together both stand behind the first's, the first first, and the
    second's own number stands for the second. Seats are not looked at.
    """
    found: dict[str, list[tuple[int, Applied]]] = {}
    numbers: dict[int, str] = {}
    forms = list(_Forms(term, HANDED_IN).all())
    for form in forms:
        numbers[form.pk] = form.number
        found[form.number] = [(form.learner, form.about(form.flags))]
    for form in forms:
        if form.line_of != form.pk and form.line_of in numbers:
            found[numbers[form.line_of]].append((form.learner, form.about(form.flags)))
    return found


@dataclass(frozen=True)
class _Form:
    """A form with the person it is of; ``line_of``: the form whose choices count for it."""

    pk: int
    number: str
    learner: int
    line_of: int
    age: int
    sex: str
    channel: str
    unit: str
    wishes: int
    flags: str

    def about(self, letters: str) -> Applied:
        """What is counted of the person; ``letters`` are the reserves open to them."""
        return Applied(
            age=self.age,
            sex=self.sex,
            channel=self.channel,
            unit=self.unit,
            is_newcomer="N" in letters,
            missed_before="M" in letters,
            wishes=self.wishes,
            seats=0,
            got_first_wish=False,
        )


class _Forms:
    """The forms of a term in some states, in a few statements."""

    def __init__(self, term: Term, states: Sequence[str]) -> None:
        self.term = term
        self.rows = Application.objects.of_term(term).in_state(*states).values(*COLUMNS)
        own = Wish.objects.own().filter(
            version__application__term=term, version=F("version__application__current")
        )
        self.wishes = Counter(own.values_list("version__application", flat=True))
        self.flags = dict(
            own.filter(rank=1).values_list("version__application", "flags").iterator()
        )
        self.staff = set(StaffPost.objects.values_list("user", flat=True))

    def all(self) -> Iterator[_Form]:
        for row in self.rows.order_by("pk").iterator(chunk_size=5000):
            line_of = row["goes_with"] or row["pk"]
            yield _Form(
                pk=row["pk"],
                number=row["number"],
                learner=row["learner"],
                line_of=line_of,
                age=_age(row["learner__born_on"], self.term.starts_on),
                sex=row["learner__sex"],
                channel=_way(row, self.staff),
                unit=row["unit__name"],
                wishes=self.wishes[line_of],
                flags=self.flags.get(line_of, ""),
            )


def seats_drawn(term: Term) -> dict[str, int]:
    """Return the seats of a term's classes: in the draw, given by it, left, and people in line.

    Renewals are no part of the draw; a person who waits for two classes is one person here.
    """
    sections = can_be_chosen(term)
    seats = Seat.objects.filter(section__in=sections)
    held = Enrolment.objects.holding_a_seat().of_term(term)
    given = held.filter(source=Enrolment.Source.DRAW).count()
    left = seats.free().count()
    waiting = WaitlistEntry.objects.waiting().filter(section__in=sections)
    return {
        "all": seats.count(),
        "renewed": held.filter(source=Enrolment.Source.RENEWAL).count(),
        "drawn": given + left,
        "given": given,
        "left": left,
        "waiting": waiting.values("learner").distinct().count(),
    }


def _way(row: Mapping[str, Any], staff: set[int]) -> str:
    """By which way a form came: a helper's press on the web is the helper's."""
    channel = row["current__channel"] or row["goes_with__current__channel"]
    actor = row["current__actor"] or row["goes_with__current__actor"]
    if channel != Channel.WEB or actor is None:
        return str(channel)
    return HELPER if actor != row["learner__user"] and actor not in staff else str(channel)


def _age(born_on: date, day: date) -> int:
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def universities() -> dict[str, str]:
    """Return how the city's universities are called now, by the name that figures keep."""
    return {unit.name: str(unit.display_name()) for unit in Unit.objects.in_order()}
