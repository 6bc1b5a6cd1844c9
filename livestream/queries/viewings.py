"""What viewing points show: today, this week, to whom, and how many people came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware

from accounts import scope
from accounts.models import Learner
from campus.models import Campus
from courses.models import Attendance, Lesson
from enrolment.models import CloudSeat, Enrolment
from livestream.models import Broadcast, Lecture, Recording, RoomViewing
from livestream.models.viewings import RoomViewingQuerySet

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
FAR = timedelta(days=90)


@dataclass(frozen=True)
class FilmToShow:
    """What a room is shown: the live picture while there is one, or the replay."""

    recording: Recording
    is_live: bool


@dataclass(frozen=True)
class InClass:
    """Somebody of the class, for the list of who is here."""

    learner: Learner
    kind: str  # of Attendance; "" for who has not been seen

    @property
    def is_here(self) -> bool:
        """Whether they watch in this room."""
        return self.kind == Attendance.Kind.VIEWING_POINT

    @property
    def is_elsewhere(self) -> bool:
        """Whether they were noted in the room of the class, online, or excused."""
        return bool(self.kind) and not self.is_here


@dataclass(frozen=True)
class MonthOfPlace:
    """What a viewing point did in a month. See the report for what is counted."""

    campus: Campus
    month: date
    held: int
    counted: int
    people: int
    most: int


def local_midnight(day: date) -> datetime:
    """The moment a day begins where the product is."""
    return make_aware(datetime.combine(day, time()))


def viewings_to_look_after(units: Iterable[int], *, at: datetime) -> RoomViewingQuerySet:
    """Today's afternoons at the places of these offices; one still running from before first."""
    today = local_midnight(localtime(at).date())
    ours = RoomViewing.objects.of_units(units).taking_place()
    shown = ours.between(today, today + DAY) | ours.running()
    return shown.in_order().with_all_to_show()


def week_at(units: Iterable[int], monday: date) -> RoomViewingQuerySet:
    """The programme of a week at the places of these offices."""
    begins = local_midnight(monday)
    ours = RoomViewing.objects.of_units(units).taking_place().between(begins, begins + WEEK)
    return ours.order_by("campus__name_pinyin", "campus", "during", "pk").with_all_to_show()


def programme_of(campus: Campus, *, at: datetime) -> RoomViewingQuerySet:
    """What a place shows from today on."""
    today = local_midnight(localtime(at).date())
    coming = RoomViewing.objects.at(campus).taking_place().between(today, today + FAR)
    return coming.in_order().with_all_to_show()


def viewing_points(units: Iterable[int] | None = None) -> list[Campus]:
    """Open places where things are shown to a room; of these offices, or of all."""
    kinds = [Campus.Kind.VIEWING_POINT, Campus.Kind.TEACHING_POINT]
    places = Campus.objects.open_to_learners().filter(kind__in=kinds).select_related("unit")
    if units is not None:
        places = places.filter(unit__in=list(units))
    return list(places.in_order())


def film_to_show(viewing: RoomViewing) -> FilmToShow | None:
    """Return what can be shown now: live before replay; None while there is neither."""
    what = {"lesson": viewing.lesson_id, "lecture": viewing.lecture_id}
    films = Recording.objects.published().filter(**what).with_all_to_show()
    on_air = Broadcast.objects.live().for_people().filter(**what)
    live = films.filter(broadcast__in=on_air).first()
    if live is not None:
        return FilmToShow(live, is_live=True)
    replay = films.order_by("-uploaded_at", "-pk").first()
    return FilmToShow(replay, is_live=False) if replay else None


def lessons_to_show(words: str, *, at: datetime) -> list[Lesson]:
    """Lessons of classes, to be planned for a room: those that go out live, or have a replay."""
    near = Lesson.objects.taking_place().after(at - FAR)
    coming = near.filter(during__startswith__lt=at + FAR)
    named = coming.filter(section__course__name__icontains=words)
    found = named.order_by("during", "pk").select_related("section__course", "section__campus")
    return list(found[:60])


def lectures_to_show(*, at: datetime) -> list[Lecture]:
    """Lectures of the last and the coming months, the next first."""
    near = Lecture.objects.taking_place().filter(
        during__startswith__gt=at - FAR, during__startswith__lt=at + FAR
    )
    return list(near.order_by("during", "pk").select_related("series")[:60])


def ids_of_class_at(viewing: RoomViewing) -> list[int]:
    """Return who may be noted by name: in the class or following it, and of the place's office.

    Facilitators see no office's learners; these few are opened to them for this list.
    """
    if viewing.lesson is None:
        return []
    section, unit = viewing.lesson.section, viewing.campus.unit_id
    with scope.system("the class at a viewing point"):
        seated = Enrolment.objects.attending().filter(section=section, learner__unit=unit)
        online = CloudSeat.objects.standing().filter(
            course=section.course_id, term=section.term_id, learner__unit=unit
        )
        ids = {
            *seated.values_list("learner", flat=True),
            *online.values_list("learner", flat=True),
        }
    return sorted(ids)


def class_at(viewing: RoomViewing) -> list[InClass]:
    """The list to tick: names and cards of the class, of the place's office alone."""
    ids = ids_of_class_at(viewing)
    with scope.learners(ids):
        rows = Attendance.objects.filter(lesson=viewing.lesson_id, learner__in=ids)
        kinds = dict(rows.values_list("learner", "kind"))
        learners = Learner.objects.filter(pk__in=ids, deceased_on=None)
        return [
            InClass(one, kinds.get(one.pk, "")) for one in learners.order_by("name_pinyin", "pk")
        ]


def months_of_places(units: Iterable[int], *, begins: date, ends: date) -> list[MonthOfPlace]:
    """Count afternoons and people of each place and month, from one day to before another."""
    held = RoomViewing.objects.of_units(units).held()
    held = held.between(local_midnight(begins), local_midnight(ends)).with_all_to_show()
    found: dict[tuple[int, date], list[RoomViewing]] = defaultdict(list)
    for viewing in held.order_by("campus__unit__position", "campus__position", "campus", "during"):
        day = localtime(viewing.during.lower).date()
        found[viewing.campus_id, day.replace(day=1)].append(viewing)
    rows = []
    for (_campus, month), afternoons in found.items():
        people = [one.people for one in afternoons if one.people is not None]
        rows.append(
            MonthOfPlace(
                campus=afternoons[0].campus,
                month=month,
                held=len(afternoons),
                counted=len(people),
                people=sum(people),
                most=max(people, default=0),
            )
        )
    return rows
