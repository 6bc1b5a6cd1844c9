"""Doors of staff that need seats: a class is opened, a term moves on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from campus.models import Campus
from courses import wording
from courses.forms import OpenClassForm, PhaseForm, PlaceForm
from courses.models import Term
from courses.roles import LOOK_AFTER_CLASSES, LOOK_AFTER_TERMS
from courses.services import LessonRefused
from enrolment import queries, services
from enrolment.services import PhaseRefused

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff_required(*LOOK_AFTER_CLASSES)
@require_safe
def choose_place(request: StaffRequest) -> HttpResponse:
    """First which term and campus: rooms and teachers to choose from follow from them."""
    asked = request.GET if "campus" in request.GET else None
    form = PlaceForm(asked, units=request.units, initial={"term": request.GET.get("term")})
    if form.is_valid():
        return redirect(
            "enrolment:open-class", form.cleaned_data["term"].pk, form.cleaned_data["campus"]
        )
    return render(
        request,
        "enrolment/office/choose_place.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@staff_required(*LOOK_AFTER_CLASSES)
@get_or_post
def open_class(request: StaffRequest, term_id: int, slug: str) -> HttpResponse:
    """Open one class, with its seats and dated lessons."""
    own = Campus.objects.open_to_learners().with_rooms().filter(unit__in=request.units)
    campus = get_object_or_404(own.select_related("unit"), slug=slug)
    term = get_object_or_404(Term, pk=term_id)
    at = clock.now()
    least = queries.rules_of(term, at=at).stored.get("min_size", 15)
    form = OpenClassForm(sent(request), campus=campus, initial={"min_size": least})
    if form.is_valid():
        try:
            section = services.open_class(
                term=term, campus=campus, plan=form.plan(), actor=request.user, at=at
            )
        except LessonRefused as refused:
            form.add_error(None, wording.refusal(refused.reason, term))
        else:
            lessons = section.lessons.count()
            said = ngettext(
                "The class is open, with %(number)s lesson. Check its date below.",
                "The class is open, with %(number)s lessons. Check their dates below.",
                lessons,
            )
            messages.success(request, said % {"number": lessons})
            return redirect("courses:staff-list-lessons", section.pk)
    return render(
        request,
        "enrolment/office/open_class.html",
        {
            "form": form,
            "term": term,
            "campus": campus,
            "closed": wording.list_closed(term) if queries.is_sealed(term) else "",
        },
        status=422 if form.errors else 200,
    )


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def move_term_on(request: StaffRequest, term_id: int) -> HttpResponse:
    """Begin a later phase of a term by hand, with a reason."""
    term = get_object_or_404(Term, pk=term_id)
    ahead = services.phases_ahead(term=term)
    form = PhaseForm(sent(request), ahead=ahead, initial={"phase": ahead[0] if ahead else None})
    if form.is_valid():
        try:
            services.move_term_on(
                term=term, actor=request.user, at=clock.now(), **form.cleaned_data
            )
        except PhaseRefused as refused:
            form.add_error(None, wording.phase_refusal(refused.reason))
        else:
            messages.success(request, _("The term has moved on."))
            return redirect("courses:staff-show-term", term.pk)
    return render(
        request,
        "enrolment/office/move_term_on.html",
        {"form": form, "term": term, "ahead": ahead},
        status=422 if form.errors else 200,
    )
