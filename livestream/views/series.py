"""Doors to series of lectures: what comes next, what was, and letters before each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock, sign_in
from accounts.domain import phones
from accounts.forms import AskCodeForm
from accounts.http import LearnerRequest, learner_required
from accounts.views.sign_in import door
from livestream import queries, services, wording
from livestream.models import Lecture, Series


@require_safe
def list_series(request: HttpRequest) -> HttpResponse:
    """Every series, the one whose lecture comes next first."""
    at = clock.now()
    rows = [
        {
            "series": series,
            "rule": wording.rule(series),
            "next": coming,
            "when": wording.when(coming) if coming else "",
        }
        for series, coming in queries.next_of_each(at=at)
    ]
    return render(request, "livestream/list_series.html", {"rows": rows})


@require_safe
def show_series(request: HttpRequest, slug: str) -> HttpResponse:
    """A series: the next lecture first, then the year, then the years before."""
    series = _series(slug)
    at = clock.now()
    years = queries.years_of(series)
    year = _year(request.GET.get("year"), years) or timezone.localtime(at).year
    coming = queries.next_of(series, at=at)
    lectures = list(queries.of_year(series, year))
    shown = {
        one.lecture.pk: one for one in queries.shown([*lectures, *filter(None, [coming])], at=at)
    }
    context = {
        "series": series,
        "rule": wording.rule(series),
        "shift": wording.shift(series),
        "next": _row(shown[coming.pk]) if coming else None,
        "rows": [_row(shown[one.pk]) for one in lectures],
        "year": year,
        "years": years,
    }
    return render(request, "livestream/show_series.html", context)


@require_safe
def print_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The plan of a year on one sheet, for the board."""
    series = _series(slug)
    lectures = list(queries.of_year(series, year))
    rows = [_row(one) for one in queries.shown(lectures, at=clock.now())]
    context = {
        "series": series,
        "year": year,
        "rule": wording.rule(series),
        "shift": wording.shift(series),
        "rows": rows,
        "on_a3": request.GET.get("paper") == "a3",
    }
    return render(request, "livestream/print_year.html", context)


@require_safe
def print_lecture(request: HttpRequest, slug: str, issue: int) -> HttpResponse:
    """The poster of one lecture, on paper."""
    lectures = Lecture.objects.select_related("series", "campus", "subject")
    lecture = get_object_or_404(lectures, series__slug=slug, issue=issue)
    row = _row(queries.shown([lecture], at=clock.now())[0])
    return render(request, "livestream/print_lecture.html", {"series": lecture.series, "row": row})


@door
def subscribe(request: Any, slug: str) -> HttpResponse:
    """Letters before each lecture: for whoever is signed in, or for a phone proven by a code."""
    series = _series(slug)
    if request.user.is_authenticated:
        return redirect("livestream:subscribe-me", slug=slug)
    at = clock.now()
    proven = sign_in.proven_phone(request.session, at=at)
    form = AskCodeForm(request.POST or None) if proven is None else None
    if request.method == "POST" and form is not None and form.is_valid():
        sign_in.ask(
            request,
            phone=form.cleaned_data["phone"],
            purpose=sign_in.Purpose.KEEP_PHONE,
            next_url=request.path,
            at=at,
        )
        return redirect("account_confirm_login_code")
    if request.method == "POST" and proven is not None:
        if "end" in request.POST:
            services.unsubscribe_phone(series=series, phone=proven, at=at)
            messages.success(request, _("You will get no more SMS about this series."))
        else:
            services.subscribe_phone(series=series, phone=proven, at=at)
            messages.success(request, _("You will get an SMS before each lecture."))
        return redirect(request.path)
    context = {
        "series": series,
        "form": form,
        "phone": phones.for_people(proven) if proven else "",
        "subscribed": proven is not None and services.is_subscribed(series=series, phone=proven),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "livestream/subscribe.html", context, status=status)


@never_cache
@learner_required
def subscribe_me(request: LearnerRequest, slug: str) -> HttpResponse:
    """Letters before each lecture, to the phone of the learner."""
    series = _series(slug)
    if request.method == "POST":
        with request.scope():
            learner = request.learner
        if "end" in request.POST:
            services.unsubscribe_learner(
                series=series, learner=learner, actor=request.user, at=request.at
            )
            messages.success(request, _("You will get no more SMS about this series."))
            return redirect(request.path)
        try:
            services.subscribe_learner(
                series=series, learner=learner, actor=request.user, at=request.at
            )
        except services.NoPhone:
            messages.error(request, _("We have no mobile number of yours. Please phone us."))
        else:
            messages.success(request, _("You will get an SMS before each lecture."))
        return redirect(request.path)
    phone = request.learner.phone
    context = {
        "series": series,
        "form": None,
        "phone": phones.for_people(phone) if phone else "",
        "learner": request.learner,
        "subscribed": queries.subscribes(series, request.learner_id),
    }
    return render(request, "livestream/subscribe.html", context)


def _series(slug: str) -> Series:
    return get_object_or_404(Series.objects.select_related("unit", "campus"), slug=slug)


def _year(said: str | None, known: list[int]) -> int | None:
    return next((year for year in known if str(year) == said), None)


def _row(shown: queries.Shown) -> dict[str, Any]:
    """A lecture as lists and sheets show it."""
    return {**wording.lecture_row(shown.lecture), "shown": shown}
