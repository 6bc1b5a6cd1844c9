"""What can be said of courses followed from home: one's own, and how many there are of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils.timezone import localtime

from accounts import scope
from accounts.models import Learner
from courses import search
from courses.models import ClassSection, Course, Lesson, Term
from enrolment.models import CloudSeat, DeliveryRequest

MOST_COURSES = 30


@dataclass(frozen=True)
class CloudCourse:
    """A course that somebody follows from home, with what one can do there."""

    seat: CloudSeat
    next_lesson: Lesson | None  # the next that goes out live
    pack: DeliveryRequest | None  # asked for and not yet here

    @property
    def starts_at(self) -> datetime | None:
        """When the next live lesson begins, in local time."""
        return localtime(self.next_lesson.during.lower) if self.next_lesson else None


@dataclass(frozen=True)
class CloudCount:
    """How many people follow a course of a term from home."""

    course: Course
    now: int
    by_themselves: int  # waiting, not drawn, class called off
    asked: int  # by the learner or by staff
    sit_in_class: int  # began at home, and have a seat in a room today


def cloud_of(learner: Learner, *, at: datetime) -> list[CloudCourse]:
    """Return the courses a learner follows from home; as many queries for one as for ten."""
    mine = CloudSeat.objects.of(learner).standing().select_related("course__subject", "term")
    seats = list(mine.in_order())
    if not seats:
        return []
    packs = DeliveryRequest.objects.under_way().filter(cloud_seat__in=seats)
    by_seat = {pack.cloud_seat_id: pack for pack in packs.with_all_to_show()}
    lessons = _next_live(seats, at=at)
    return [
        CloudCourse(seat, lessons.get((seat.course_id, seat.term_id)), by_seat.get(seat.pk))
        for seat in seats
    ]


def _next_live(seats: Iterable[CloudSeat], *, at: datetime) -> dict[tuple[int, int], Lesson]:
    """The next lesson that goes out live, of each course and term."""
    wanted = Q()
    for seat in seats:
        wanted |= Q(section__course=seat.course_id, section__term=seat.term_id)
    live = ClassSection.objects.running().listed().online()
    coming = Lesson.objects.taking_place().after(at).filter(wanted, section__in=live)
    first = coming.order_by("section__course", "section__term", "during", "pk")
    first = first.distinct("section__course", "section__term")
    return {
        (one.section.course_id, one.section.term_id): one
        for one in first.select_related("section")
    }


def followed_by(learner: Learner, course: Course) -> dict[int, CloudSeat]:
    """Return a learner's cloud seats in a course, by term."""
    mine = CloudSeat.objects.of(learner).standing().filter(course=course)
    return {seat.term_id: seat for seat in mine}


def courses_to_follow(words: str) -> QuerySet[Course]:
    """Return courses taught in terms that go on, which the words mean, for staff to choose."""
    taught = (
        ClassSection.objects.running()
        .listed()
        .filter(course=OuterRef("pk"), term__in=Term.objects.on_show())
    )
    meant = Course.objects.filter(Exists(taught), pk__in=search.course_ids(words))
    return meant.order_by("name_pinyin", "pk")[:MOST_COURSES]


def terms_of(course: Course) -> list[Term]:
    """Return the terms on show in which a course is taught, that being taught first."""
    taught = ClassSection.objects.running().listed().filter(course=course)
    on_show = Term.objects.on_show().filter(pk__in=taught.values("term"))
    being_taught_first = Case(When(phase=Term.Phase.TEACHING, then=0), default=1)
    return list(on_show.order_by(being_taught_first, "starts_on"))


def packs_to_do(units: Iterable[int]) -> QuerySet[DeliveryRequest]:
    """Return packs to print and hand over: of the offices' learners, or fetched at their places.

    Row-level security leaves out whoever these offices do not know.
    """
    ours = Q(learner__unit__in=list(units)) | Q(campus__unit__in=list(units))
    return DeliveryRequest.objects.filter(ours).under_way().oldest_first().with_all_to_show()


def cloud_counts(term: Term) -> list[CloudCount]:
    """Count who follows each course from home, in the whole city: figures, nobody's record."""
    source = CloudSeat.Source
    asked = [source.REQUEST, source.STAFF]
    with scope.system("counts of cloud seats"):
        of_term = CloudSeat.objects.of_term(term)
        standing = _by_course(of_term.standing())
        wanted = _by_course(of_term.standing().filter(source__in=asked))
        seated = _by_course(of_term.not_left().turned_into_a_seat())
    courses = Course.objects.filter(pk__in=standing.keys() | seated.keys())
    return [
        CloudCount(
            course=course,
            now=standing.get(course.pk, 0),
            by_themselves=standing.get(course.pk, 0) - wanted.get(course.pk, 0),
            asked=wanted.get(course.pk, 0),
            sit_in_class=seated.get(course.pk, 0),
        )
        for course in courses.order_by("name_pinyin", "pk")
    ]


def _by_course(seats: QuerySet[CloudSeat]) -> dict[int, int]:
    return dict(seats.values_list("course").annotate(number=Count("pk")))
