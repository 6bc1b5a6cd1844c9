"""The catalogue: which classes a reader's choices leave, and what a card says of each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, FilteredRelation, Min, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import get_language

from accounts.models import Unit
from campus.models import Locality
from campus.queries import Way, way_to
from courses import search
from courses.choices import Choices
from courses.models import ClassSection, Course, CoursePage, Term, TermPhase
from courses.models.sections import ClassSectionQuerySet

A_PAGE = 12
A_COURSE = 3  # classes shown under a course in the catalogue
FEW = 3  # seats left from which a class is called nearly full


@dataclass(frozen=True)
class SeatWords:
    """Which of the closed set of words for seats is true: ``components/seat_words.html``."""

    state: str  # open, few, full, soon, closed, or draw: asked for by the form of the term
    left: int = 0
    waiting: int = 0
    opens_at: datetime | None = None
    warmth: str = ""  # how wanted it is, while no count is shown


@dataclass(frozen=True)
class ClassCard:
    """A class as a card of the catalogue shows it."""

    section: ClassSection
    seats: SeatWords
    way: Way | None


@dataclass(frozen=True)
class CourseCard:
    """A course with the first few of its classes that were found."""

    course: Course
    poster: CoursePage | None
    classes: list[ClassCard]
    number: int
    fee_fen: int

    @property
    def more(self) -> int:
        """How many classes were found beside those shown."""
        return self.number - len(self.classes)


@dataclass(frozen=True)
class ProspectusRow:
    """A course in a prospectus; its classes one by one where the prospectus is of one unit."""

    course: Course
    number: int
    fee_fen: int
    units: list[str]
    classes: list[ClassSection]


@dataclass(frozen=True)
class Found:
    """One page of the catalogue. ``said``: the courses that the words mean, if there are any."""

    page: ListPage[Any]
    cards: list[CourseCard]
    number_of_classes: int
    said: list[int] | None


def matching(
    choices: Choices, term: Term, said: Sequence[int] | None = None
) -> ClassSectionQuerySet:
    """Return the classes of a term that a reader's choices leave.

    ``said``: the courses that the search words mean, when somebody has looked already.
    """
    sections = ClassSection.objects.listed().running().taught_in(term)
    by_value = {
        "campus": "campus__slug__in",
        "half": "slot__half_day__in",
        "subject": "course__subject__slug__in",
    }
    by_number = {
        "day": "slot__weekday__in",
        "department": "course__subject__department__in",
        "level": "course__level__in",
    }
    for name, lookup in by_value.items():
        if choices.get(name):
            sections = sections.filter(**{lookup: choices.get(name)})
    for name, lookup in by_number.items():
        if choices.get(name):
            sections = sections.filter(**{lookup: choices.numbers(name)})
    if choices.get("free"):
        sections = sections.with_seats_left()
    if choices.get("online"):
        sections = sections.online()
    if choices.get("q"):
        said = search.course_ids(choices.first("q")) if said is None else said
        sections = sections.filter(course__in=said)
    return sections


def find(
    choices: Choices, *, term: Term, locality: Locality | None, page: str | None, at: datetime
) -> Found:
    """Return one page of courses, each with its nearest classes that have seats.

    Takes as many queries for one course as for a whole page.
    """
    said = search.course_ids(choices.first("q")) if choices.get("q") else None
    sections = matching(choices, term, said)
    courses = list(
        sections.values("course_id")
        .annotate(number=Count("pk"), fee=Min("fee_fen"))
        .order_by(*[f"course__{name}" for name in search.ORDER])
    )
    if said is not None:
        best_first = {pk: place for place, pk in enumerate(said)}
        courses.sort(key=lambda row: best_first[row["course_id"]])
    shown = Paginator(courses, A_PAGE).get_page(page)
    return Found(
        page=shown,
        cards=_cards(list(shown), sections, term, locality, at),
        number_of_classes=sum(row["number"] for row in courses),
        said=said,
    )


def first_cards(query: str, number: int, *, at: datetime) -> list[CourseCard]:
    """Return the first courses that a query finds in the term a reader sees unasked."""
    term = default_term(terms_on_show())
    if term is None:
        return []
    choices = Choices({"q": (query,)})
    return find(choices, term=term, locality=None, page=None, at=at).cards[:number]


def prospectus(term: Term, unit: Unit | None) -> list[ProspectusRow]:
    """Return the courses of a term by department, with a unit's classes or with all units."""
    sections = ClassSection.objects.listed().running().taught_in(term)
    if unit:
        sections = sections.filter(unit=unit)
    sums = (
        sections.order_by()
        .values("course")
        .annotate(number=Count("pk"), fee=Min("fee_fen"), units=ArrayAgg("unit", distinct=True))
    )
    by_course = {row["course"]: row for row in sums}
    names = [(office.pk, office.display_name()) for office in Unit.objects.in_order()]
    classes: dict[int, list[ClassSection]] = defaultdict(list)
    if unit:
        for section in sections.select_related("campus", "room", "slot").in_order():
            classes[section.course_id].append(section)
    courses = Course.objects.filter(pk__in=by_course).select_related("subject__department")
    return [
        ProspectusRow(
            course=course,
            number=by_course[course.pk]["number"],
            fee_fen=by_course[course.pk]["fee"],
            units=[name for pk, name in names if pk in by_course[course.pk]["units"]],
            classes=classes[course.pk],
        )
        for course in courses.in_order()
    ]


def terms_on_show() -> list[Term]:
    """Return the terms a reader may look at, the coming one first."""
    return list(Term.objects.on_show().latest_first())


def default_term(terms: Sequence[Term]) -> Term | None:
    """Return the term a reader sees unasked: open for enrolment, or else the coming one."""
    open_now = [term for term in terms if term.phase == Term.Phase.OPEN_ENROLMENT]
    return next(iter(open_now or terms), None)


def in_best_order(
    sections: ClassSectionQuerySet, locality: Locality | None
) -> ClassSectionQuerySet:
    """Put the coming term first; in it classes with seats, then the nearest, then by hour."""
    no_seat = Case(When(availability__seats_left__gt=0, then=Value(0)), default=Value(1))
    order = ["-term__starts_on", "no_seat", "slot__weekday", "slot__starts_at", "pk"]
    if locality is not None:
        way = FilteredRelation(
            "campus__travel_times", condition=Q(campus__travel_times__locality=locality)
        )
        sections = sections.annotate(way=way, minutes=F("way__minutes"))
        order[2:2] = ["minutes", "km2"]
        sections = sections.annotate(km2=locality.square_of_way("campus__"))
    return sections.annotate(no_seat=no_seat).order_by(*order)


def class_cards(
    sections: Iterable[ClassSection], *, locality: Locality | None, at: datetime
) -> list[ClassCard]:
    """Return cards of classes that were loaded ``with_all_to_show``; one query for the dates."""
    sections = list(sections)
    openings = _openings({section.term_id for section in sections})
    cards = []
    for section in sections:
        minutes = getattr(section, "minutes", None)
        cards.append(
            ClassCard(
                section=section,
                seats=seat_words(section, opens_at=openings.get(section.term_id), at=at),
                way=way_to(section.campus, locality, minutes=minutes),
            )
        )
    return cards


def seat_words(section: ClassSection, *, opens_at: datetime | None, at: datetime) -> SeatWords:
    """Say how a class stands with its seats; ``opens_at`` is when the term opens for everybody.

    Reads the display row, which is at most a minute old; whoever asks for a seat gets the truth.
    """
    opens_at = section.opens_at or opens_at
    seen = getattr(section, "availability", None)
    if section.takes_choices:
        return (
            SeatWords("draw", left=seen.seats_left, warmth=seen.warmth)
            if seen
            else SeatWords("draw")
        )
    if section.closes_at and at >= section.closes_at:
        return SeatWords("closed")
    if not section.term.takes_people:
        return (
            SeatWords("closed") if section.term.is_over else SeatWords("soon", opens_at=opens_at)
        )
    if opens_at and at < opens_at:
        return SeatWords("soon", opens_at=opens_at)
    left, waiting = (seen.seats_left, seen.waiting) if seen else (0, 0)
    if left == 0:
        return SeatWords("full", waiting=waiting)
    return SeatWords("few" if left <= FEW else "open", left=left, waiting=waiting)


def posters_of(courses: Iterable[int]) -> dict[int, CoursePage]:
    """Return the live pages of courses in the reader's language, by the course's id."""
    pages = CoursePage.objects.live().filter(
        course__in=courses, locale__language_code=get_language()
    )
    return {page.course_id: page for page in pages.order_by("-pk")}


def _openings(terms: set[int]) -> dict[int, datetime]:
    phases = TermPhase.objects.opening_for_all().filter(term__in=terms)
    return dict(phases.values_list("term_id", "opens_at"))


def _cards(
    rows: list[Any],
    sections: ClassSectionQuerySet,
    term: Term,
    locality: Locality | None,
    at: datetime,
) -> list[CourseCard]:
    ids = [row["course_id"] for row in rows]
    courses = Course.objects.select_related("subject__department").in_bulk(ids)
    posters = posters_of(ids)
    best = in_best_order(sections.filter(course__in=ids), locality)
    order: Any = best.query.order_by
    place = Window(RowNumber(), partition_by="course", order_by=order)
    first = best.annotate(place=place).filter(place__lte=A_COURSE).with_all_to_show()
    by_course: dict[int, list[ClassCard]] = defaultdict(list)
    for card in class_cards(first, locality=locality, at=at):
        by_course[card.section.course_id].append(card)
    return [
        CourseCard(
            course=courses[row["course_id"]],
            poster=posters.get(row["course_id"]),
            classes=by_course[row["course_id"]],
            number=row["number"],
            fee_fen=row["fee"],
        )
        for row in rows
    ]
