"""A city before the opening of one department: few seats, many people, all of them signed in."""

import datetime as dt
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts.models import Unit
from benchmarks import claim_city
from campus.models import Campus, Room, TimeSlot
from courses.models import (
    ClassSection,
    Course,
    Department,
    Subject,
    Term,
    TermPhase,
    TermPolicy,
)
from courses.models.terms import default_rules
from enrolment.domain import queueing
from enrolment.models import Channel, Opening, OpeningSecret, QueuePlace, ledger

FIRST = claim_city.FIRST
WEEKS = 16
CLASSES_A_COURSE = 10


@dataclass(frozen=True)
class City:
    """What the crowd has to know."""

    opening: int
    classes: list[int]
    courses: list[str]
    sessions: list[str]


def build(*, learners: int, classes: int, seats: int) -> City:
    """Fill an empty database; the doors of the department's room are open."""
    now = timezone.now()
    unit = Unit.objects.create(kind=Unit.Kind.CITY, name="市老年大学")
    campus = Campus.objects.create(
        unit=unit, kind=Campus.Kind.MAIN, name="新校区", slug="new", address="1", x_km=0, y_km=0,
        phone="1", hours="1",
    )  # fmt: skip
    term = _term(unit, now)
    department = Department.objects.create(name="体育")
    opening = _opening(term, department, now)
    courses = _courses(department, -(-classes // CLASSES_A_COURSE))
    _classes(opening, campus, courses, classes, seats // classes)
    claim_city.people(unit, learners, now)
    return City(
        opening.pk,
        [FIRST + index for index in range(classes)],
        [course.slug for course in courses],
        claim_city.sign_in(learners),
    )


def open_at(opening_id: int, moment: dt.datetime) -> None:
    """Set the hour, once everybody stands before the door."""
    opening = Opening.objects.get(pk=opening_id)
    opening.opens_at = moment
    opening.save(update_fields=["opens_at"])
    ClassSection.objects.filter(term=opening.term_id).update(opens_at=moment)


def stand_there(opening_id: int, learners: range) -> None:
    """Let people have their numbers already, where taking them is not what is measured."""
    QueuePlace.objects.bulk_create(
        (
            QueuePlace(
                opening_id=opening_id,
                learner_id=FIRST + n,
                number=f"{secrets.randbelow(16**3):03X}{n:05X}",
                joined_at=timezone.now(),
                channel=Channel.WEB,
            )
            for n in learners
        ),
        batch_size=2000,
    )


def numbers_of(opening_id: int) -> dict[int, str]:
    """Return everybody's number, as their waiting page shows it."""
    return dict(QueuePlace.objects.filter(opening=opening_id).values_list("learner_id", "number"))


def _term(unit: Unit, now: dt.datetime) -> Term:
    starts_on = now.date() + timedelta(days=60)
    term = Term.objects.create(
        unit=unit, code="rush", name="春季", phase=Term.Phase.OPEN_ENROLMENT,
        starts_on=starts_on, ends_on=starts_on + timedelta(weeks=WEEKS),
    )  # fmt: skip
    TermPhase.objects.create(term=term, phase=term.phase, opens_at=now - timedelta(days=1))
    TermPolicy.objects.create(
        term=term, version=1, rules=default_rules(), published_at=now - timedelta(days=9)
    )
    return term


def _opening(term: Term, department: Department, now: dt.datetime) -> Opening:
    seed = secrets.token_hex(32)
    opening = Opening.objects.create(
        term=term,
        department=department,
        opens_at=now + timedelta(minutes=14),
        closes_at=now + timedelta(days=5),
        seed_digest=queueing.digest_of(seed),
    )
    OpeningSecret.objects.create(opening=opening, seed=seed)
    return opening


def _courses(department: Department, number: int) -> list[Course]:
    return [
        Course.objects.create(
            subject=Subject.objects.create(
                department=department, code=f"T{index}", slug=f"t{index}", name=f"太极{index}"
            ),
            level=0,
            slug=f"taiji-{index}",
            name=f"太极{index}",
            min_age_f=0,
        )
        for index in range(number)
    ]


def _classes(
    opening: Opening, campus: Campus, courses: list[Course], number: int, capacity: int
) -> None:
    term = opening.term
    slot = TimeSlot.objects.create(
        weekday=2, ordinal=1, half_day="morning", starts_at=dt.time(8, 30), ends_at=dt.time(10)
    )
    start = dt.datetime.combine(term.starts_on, dt.time(), tzinfo=dt.UTC)
    rooms = Room.objects.bulk_create(
        Room(campus=campus, name=str(index), kind="large", seats=capacity)
        for index in range(number)
    )
    sections = []
    for index in range(number):
        # Two hours of their own in the week for each of 84 classes, then again.
        first = start + timedelta(hours=2 * (index % 84))
        meets = Multirange(
            Range(first + timedelta(weeks=week), first + timedelta(weeks=week, minutes=90))
            for week in range(WEEKS)
        )
        sections.append(
            ClassSection(
                pk=FIRST + index,
                course=courses[index // CLASSES_A_COURSE],
                term=term,
                unit=term.unit,
                campus=campus,
                slot=slot,
                room=rooms[index],
                number=index + 1,
                capacity=capacity,
                fee_fen=18000,
                meets=meets,
                opens_at=opening.opens_at,
            )
        )
    ClassSection.objects.bulk_create(sections)
    ledger.lay_out()
