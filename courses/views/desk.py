"""Doors of staff to classes, lessons and the calendar, each unit's to its own."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import Unit
from accounts.scope import offices_of
from campus.models import Holiday
from courses import queries, services, wording
from courses.domain.calendar import missing_years
from courses.forms import CancelLessonForm, LessonForm, SectionForm
from courses.models import ClassSection, Lesson, Term
from courses.roles import LOOK_AFTER_CLASSES, LOOK_AFTER_TERMS
from courses.services import LessonRefused

A_PAGE = 40
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff_required(*LOOK_AFTER_CLASSES)
@require_safe
def list_classes(request: StaffRequest) -> HttpResponse:
    """The classes of one's own units, by unit and term."""
    terms = list(Term.objects.latest_first())
    by_code = {term.code: term for term in terms}
    term = by_code.get(request.GET.get("term", "")) or queries.default_term(terms)
    units = list(Unit.objects.filter(pk__in=request.units).in_order())
    by_pk = {str(unit.pk): unit for unit in units}
    unit = by_pk.get(request.GET.get("unit", "")) or units[0]
    sections = ClassSection.objects.filter(unit=unit, term=term).with_all_to_show().in_order()
    return render(
        request,
        "courses/desk/list_classes.html",
        {
            "page": Paginator(sections, A_PAGE).get_page(request.GET.get("page")),
            "terms": [(one.code, one.display_name(), one == term) for one in terms],
            "units": [(str(one.pk), one.display_name(), one == unit) for one in units],
            "unit": unit,
            "term": term,
            "looks_after_terms": bool(offices_of(request.user, LOOK_AFTER_TERMS)),
        },
    )


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def edit_class(request: StaffRequest, section_id: int) -> HttpResponse:
    """Room and teacher of a class, for all its lessons to come."""
    section = _section(request, section_id)
    form = SectionForm(sent(request), section=section)
    if form.is_valid():
        try:
            services.staff_section(
                section=section, actor=request.user, at=clock.now(), **form.cleaned_data
            )
        except LessonRefused as refused:
            form.add_error(None, wording.refusal(refused.reason, section.term))
        else:
            messages.success(request, _("Room and teacher of the class have been changed."))
            return redirect("courses:staff-list-lessons", section.pk)
    return _form(request, "courses/desk/edit_class.html", form, {"section": section})


@staff_required(*LOOK_AFTER_CLASSES)
@require_safe
def list_lessons(request: StaffRequest, section_id: int) -> HttpResponse:
    """The dated lessons of a class."""
    section = _section(request, section_id)
    lessons = section.lessons.select_related("room", "teacher").in_order()
    return render(
        request,
        "courses/desk/list_lessons.html",
        {"section": section, "lessons": lessons, "now": clock.now()},
    )


@staff_required(*LOOK_AFTER_CLASSES)
@require_POST
def plan_lessons(request: StaffRequest, section_id: int) -> HttpResponse:
    """Date the lessons of a class over its term, around the holidays."""
    section = _section(request, section_id)
    try:
        lessons = services.plan_lessons(section=section, actor=request.user, at=clock.now())
    except LessonRefused as refused:
        messages.error(request, wording.refusal(refused.reason, section.term))
    else:
        messages.success(
            request, _("%(number)s lessons have been dated.") % {"number": len(lessons)}
        )
    return redirect("courses:staff-list-lessons", section.pk)


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def move_lesson(request: StaffRequest, lesson_id: int) -> HttpResponse:
    """Another time, room or teacher for one lesson; the class is told."""
    lesson = _lesson(request, lesson_id)
    form = LessonForm(sent(request), lesson=lesson)
    if form.is_valid():
        starts_at, ends_at = form.moments()
        try:
            services.move_lesson(
                lesson=lesson,
                starts_at=starts_at,
                ends_at=ends_at,
                room=form.cleaned_data["room"],
                teacher=form.cleaned_data["teacher"],
                note=form.cleaned_data["note"],
                actor=request.user,
                at=clock.now(),
            )
        except LessonRefused as refused:
            form.add_error(None, wording.refusal(refused.reason, lesson.section.term))
        else:
            messages.success(request, _("The lesson has been moved. The class is being told."))
            return redirect("courses:staff-list-lessons", lesson.section_id)
    return _form(request, "courses/desk/move_lesson.html", form, {"lesson": lesson})


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def cancel_lesson(request: StaffRequest, lesson_id: int) -> HttpResponse:
    """One lesson does not take place; the class is told."""
    lesson = _lesson(request, lesson_id)
    form = CancelLessonForm(sent(request))
    if form.is_valid():
        try:
            services.cancel_lesson(
                lesson=lesson,
                note=form.cleaned_data["note"],
                actor=request.user,
                at=clock.now(),
            )
        except LessonRefused as refused:
            form.add_error(None, wording.refusal(refused.reason, lesson.section.term))
        else:
            messages.success(request, _("The lesson is called off. The class is being told."))
            return redirect("courses:staff-list-lessons", lesson.section_id)
    return _form(request, "courses/desk/cancel_lesson.html", form, {"lesson": lesson})


@staff_required(*LOOK_AFTER_CLASSES)
@require_safe
def show_calendar(request: StaffRequest) -> HttpResponse:
    """The holidays we know, year by year, and the years nobody has entered."""
    years: dict[int, list[Holiday]] = defaultdict(list)
    for day in Holiday.objects.order_by("day"):
        years[day.day.year].append(day)
    this_year = localtime(clock.now()).year
    taught = Term.objects.on_show().values_list("starts_on", "ends_on")
    needed = {this_year} | {day.year for days in taught for day in days}
    # The State's notice moves a working day each year: without one, it has not been entered.
    moved = {year for year, days in years.items() if any(day.stands_in_for for day in days)}
    return render(
        request,
        "courses/desk/calendar.html",
        {
            "years": sorted(years.items(), reverse=True),
            "missing": missing_years(needed, years.keys()),
            "not_announced": missing_years(years.keys(), moved),
        },
    )


def _section(request: StaffRequest, section_id: int) -> ClassSection:
    own = ClassSection.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(own, pk=section_id)


def _lesson(request: StaffRequest, lesson_id: int) -> Lesson:
    own = Lesson.objects.of_units(request.units)
    shown = own.select_related("section__course", "section__campus", "room", "teacher")
    return get_object_or_404(shown, pk=lesson_id)


def _form(
    request: HttpRequest, template: str, form: Form, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
