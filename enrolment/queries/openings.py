"""When departments open, and where a learner stands before a door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

from accounts.models import Learner
from campus.models import Holiday
from courses.models import ClassSection, Department, Term
from enrolment.domain import queueing
from enrolment.domain.openings import proposed_days
from enrolment.models import Enrolment, Lane, Opening, QueuePlace
from enrolment.queries.times import rules_of

FIVE_MINUTES = timedelta(minutes=5)
STANDS_STILL = timedelta(seconds=15)  # a pacer ticks every second


@dataclass(frozen=True)
class Turn:
    """Where a learner stands before one door at one moment."""

    opening: Opening
    place: QueuePlace | None
    stage: Opening.Stage
    at: datetime

    @property
    def is_called(self) -> bool:
        """Whether they may come in."""
        return self.place is not None and self.place.is_called

    @property
    def is_shuffled(self) -> bool:
        """Whether they came early enough for the draw that is still to come."""
        return self.place is not None and self.place.joined_at < self.opening.opens_at

    @property
    def has_entered(self) -> bool:
        """Whether they have been in already; they may come in again."""
        return self.place is not None and self.place.entered_at is not None

    @property
    def may_join(self) -> bool:
        """Whether they can get a place now."""
        return self.place is None and self.opening.takes_people(self.at)

    @property
    def about(self) -> datetime | None:
        """About when their turn comes at the present pace, to the next five minutes.

        None where nobody can say: without an order, and while nobody is let in.
        """
        place, opening = self.place, self.opening
        if place is None or place.position is None or opening.held_back:
            return None
        minutes = queueing.minutes_until(
            place.position,
            serving=opening.serving_of(place.lane),
            per_minute=_per_minute(opening, place.lane),
        )
        if minutes is None:
            return None
        return _to_five_minutes(localtime(self.at) + timedelta(minutes=minutes))


def turn_of(opening: Opening, learner: Learner, *, at: datetime) -> Turn:
    """Return where a learner stands before a door."""
    places = QueuePlace.objects.before(opening).of(learner).select_related("opening")
    return Turn(opening, places.first(), opening.stage(at), at)


def came_away_with(opening: Opening, learner: Learner) -> list[Enrolment]:
    """Return the places a learner has got in the classes of an opening since its hour."""
    mine = (
        Enrolment.objects.of(learner)
        .holding_a_seat()
        .filter(
            section__term=opening.term_id,
            section__course__subject__department=opening.department_id,
            created_at__gte=opening.opens_at,
        )
    )
    return list(mine.with_all_to_show().order_by("pk"))


def opening_ahead(section: ClassSection, *, at: datetime) -> Opening | None:
    """Return the opening a class waits for; None when it has no day or its hour has come."""
    return openings_ahead([section], at=at).get(section.pk)


def openings_ahead(sections: Iterable[ClassSection], *, at: datetime) -> dict[int, Opening]:
    """Return the opening each class waits for, by class; one query for all of them."""
    of_class = {
        one.pk: (one.term_id, one.course.subject.department_id)
        for one in sections
        if one.opens_at is not None and one.opens_at > at
    }
    if not of_class:
        return {}
    found = Opening.objects.not_over().filter(
        opens_at__gt=at, term__in={term for term, _department in of_class.values()}
    )
    ahead = {(one.term_id, one.department_id): one for one in found.with_words()}
    return {pk: ahead[key] for pk, key in of_class.items() if key in ahead}


def turns_of(learner: Learner, *, at: datetime) -> list[Turn]:
    """Return the lines a learner stands in today, for the first page they look at."""
    places = QueuePlace.objects.of(learner).filter(opening__ended_at=None)
    turns = [
        Turn(place.opening, place, place.opening.stage(at), at)
        for place in places.select_related("opening__department").order_by("opening__opens_at")
    ]
    return [turn for turn in turns if turn.stage != Opening.Stage.OVER]


def openings_on_show(*, at: datetime) -> list[tuple[Opening, Opening.Stage]]:
    """Return the openings of the terms on show, and how far each has come; those over last."""
    openings = Opening.objects.filter(term__in=Term.objects.on_show()).with_words().in_order()
    staged = [(opening, opening.stage(at)) for opening in openings]
    return sorted(staged, key=lambda one: one[1] == Opening.Stage.OVER)


def openings_of_the_day(*, at: datetime) -> list[tuple[Opening, Opening.Stage]]:
    """Return the openings whose hour is today and whose line still counts; one query."""
    begins = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    todays = Opening.objects.not_over().filter(
        opens_at__gte=begins,
        opens_at__lt=begins + timedelta(days=1),
        term__phase=Term.Phase.OPEN_ENROLMENT,
    )
    staged = [(opening, opening.stage(at)) for opening in todays.with_words().in_order()]
    return [one for one in staged if one[1] != Opening.Stage.OVER]


def departments_of(term: Term) -> list[Department]:
    """Return the departments that teach in a term, in the order of the prospectus."""
    taught = Department.objects.filter(subjects__courses__sections__term=term)
    return list(taught.distinct().order_by("position", "pk"))


def proposed_openings(
    term: Term, departments: Iterable[Department], *, at: datetime
) -> dict[int, datetime]:
    """Propose a morning for each department, by its key, from the term's window and calendar.

    Days gone by are not proposed. Empty without a window, or when it has no day left.
    """
    window = term.phases.opening_for_all().first()
    if window is None:
        return {}
    departments = list(departments)
    first = max(localtime(window.opens_at), localtime(at))
    last = localtime(window.closes_at) if window.closes_at else None
    until = last.date() if last else first.date() + timedelta(days=366)
    holidays = Holiday.objects.between(first.date(), until).values_list("day", "kind")
    days = proposed_days(
        len(departments),
        first=first,
        last=last,
        calendar=rules_of(term, at=at).calendar(holidays),
    )
    return dict(zip((one.pk for one in departments), days, strict=False))


def openings_to_mend(term: Term) -> list[Opening]:
    """Return planned openings that no longer go with the dates of their term, or their classes.

    The dates of a term are changed on another page; the days of departments stay then.
    """
    window = term.phases.opening_for_all().first()
    planned = Opening.objects.of_term(term).with_words().filter(shuffled_at=None)
    return [
        opening
        for opening in planned
        if window is None
        or opening.opens_at < window.opens_at
        or opening.closes_at != window.closes_at
        or term.sections.filter(course__subject__department=opening.department_id)
        .exclude(opens_at=opening.opens_at)
        .exists()
    ]


def closed_days(moments: Iterable[datetime]) -> list[date]:
    """Return the days among these on which the offices are closed."""
    days = {localtime(moment).date() for moment in moments}
    if not days:
        return []
    holidays = Holiday.objects.between(min(days), max(days))
    kinds = dict(holidays.values_list("day", "kind"))
    return sorted(
        day
        for day in days
        if kinds.get(day, "") == Holiday.Kind.CLOSED
        or (day.weekday() >= 5 and kinds.get(day, "") != Holiday.Kind.WORKING)
    )


@dataclass(frozen=True)
class LaneCount:
    """How far one lane has come."""

    lane: Lane
    came: int
    called: int
    entered: int

    @property
    def waiting(self) -> int:
        """Who has not been called yet."""
        return self.came - self.called


@dataclass(frozen=True)
class Room:
    """What the registrar's office sees of a room: how many stand where, and whether it moves."""

    opening: Opening
    stage: Opening.Stage
    lanes: list[LaneCount]
    stands_still: bool
    waits_for_term: bool

    @property
    def per_minute(self) -> int:
        """How many come in within a minute at the present pace."""
        return round(self.opening.rate * 60)

    @property
    def seconds(self) -> str:
        """Within how many seconds nearly every press was answered; "" while none was."""
        took = self.opening.p99_ms
        return "" if took is None else _seconds(took)


def _seconds(milliseconds: int) -> str:
    """Return seconds as one says them: up to the next tenth, never a nought."""
    return f"{max(1, -(-milliseconds // 100)) / 10:g}"


def room_of(opening: Opening, *, at: datetime) -> Room:
    """Count a room. The caller sees all places: this is for work in the system's name."""
    stage, paced = opening.stage(at), opening.paced_at
    return Room(
        opening=opening,
        stage=stage,
        lanes=[_count(opening, lane) for lane in Lane],
        stands_still=opening.opens_at <= at - STANDS_STILL
        and stage in {Opening.Stage.DUE, Opening.Stage.SERVING}
        and not opening.waits_for_term
        and (paced is None or at - paced > STANDS_STILL),
        waits_for_term=opening.waits_for_term and stage != Opening.Stage.OVER,
    )


def _count(opening: Opening, lane: Lane) -> LaneCount:
    places = QueuePlace.objects.before(opening).in_lane(lane)
    came = places.count()
    return LaneCount(
        lane=lane,
        came=came,
        called=min(came, opening.serving_of(lane)),
        entered=came - places.not_entered().count(),
    )


def office_line(opening: Opening) -> list[QueuePlace]:
    """Return whom the office brought to a door and who is not in yet, in the scope of staff."""
    places = QueuePlace.objects.before(opening).in_lane(Lane.OFFICE).not_entered()
    return list(places.select_related("learner", "opening").in_order()[:200])


def _per_minute(opening: Opening, lane: str) -> float:
    everybody = opening.rate * 60
    of_office = everybody / queueing.EVERY_FIFTH
    return of_office if lane == Lane.OFFICE else everybody - of_office


def _to_five_minutes(moment: datetime) -> datetime:
    over = timedelta(
        minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + FIVE_MINUTES - over if over else moment
