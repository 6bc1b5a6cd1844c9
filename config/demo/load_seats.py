"""Writes who sits where: enrolments with their seats, lines, attendance, earlier terms."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import User
from config.demo.load_rows import copy_in, free_key, settle_sequences
from config.demo.records import CityPlan, EnrolmentPlan
from courses.models import Attendance, Lesson, TermRecord
from enrolment.models import Enrolment, Seat, WaitlistEntry, ledger
from enrolment.services import refresh_availability

_STATES = {"offered": "held"}
_SITS = frozenset({"offered", "confirmed", "active", "completed", "not_completed"})
# Enrolments carry the hours of their class: rows come in without, and take them from it.
_WAITING_ROOM = """
CREATE TEMPORARY TABLE demo_enrolment (
    id bigint, section_id bigint, learner_id bigint, status text, source text,
    due_at timestamptz, created_at timestamptz, ended_at timestamptz
)
"""
_TAKE_IN = """
INSERT INTO enrolment_enrolment (
    id, section_id, learner_id, unit_id, status, source, seat_class, slots, due_at, created_at,
    ended_at
)
SELECT d.id, d.section_id, d.learner_id, s.unit_id, d.status, d.source, 'O', s.meets, d.due_at,
       d.created_at, d.ended_at
FROM demo_enrolment d JOIN courses_classsection s ON s.id = d.section_id
ORDER BY d.id
"""
_INTRODUCE = """
INSERT INTO accounts_learnerunit (learner_id, unit_id)
SELECT DISTINCT e.learner_id, e.unit_id
FROM enrolment_enrolment e JOIN accounts_learner l ON l.id = e.learner_id
WHERE e.unit_id <> l.unit_id
ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""


class Seats:
    """Writes enrolments and seats, by the keys of learners and of each term's classes."""

    def __init__(
        self,
        plan: CityPlan,
        *,
        units: dict[str, int],
        learners: dict[int, int],
        sections: dict[str, dict[int, int]],
    ) -> None:
        self.plan, self.units, self.learners, self.sections = plan, units, learners, sections

    def load(self, at: datetime) -> int:
        """Write everything, let the ledger complete counts and history; return the first key."""
        first = free_key(Enrolment)
        keyed = list(enumerate(self.plan.enrolments, first))
        self._enrol(keyed)
        self._seat(keyed)
        with connection.cursor() as cursor:
            cursor.execute(_INTRODUCE)
        self._wait()
        ledger.note_import(at=at, reason="demo city")
        return first

    def _enrol(self, keyed: list[tuple[int, EnrolmentPlan]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING_ROOM)
            copy_in(
                "demo_enrolment",
                ("id", "section_id", "learner_id", "status", "source", "due_at", "created_at",
                 "ended_at"),
                (
                    (key, self.sections[row.term][row.section], self.learners[row.learner],
                     row.status, row.source, row.due, row.at, row.ended)
                    for key, row in keyed
                ),
            )  # fmt: skip
            cursor.execute(_TAKE_IN)
            cursor.execute("DROP TABLE demo_enrolment")
        settle_sequences(Enrolment)

    def _seat(self, keyed: list[tuple[int, EnrolmentPlan]]) -> None:
        """Seats from number one up: first those in use, in the order of enrolment."""
        sitting: dict[tuple[str, int], list[tuple[int, EnrolmentPlan]]] = {}
        for key, row in keyed:
            if row.status in _SITS:
                sitting.setdefault((row.term, row.section), []).append((key, row))
        copy_in(
            Seat,
            ("section_id", "no", "state", "bucket", "learner_id", "enrolment_id", "due_at"),
            self._seat_rows(sitting),
        )

    def _seat_rows(
        self, sitting: dict[tuple[str, int], list[tuple[int, EnrolmentPlan]]]
    ) -> Iterable[tuple[object, ...]]:
        for term, sections in self.sections.items():
            for section in self.plan.sections:
                pk, here = sections[section.no], sitting.get((term, section.no), [])
                for no, (key, row) in enumerate(here, 1):
                    state = _STATES.get(row.status, "taken")
                    yield pk, no, state, "O", self.learners[row.learner], key, row.due
                for no in range(len(here) + 1, section.capacity + 1):
                    yield pk, no, "free", "O", None, None, None

    def _wait(self) -> None:
        unit_of = {section.no: section.unit for section in self.plan.sections}
        entries = [
            WaitlistEntry(
                section_id=self.sections[row.term][row.section],
                learner_id=self.learners[row.learner],
                unit_id=self.units[unit_of[row.section]],
                ticket=row.ticket,
                joined_at=row.at,
            )
            for row in self.plan.waiting
        ]
        WaitlistEntry.objects.bulk_create(entries, batch_size=1000)


def load_term_records(
    plan: CityPlan, learners: dict[int, int], terms: dict[str, int], courses: dict[str, int]
) -> None:
    """Write what earlier terms left behind."""
    copy_in(
        TermRecord,
        ("learner_id", "term_id", "applied", "room_seats", "attendance_share",
         "completed_course_id", "removed_for_absence"),
        (
            (learners[row.learner], terms[row.term], row.applied, row.room_seats,
             row.attendance_pct if row.room_seats else None,
             courses[row.completed_course] if row.completed_course else None,
             row.removed_for_absence)
            for row in plan.term_records
        ),
    )  # fmt: skip


def load_attendance(
    plan: CityPlan, learners: dict[int, int], sections: dict[int, int], by: User | None
) -> None:
    """Mark who came to the past lessons of the classes that personas sit or teach in."""
    named = {p.no for p in plan.learners if p.persona}
    painter = {t.no for t in plan.teachers if t.persona}
    term = plan.current_term.code
    rows = [row for row in plan.enrolments if row.term == term and row.status == "active"]
    wanted = {row.section for row in rows if row.learner in named}
    wanted |= {section.no for section in plan.sections if section.teacher in painter}
    sitting: dict[int, list[int]] = {}
    for row in rows:
        if row.section in wanted:
            sitting.setdefault(sections[row.section], []).append(learners[row.learner])
    today = datetime.combine(plan.today, datetime.min.time()).astimezone()
    past = Lesson.objects.filter(
        section_id__in=sitting, during__endswith__lt=today, status=Lesson.Status.PLANNED
    ).order_by("pk")
    copy_in(
        Attendance,
        ("lesson_id", "learner_id", "kind", "by_id", "at"),
        (
            (lesson.pk, learner, _kind(lesson.pk, learner), by.pk if by else None,
             lesson.during.upper + timedelta(minutes=5))
            for lesson in past
            for learner in sitting[lesson.section_id]
            if (lesson.pk * 7 + learner * 13) % 100 < 91
        ),
    )  # fmt: skip


def _kind(lesson: int, learner: int) -> str:
    """Nearly everybody in the room, a few excused or online."""
    throw = (lesson * 31 + learner * 17) % 100
    if throw < 93:
        return Attendance.Kind.ROOM
    return Attendance.Kind.EXCUSED if throw < 97 else Attendance.Kind.ONLINE


def show_seats_left(at: datetime) -> None:
    """Bring the catalogue's display rows up to date."""
    refresh_availability(at=at)
