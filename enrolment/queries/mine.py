"""What "my classes" and the timetable show of one learner."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.timezone import localtime

from accounts.models import Learner
from campus.models import TimeSlot
from courses.models import ClassSection, Lesson, Term
from enrolment.domain import waitlist
from enrolment.domain.fees import late_fee
from enrolment.domain.waitlist import Length, length_of
from enrolment.models import Application, Enrolment, ShortlistedClass, WaitlistEntry, ledger
from enrolment.models.enrolments import EnrolmentQuerySet
from enrolment.queries.cloud import CloudCourse, cloud_of
from enrolment.queries.results import results_of
from enrolment.queries.times import rules_of

SOON = timedelta(days=8)
SHOWN_WHEN_GONE = timedelta(days=7)  # a place that was not paid in time
FOUR_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class MyLesson:
    """A lesson as its learner sees it, with what changed."""

    lesson: Lesson
    week: int
    pay_until: datetime | None = None  # the place is only kept so far

    @property
    def section(self) -> ClassSection:
        """The class."""
        return self.lesson.section

    @property
    def starts_at(self) -> datetime:
        """From when, in local time."""
        return localtime(self.lesson.during.lower)

    @property
    def ends_at(self) -> datetime:
        """Until when, in local time."""
        return localtime(self.lesson.during.upper)

    @property
    def is_lost(self) -> bool:
        """Whether it does not take place."""
        return self.lesson.status == Lesson.Status.LOST

    @property
    def has_another_room(self) -> bool:
        """Whether it meets elsewhere than the class usually does."""
        return self.lesson.room_id is not None and self.lesson.room_id != self.section.room_id


@dataclass(frozen=True)
class Day:
    """The lessons of one day."""

    day: date
    lessons: list[MyLesson]


@dataclass(frozen=True)
class Place:
    """A learner's place in a line."""

    entry: WaitlistEntry
    place: int
    waiting: int

    @property
    def length(self) -> Length:
        """How long the line is, in words."""
        return length_of(self.waiting)


@dataclass(frozen=True)
class MyClasses:
    """Everything on one page."""

    next_lesson: MyLesson | None
    days: list[Day]
    offers: list[WaitlistEntry]
    held: list[Enrolment]
    yours: list[Enrolment]
    undoable: list[Enrolment]
    waiting: list[Place]
    finished: list[Enrolment]
    lessons: list[MyLesson] = field(default_factory=list)
    listed: int = 0  # classes put aside
    gone: list[Enrolment] = field(default_factory=list)  # places not paid in time, of late
    asked: list[Enrolment] = field(default_factory=list)  # drawn or renewed: yes or no?
    results: list[Application] = field(default_factory=list)  # of draws of terms not over
    form: Application | None = None  # handed in, and its draw still to come
    online: list[CloudCourse] = field(default_factory=list)  # courses followed from home

    @property
    def has_nothing(self) -> bool:
        """Whether there is nothing to show but the way to the catalogue."""
        mine = (self.offers, self.asked, self.held, self.yours, self.waiting, self.results)
        return not any((*mine, self.undoable, self.gone, self.form, self.online))


def my_classes(learner: Learner, *, at: datetime) -> MyClasses:
    """Return a learner's classes, lines and next lessons."""
    mine = Enrolment.objects.of(learner).with_all_to_show()
    holding = list(mine.holding_a_seat().in_order())
    lessons = lessons_of(holding, at=at)
    entries = list(WaitlistEntry.objects.of(learner).in_line().with_all_to_show().order_by("pk"))
    coming = [lesson for lesson in lessons if not lesson.is_lost]
    return MyClasses(
        next_lesson=coming[0] if coming else None,
        days=by_day(lesson for lesson in lessons if lesson.starts_at < localtime(at) + SOON),
        offers=[entry for entry in entries if entry.state == WaitlistEntry.State.OFFERED],
        asked=[one for one in holding if one.asks_for_an_answer],
        held=[one for one in holding if one.due_at is not None and not one.asks_for_an_answer],
        yours=[one for one in holding if one.due_at is None],
        undoable=list(mine.that_may_be_undone(at).order_by("pk")),
        waiting=places_of(
            [entry for entry in entries if entry.state == WaitlistEntry.State.WAITING],
            learner,
            at=at,
        ),
        finished=list(mine.finished()[:12]),
        lessons=lessons,
        gone=_gone(mine, holding, entries, at=at),
        results=results_of(learner, at=at),
        form=_form_to_be_drawn(learner),
        online=cloud_of(learner, at=at),
        listed=ShortlistedClass.objects.of(learner).still_wanted().count(),
    )


def _form_to_be_drawn(learner: Learner) -> Application | None:
    """Return the form that waits for its draw, or for the list to be closed."""
    waits = (Application.State.SUBMITTED, Application.State.IN_DRAW)
    mine = Application.objects.of(learner).in_state(*waits).not_struck_out()
    return mine.filter(term__in=Term.objects.taking_classes()).select_related("term").first()


def _gone(
    mine: EnrolmentQuerySet,
    holding: list[Enrolment],
    entries: list[WaitlistEntry],
    *,
    at: datetime,
) -> list[Enrolment]:
    """Return places lost for want of payment, each class once; not what is had or waited for."""
    had = {one.section_id for one in holding} | {one.section_id for one in entries}
    lost = mine.not_paid_in_time(at - SHOWN_WHEN_GONE).order_by("pk")
    return list({one.section_id: one for one in lost if one.section_id not in had}.values())


def lessons_of(enrolments: Iterable[Enrolment], *, at: datetime) -> list[MyLesson]:
    """Return the lessons to come of these classes, the next first."""
    by_section = {enrolment.section_id: enrolment for enrolment in enrolments}
    coming = (
        Lesson.objects.filter(section__in=by_section).after(at).select_related("room", "teacher")
    )
    to_pay = {
        pk: one.due_at
        for pk, one in by_section.items()
        if one.due_at and not one.money_is_looked_at
    }
    lessons = []
    for lesson in coming:
        enrolment = by_section[lesson.section_id]
        lesson.section = enrolment.section
        week = week_of(lesson.section, lesson.during.lower)
        lessons.append(MyLesson(lesson, week=week, pay_until=to_pay.get(lesson.section_id)))
    return lessons


def classes_of(learner: Learner, sections: Iterable[int]) -> list[Enrolment]:
    """Return a learner's seats in these classes, by day and hour."""
    mine = Enrolment.objects.of(learner).holding_a_seat().filter(section__in=sections)
    return list(mine.with_all_to_show().in_order())


def late_fee_of(section: ClassSection, *, at: datetime) -> int | None:
    """Return what somebody pays who joins now; None before the term's lessons have begun."""
    if localtime(at).date() < section.term.starts_on or not section.fee_fen:
        return None
    taking_place = section.lessons.taking_place()
    return late_fee(
        fee_fen=section.fee_fen,
        lessons_left=taking_place.to_begin(at).count(),
        lessons=taking_place.count(),
    )


def fee_owed(enrolment: Enrolment) -> int:
    """Return what a place costs its learner: the fee, or the part of it for who joined late."""
    late = late_fee_agreed(enrolment)
    return enrolment.section.fee_fen if late is None else late


def late_fee_agreed(enrolment: Enrolment) -> int | None:
    """Return what a learner pays who joined late: as on that day, not on today's."""
    if enrolment.source != Enrolment.Source.LATE:
        return None
    return late_fee_of(enrolment.section, at=enrolment.created_at)


def line_is_open(section: ClassSection, *, at: datetime) -> bool:
    """Whether a place given back would go to somebody who waits."""
    rules = rules_of(section.term, at=at).rules
    return waitlist.is_open(
        starts_on=section.term.starts_on,
        weeks=rules.late_join_weeks,
        today=localtime(at).date(),
    )


def first_weeks(lessons: Iterable[MyLesson]) -> list[MyLesson]:
    """Return the lessons of the four weeks that begin with the first of them."""
    lessons = list(lessons)
    return [one for one in lessons if one.starts_at < lessons[0].starts_at + FOUR_WEEKS]


def week_of(section: ClassSection, moment: datetime) -> int:
    """Return the teaching week a moment falls into, from 1."""
    return (localtime(moment).date() - section.term.starts_on).days // 7 + 1


def by_day(lessons: Iterable[MyLesson]) -> list[Day]:
    """Group lessons, in the order given, by their local day."""
    days: dict[date, list[MyLesson]] = {}
    for lesson in lessons:
        days.setdefault(lesson.starts_at.date(), []).append(lesson)
    return [Day(day, found) for day, found in days.items()]


def falls_back_elsewhere(learner: Learner, section: ClassSection) -> bool:
    """Whether a place in this class moves the learner back in a line of the same term.

    Those who have no class of the term yet go first there; with a place one is no longer so.
    """
    if section.mode == ClassSection.Mode.ONLINE or section.by_invitation:
        return False
    waits = WaitlistEntry.objects.of(learner).in_line().of_term(section.term)
    return waits.exclude(section=section).going_first().exists()


def places_of(entries: Iterable[WaitlistEntry], learner: Learner, *, at: datetime) -> list[Place]:
    """Return the place of each entry; one more query for all of them, none for none."""
    entries = list(entries)
    if not entries:
        return []
    places = ledger.places_in_line(learner=learner, at=at)
    return [Place(entry, *places[entry.pk]) for entry in entries if entry.pk in places]


@dataclass(frozen=True)
class Hour:
    """One row of the week's grid."""

    slot: TimeSlot
    cells: list[list[ClassSection]]


def week_grid(enrolments: Iterable[Enrolment]) -> tuple[list[int], list[Hour]]:
    """Return the weekdays (at least Monday to Friday) and the hours of a learner's week."""
    sections = [enrolment.section for enrolment in enrolments]
    weekdays = list(range(1, max([5, *(section.slot.weekday for section in sections)]) + 1))
    hours: dict[tuple[object, object], list[ClassSection]] = {}
    for section in sorted(sections, key=lambda one: (one.slot.starts_at, one.slot.ends_at)):
        hours.setdefault((section.slot.starts_at, section.slot.ends_at), []).append(section)
    return weekdays, [
        Hour(
            found[0].slot,
            [[section for section in found if section.slot.weekday == day] for day in weekdays],
        )
        for found in hours.values()
    ]
