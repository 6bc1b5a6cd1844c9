"""Doors to the timetable: on the screen, on paper, in a calendar."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from icalendar import Calendar, Event, vText

from accounts.http import LearnerRequest, learner_required
from enrolment import queries
from enrolment.models import Enrolment
from enrolment.models.enrolments import EnrolmentQuerySet
from enrolment.queries import MyLesson


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def show_timetable(request: LearnerRequest) -> HttpResponse:
    """The lessons to come by day; the week as a grid where there is room, and on paper."""
    enrolments = _holding(request)
    weekdays, hours = queries.week_grid(enrolments)
    lessons = queries.lessons_of(enrolments, at=request.at)
    all_shown = "all" in request.GET
    if not all_shown:
        lessons = queries.first_weeks(lessons)
    return render(
        request,
        "enrolment/timetable.html",
        {
            "days": queries.by_day(lessons),
            "all_shown": all_shown,
            "weekdays": weekdays,
            "hours": hours,
        },
    )


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def download_timetable(request: LearnerRequest) -> HttpResponse:
    """All lessons to come, for the calendar of a phone."""
    lessons = queries.lessons_of(_holding(request), at=request.at)
    return _calendar(lessons, at=request.at, host=request.get_host(), name="timetable")


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD"])
def download_enrolment(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """The lessons of one class, for the calendar of a phone."""
    enrolment = get_object_or_404(_mine(request), pk=enrolment_id)
    lessons = queries.lessons_of([enrolment], at=request.at)
    return _calendar(lessons, at=request.at, host=request.get_host(), name="class")


def _mine(request: LearnerRequest) -> EnrolmentQuerySet:
    return Enrolment.objects.of(request.learner).with_all_to_show()


def _holding(request: LearnerRequest) -> list[Enrolment]:
    return list(_mine(request).holding_a_seat().in_order())


def _calendar(lessons: Iterable[MyLesson], *, at: datetime, host: str, name: str) -> HttpResponse:
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//timetable//")
    calendar.add("version", "2.0")
    for one in lessons:
        event = Event()
        event.add("uid", f"lesson-{one.lesson.pk}@{host}")
        event.add("dtstamp", at)
        event.add("dtstart", one.lesson.during.lower)
        event.add("dtend", one.lesson.during.upper)
        event.add("summary", one.section.display_name())
        event["location"] = vText(_place(one))
        event.add("status", "CANCELLED" if one.is_lost else "CONFIRMED")
        calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"'},
    )


def _place(one: MyLesson) -> str:
    campus = one.section.campus
    room = one.lesson.room or one.section.room
    if room is None:
        return _("online")
    return f"{campus.display_name()} {room.name}, {campus.said('address')}"
