"""A city for the rush: as many classes of five hundred seats and learners as one run can use."""

import datetime as dt
import os
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from accounts.models import Learner, Unit, User
from accounts.sessions import SessionStore
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
from enrolment.models import ledger

FIRST = 1_000_000  # ids count from here, so that pgbench can work them out
SEATS = 500
WEEKS = 16


@dataclass(frozen=True)
class City:
    """How much there is of everything; ids run from ``FIRST``."""

    learners: int
    classes: int
    sessions: list[str]


def build(*, learners: int, classes: int, signed_in: int) -> City:
    """Fill an empty database."""
    now = timezone.now()
    unit = Unit.objects.create(kind=Unit.Kind.CITY, name="市老年大学")
    campus = Campus.objects.create(
        unit=unit, kind=Campus.Kind.MAIN, name="新校区", slug="new", address="1", x_km=0, y_km=0,
        phone="1", hours="1",
    )  # fmt: skip
    slot = TimeSlot.objects.create(
        weekday=2, ordinal=1, half_day="morning", starts_at=dt.time(8, 30), ends_at=dt.time(10)
    )
    starts_on = now.date() + timedelta(days=60)
    term = Term.objects.create(
        unit=unit, code="rush", name="春季", phase=Term.Phase.OPEN_ENROLMENT,
        starts_on=starts_on, ends_on=starts_on + timedelta(weeks=WEEKS),
    )  # fmt: skip
    TermPhase.objects.create(term=term, phase=term.phase, opens_at=now - timedelta(days=1))
    rules = default_rules() | {"room_classes": 1000, "holds_per_learner": 1000, "hot_classes": 99}
    TermPolicy.objects.create(
        term=term, version=1, rules=rules, published_at=now - timedelta(days=9)
    )
    subject = Subject.objects.create(
        department=Department.objects.create(name="体育"), code="T", slug="t", name="太极"
    )
    course = Course.objects.create(
        subject=subject, level=0, slug="taiji", name="太极", min_age_f=0
    )
    pattern = ClassSection(course=course, term=term, unit=unit, campus=campus, slot=slot)
    _classes(pattern, classes)
    people(unit, learners, now)
    return City(learners, classes, sign_in(signed_in))


def _classes(pattern: ClassSection, number: int) -> None:
    start = dt.datetime.combine(pattern.term.starts_on, dt.time(), tzinfo=dt.UTC)
    sections = []
    rooms = Room.objects.bulk_create(
        Room(campus=pattern.campus, name=str(index), kind="large", seats=1)
        for index in range(number)
    )
    for index in range(number):
        # Two hours of their own in the week for each of 84 classes, then again.
        first = start + timedelta(hours=2 * (index % 84))
        meets = Multirange(
            Range(first + timedelta(weeks=week), first + timedelta(weeks=week, minutes=90))
            for week in range(WEEKS)
        )
        section = ClassSection(
            pk=FIRST + index, room=rooms[index], number=index + 1, capacity=SEATS, fee_fen=18000,
            meets=meets,
        )  # fmt: skip
        for field in ("course", "term", "unit", "campus", "slot"):
            setattr(section, field, getattr(pattern, field))
        sections.append(section)
    ClassSection.objects.bulk_create(sections)
    ledger.lay_out()


def people(unit: Unit, number: int, now: dt.datetime) -> None:
    """Learners with accounts, ids from ``FIRST``."""
    ids = range(FIRST, FIRST + number)
    User.objects.bulk_create((User(pk=pk, username=f"u{pk}") for pk in ids), batch_size=2000)
    Learner.objects.bulk_create(
        (
            Learner(
                pk=pk, user_id=pk, unit=unit, name=f"学员{pk}", sex="f",
                born_on=dt.date(1960, 1, 1), card_no=str(pk), created_at=now,
            )
            for pk in ids
        ),
        batch_size=2000,
    )  # fmt: skip


def sign_in(number: int) -> list[str]:
    """Open a session for so many of them; return their keys in the order of the ids."""
    store = SessionStore()
    expire = timezone.now() + timedelta(days=30)
    rows = []
    for user in User.objects.filter(pk__gte=FIRST).order_by("pk")[:number]:
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        rows.append(
            Session(
                session_key=os.urandom(16).hex(),
                session_data=store.encode(data),
                expire_date=expire,
            )
        )
    Session.objects.bulk_create(rows, batch_size=2000)
    return [row.session_key for row in rows]
