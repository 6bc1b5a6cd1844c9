"""Doors of the desk to viewing points: plan the week, print, report; and the programme."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import StaffPost
from accounts.sheets import sheet
from campus.models import Campus
from courses.models import Lesson
from livestream import queries, services, wording
from livestream.models import Lecture, RoomViewing
from livestream.services import ViewingRefused
from livestream.viewing_forms import ViewingForm

Role = StaffPost.Role
PLANNERS = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER)
WEEK = timedelta(weeks=1)
MONTHS = 12


@never_cache
@staff_required(*PLANNERS)
@require_safe
def staff_list_viewings(request: StaffRequest) -> HttpResponse:
    """The programme of a week at one's viewing points, to look at or print."""
    monday = _monday(request)
    found = queries.week_at(request.units, monday)
    context = {
        "rows": _rows(found),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "earlier": monday - WEEK,
        "later": monday + WEEK,
    }
    return render(request, "livestream/viewings/week.html", context)


@never_cache
@staff_required(*PLANNERS)
@require_safe
def choose_what_to_show(request: StaffRequest) -> HttpResponse:
    """First what: a lecture, or a lesson found by its course."""
    words, at = request.GET.get("q", "").strip()[:60], clock.now()
    context = {
        "words": words,
        "lessons": queries.lessons_to_show(words, at=at) if words else [],
        "lectures": queries.lectures_to_show(at=at),
    }
    return render(request, "livestream/viewings/choose.html", context)


@never_cache
@staff_required(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_lecture(request: StaffRequest, lecture_id: int) -> HttpResponse:
    """Show a lecture at a viewing point."""
    lecture = get_object_or_404(Lecture.objects.taking_place(), pk=lecture_id)
    return _plan(request, RoomViewing(lecture=lecture))


@never_cache
@staff_required(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_lesson(request: StaffRequest, lesson_id: int) -> HttpResponse:
    """Show a lesson of a class at a viewing point."""
    lessons = Lesson.objects.taking_place().select_related("section__course")
    return _plan(request, RoomViewing(lesson=get_object_or_404(lessons, pk=lesson_id)))


@never_cache
@staff_required(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_viewing(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Another hour, room or person for an afternoon that has not begun."""
    return _plan(request, _planned(request, viewing_id))


@staff_required(*PLANNERS)
@require_POST
def call_viewing_off(request: StaffRequest, viewing_id: int) -> HttpResponse:
    """Call an afternoon off."""
    viewing = _planned(request, viewing_id)
    try:
        services.call_viewing_off(viewing=viewing, actor=request.user, at=clock.now())
    except ViewingRefused as refused:
        messages.warning(request, wording.viewing_refused(refused.reason))
    else:
        messages.success(request, wording.called_off())
    return redirect("livestream:staff-list-viewings")


@never_cache
@staff_required(*PLANNERS)
@require_safe
def report_viewings(request: StaffRequest) -> HttpResponse:
    """How many people came to each viewing point, month by month."""
    rows = _months(request)
    context = {"rows": rows, "people": sum(row.people for row in rows), "months": MONTHS}
    return render(request, "livestream/viewings/report.html", context)


@staff_required(*PLANNERS)
@require_safe
def download_viewings(request: StaffRequest) -> HttpResponseBase:
    """The same as a file for a spreadsheet."""
    return sheet("viewing-points", "csv", _lines(_months(request)))


@require_safe
def show_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """What a viewing point shows from today on, for everybody."""
    campus = get_object_or_404(Campus.objects.open_to_learners().select_related("unit"), slug=slug)
    rows = _rows(queries.programme_of(campus, at=clock.now()))
    context = {"campus": campus, "rows": rows}
    return render(request, "livestream/viewings/programme.html", context)


def _plan(request: StaffRequest, viewing: RoomViewing) -> HttpResponse:
    form = ViewingForm(sent(request), units=request.units, viewing=viewing)
    if request.method == "POST" and form.is_valid():
        try:
            planned = services.plan_viewing(
                viewing=form.planned(), actor=request.user, at=clock.now()
            )
        except ViewingRefused as refused:
            form.add_error(None, wording.viewing_refused(refused.reason))
        else:
            messages.success(request, wording.viewing_planned(planned))
            monday = _monday_of(localdate(planned.during.lower))
            back = redirect("livestream:staff-list-viewings")
            back["Location"] += f"?week={monday}"
            return back
    context = {"form": form, "viewing": viewing, "title": wording.shown_title(viewing)}
    status = 422 if form.errors else 200
    return render(request, "livestream/viewings/plan.html", context, status=status)


def _planned(request: StaffRequest, viewing_id: int) -> RoomViewing:
    ours = RoomViewing.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(ours, pk=viewing_id)


def _rows(viewings: Any) -> list[tuple[RoomViewing, str, str]]:
    return [(one, wording.shown_title(one), wording.hours_of(one)) for one in viewings]


def _monday(request: HttpRequest) -> date:
    try:
        asked = parse_date(request.GET.get("week", ""))
    except ValueError:
        asked = None
    return _monday_of(asked or localdate(clock.now()))


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(request: StaffRequest) -> list[queries.MonthOfPlace]:
    """The last twelve months and this one."""
    today = localdate(clock.now())
    begins = today.replace(year=today.year - 1, day=1)
    return queries.months_of_places(request.units, begins=begins, ends=today + timedelta(days=1))


def _lines(rows: list[queries.MonthOfPlace]) -> Iterator[list[Any]]:
    yield [
        _("Viewing point"),
        _("Unit"),
        _("Month"),
        _("Afternoons held"),
        _("of these counted"),
        _("Attendances"),
        _("most at one time"),
    ]
    for row in rows:
        yield [
            row.campus.display_name(),
            row.campus.unit.display_name(),
            f"{row.month:%Y-%m}",
            row.held,
            row.counted,
            row.people,
            row.most,
        ]
