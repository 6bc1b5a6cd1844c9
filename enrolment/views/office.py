"""Doors for staff, inside the editors' rooms: see held places, look after a class's seats."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import StaffPost
from courses import wording as courses_wording
from courses.models import ClassSection
from courses.services import LessonRefused
from enrolment import queries, services, wording
from enrolment.forms import ReasonForm, ResizeForm
from enrolment.services import ClassCalledOff, SeatsInUse

Role = StaffPost.Role
AT_THE_COUNTER = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER)
IN_CHARGE = (Role.REGISTRAR, Role.BRANCH_HEAD)
A_PAGE = 30
A_FEW = 10


@never_cache
@staff_required(*AT_THE_COUNTER)
@require_http_methods(["GET", "HEAD"])
def list_held(request: StaffRequest) -> HttpResponse:
    """Places that wait for their fee, in the offices of this member of staff."""
    words = request.GET.get("q", "").strip()[:60]
    held = Paginator(queries.held_in(request.units, words), A_PAGE)
    done = (
        queries.confirmed_in(request.units, words, at=clock.now())[:A_FEW]
        if words and not held.count
        else []
    )
    return render(
        request,
        "enrolment/office/list_held.html",
        {"page": held.get_page(request.GET.get("page")), "words": words, "done": done},
    )


@never_cache
@staff_required(*IN_CHARGE)
@require_http_methods(["GET", "HEAD", "POST"])
def show_seats(request: StaffRequest, section_id: int) -> HttpResponse:
    """How the seats of one class are used; change how many there are."""
    section = _section(request, section_id)
    form = ResizeForm(sent(request), initial={"capacity": section.capacity})
    if request.method == "POST" and form.is_valid():
        try:
            services.resize_section(
                section=section, actor=request.user, at=clock.now(), **form.cleaned_data
            )
        except ClassCalledOff:
            messages.warning(request, wording.class_called_off())
        except LessonRefused as refused:
            messages.warning(request, courses_wording.refusal(refused.reason, section.term))
        except SeatsInUse as in_use:
            messages.warning(request, wording.seats_in_use(in_use.seats))
        else:
            messages.success(request, wording.resized(form.cleaned_data["capacity"]))
        return redirect("seats-of-class", section.pk)
    return render(
        request,
        "enrolment/office/show_seats.html",
        {
            "section": section,
            "numbers": queries.numbers_of(section),
            "closed": _closed(section),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*IN_CHARGE)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_class(request: StaffRequest, section_id: int) -> HttpResponse:
    """Call a class off: first what it means, then one press with the reason."""
    section = _section(request, section_id)
    if section.status != ClassSection.Status.RUNNING:
        return redirect("seats-of-class", section.pk)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_section(
                section=section,
                actor=request.user,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
        except LessonRefused as refused:
            messages.warning(request, courses_wording.refusal(refused.reason, section.term))
        else:
            messages.success(request, _("The class is called off. Everybody in it is being told."))
        return redirect("seats-of-class", section.pk)
    return render(
        request,
        "enrolment/office/cancel_class.html",
        {
            "section": section,
            "numbers": queries.numbers_of(section),
            "closed": _closed(section),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _closed(section: ClassSection) -> str:
    """Why nothing of this class can be changed for the time being, or ""."""
    term = section.term
    return courses_wording.list_closed(term) if queries.is_sealed(term) else ""


def _section(request: StaffRequest, section_id: int) -> ClassSection:
    sections = ClassSection.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(sections, pk=section_id)
