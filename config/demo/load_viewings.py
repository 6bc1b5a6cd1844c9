"""Writes the week of a village's viewing point, and who follows a course from home.

This afternoon's lesson is one of the demo's films; a week ago 31 people sat before the screen,
on one account.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import uuid4

from django.db.models import Min
from psycopg.types.range import Range

from accounts.models import User
from campus.models import Campus
from config.demo.calendar import CHINA
from courses.models import Lesson
from enrolment.models import CloudSeat, DeliveryRequest, WaitlistEntry
from livestream.models import HeadCount, Lecture, RoomViewing

BEGINS, LASTS = time(14, 30), timedelta(minutes=90)
PEOPLE = {HeadCount.Moment.START: 27, HeadCount.Moment.HALF_TIME: 31}
WEEK = timedelta(weeks=1)
PACKS = 3


def load_viewings(lesson: Lesson, facilitator: User, at: datetime) -> None:
    """Plan this afternoon, and the next lecture; note how it was a week ago."""
    place = Campus.objects.filter(kind=Campus.Kind.VIEWING_POINT).order_by("pk").first()
    if place is None:
        return
    today = datetime.combine(at.astimezone(CHINA).date(), BEGINS, tzinfo=CHINA)
    _afternoon(place, facilitator, today, lesson=lesson)
    before = today - WEEK
    held = _afternoon(
        place,
        facilitator,
        before,
        lesson=lesson,
        status=RoomViewing.Status.ENDED,
        began_at=before,
        ended_at=before + LASTS,
    )
    for minutes, (moment, people) in zip((5, 45), PEOPLE.items(), strict=True):
        counted = before + timedelta(minutes=minutes)
        HeadCount.objects.create(
            viewing=held,
            moment=moment,
            people=people,
            key=uuid4(),
            by=facilitator,
            counted_at=counted,
            received_at=counted,
        )
    lecture = Lecture.objects.still_to_come(today + LASTS).first()
    if lecture is not None:
        _afternoon(place, facilitator, lecture.during.lower, lecture=lecture)


def load_cloud_seats(counter: User) -> int:
    """Open the courses that people wait for, as joining a line does; return how many."""
    waits = WaitlistEntry.objects.waiting().values_list(
        "learner", "section__course", "section__term"
    )
    seats = [
        CloudSeat(
            learner_id=learner,
            course_id=course,
            term_id=term,
            source=CloudSeat.Source.WAITLIST,
            created_at=began,
        )
        for learner, course, term, began in waits.annotate(began=Min("joined_at"))
    ]
    CloudSeat.objects.bulk_create(seats, ignore_conflicts=True, batch_size=2000)
    for number, seat in enumerate(CloudSeat.objects.standing().order_by("pk")[:PACKS]):
        DeliveryRequest.objects.create(
            learner_id=seat.learner_id,
            cloud_seat=seat,
            address=f"幸福街道{number + 1}号",
            asked_at=seat.created_at,
            asked_by=counter,
        )
    return len(seats)


def _afternoon(place: Campus, who: User, begins: datetime, **more: object) -> RoomViewing:
    during = Range(begins, begins + LASTS)
    viewing: RoomViewing = RoomViewing.objects.create(
        campus=place, facilitator=who, during=during, **more
    )
    return viewing
