"""Who applied and what came of it, for the figures of a term."""

from collections import Counter
from datetime import date

from django.db.models import F

from accounts.models import StaffPost
from courses.models import ClassSection, Term
from enrolment.domain.statistics import Applied
from enrolment.models import (
    Application,
    Channel,
    Enrolment,
    Roster,
    RosterLine,
    Seat,
    SeatState,
    WaitlistEntry,
    Wish,
    WishResult,
)

HELPER = "helper"


def people_drawn(term: Term) -> list[Applied]:
    """Return everybody on the list of a term's draw with what they got, nobody twice.

    Of two who go together both count, each with their own age and the choices they share. The
    caller works for the whole city.
    """
    roster = Roster.objects.last_of(term)
    if roster is None:
        return []
    lines = {
        form: (line, choices)
        for form, line, choices in RosterLine.objects.filter(roster=roster).values_list(
            "application", "pk", "choices"
        )
    }
    won = WishResult.objects.admitted().filter(line__roster=roster)
    seats = Counter(won.values_list("line", flat=True))
    first = set(won.filter(rank=1).values_list("line", flat=True))
    own_wishes = Counter(
        Wish.objects.own()
        .filter(version__application__term=term, version=F("version__application__current"))
        .values_list("version__application", flat=True)
    )
    staff = set(StaffPost.objects.values_list("user", flat=True))
    found = []
    for row in _forms(term):
        led_by = row["goes_with"] or row["pk"]
        if led_by not in lines:
            continue
        line, choices = lines[led_by]
        letters = choices[0][1] if choices else ""
        found.append(
            Applied(
                age=_age(row["learner__born_on"], term.starts_on),
                sex=row["learner__sex"],
                channel=_way(row, staff),
                unit=row["unit__name"],
                is_newcomer="N" in letters,
                missed_before="M" in letters,
                wishes=own_wishes[led_by],
                seats=seats[line],
                got_first_wish=line in first,
            )
        )
    return found


def seats_drawn(term: Term) -> dict[str, int]:
    """Return the seats of a term's classes: in the draw, given by it, left, and people in line.

    Renewals are no part of the draw; a person who waits for two classes is one person here.
    """
    sections = ClassSection.objects.filter(term=term, by_invitation=False).running()
    seats = Seat.objects.filter(section__in=sections)
    held = Enrolment.objects.holding_a_seat().of_term(term)
    given = held.filter(source=Enrolment.Source.DRAW).count()
    left = seats.filter(state=SeatState.FREE).count()
    waiting = WaitlistEntry.objects.filter(section__in=sections, state="waiting")
    return {
        "all": seats.count(),
        "renewed": held.filter(source=Enrolment.Source.RENEWAL).count(),
        "drawn": given + left,
        "given": given,
        "left": left,
        "waiting": waiting.values("learner").distinct().count(),
    }


def _forms(term: Term) -> "list[dict[str, object]]":
    drawn = [
        Application.State.IN_DRAW,
        Application.State.ALLOCATED,
        Application.State.UNALLOCATED,
        Application.State.CLOSED,
    ]
    return list(
        Application.objects.of_term(term)
        .filter(state__in=drawn)
        .values(
            "pk", "goes_with", "learner__born_on", "learner__sex", "learner__user", "unit__name",
            "current__channel", "current__actor", "goes_with__current__channel",
            "goes_with__current__actor",
        )
    )  # fmt: skip


def _way(row: dict[str, object], staff: set[int]) -> str:
    """By which way a form came: a helper's press on the web is the helper's."""
    channel = row["current__channel"] or row["goes_with__current__channel"]
    actor = row["current__actor"] or row["goes_with__current__actor"]
    if channel != Channel.WEB or actor is None:
        return str(channel)
    return HELPER if actor != row["learner__user"] and actor not in staff else str(channel)


def _age(born_on: date, day: date) -> int:
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
