"""Doors of the desk to series: the days of a year by the rule, entered with one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.http import StaffRequest, staff_required
from livestream import queries, services, wording
from livestream.domain.recurrence import RuleRefused
from livestream.models import Series

PLANNERS = queries.ROLES_THAT_PLAN
YEARS_AHEAD = 2


@staff_required(*PLANNERS)
@require_safe
def staff_list_series(request: StaffRequest) -> HttpResponse:
    """Every series of one's offices, with the way to plan its year."""
    this_year = timezone.localtime(clock.now()).year
    coming = range(this_year, this_year + YEARS_AHEAD)
    rows = [
        (series, wording.rule(series), sorted({*coming, *queries.years_of(series)}, reverse=True))
        for series in Series.objects.filter(unit__in=request.units).order_by("name_pinyin", "pk")
    ]
    return render(request, "livestream/desk/list_series.html", {"rows": rows})


@staff_required(*PLANNERS)
def staff_plan_year(request: StaffRequest, series_id: int, year: int) -> HttpResponse:
    """The days that the rule proposes for a year, and the press that enters them."""
    own = Series.objects.filter(unit__in=request.units).select_related("unit", "campus")
    series = get_object_or_404(own, pk=series_id)
    at = clock.now()
    problem, proposals = "", []
    try:
        if request.method == "POST":
            planned = services.plan_year(series=series, year=year, actor=request.user, at=at)
            messages.success(request, wording.planned(len(planned), year))
            return redirect("livestream:staff-plan-year", series.pk, year)
        proposals = queries.proposed(series, year=year, at=at)
    except RuleRefused as refused:
        problem = wording.why_no_plan(refused)
    rows = [(one, wording.when(one), wording.moved_day(one.meeting)) for one in proposals]
    held = queries.of_year(series, year).order_by().values("pk")
    unfilmed = queries.lectures_without_film(request.user, at=at).filter(pk__in=held)
    to_film = [(queries.key_of(one), one.display_name(), wording.when(one)) for one in unfilmed]
    context = {
        "series": series,
        "year": year,
        "rule": "" if problem else wording.rule(series),
        "problem": problem,
        "rows": rows,
        "missing": "" if queries.knows_holidays(year) else wording.holidays_missing(year),
        "to_film": to_film,
        "is_open": any(one.held is None for one in proposals),
    }
    status = 422 if problem and request.method == "POST" else 200
    return render(request, "livestream/desk/plan_year.html", context, status=status)
