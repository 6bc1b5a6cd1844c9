"""Doors for staff at the telephone: whom to call, how a call went, more time."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, new_press, press_of, sent, staff_required
from accounts.models import StaffPost, User
from accounts.scope import offices_of
from enrolment import queries, services, wording
from enrolment.forms import CallForm, ExtendForm
from enrolment.models import CallAttempt, Channel, Enrolment, WaitlistEntry
from enrolment.queries import ToCall
from enrolment.services import SeatRefused
from enrolment.views.office import AT_THE_COUNTER
from enrolment.views.presses import one_key_one_request

Role = StaffPost.Role
ON_THE_PHONE = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER, Role.HOTLINE)
A_PAGE = 30


@dataclass(frozen=True)
class Row:
    """One person to call, in sentences."""

    call: ToCall

    @property
    def why(self) -> str:
        """Why they are called."""
        return wording.why_to_call(self.call.why)

    @property
    def made(self) -> str:
        """How often they were tried."""
        return wording.calls_made(self.call.tries)

    @property
    def owed(self) -> str:
        """How often they are owed more tries."""
        return wording.calls_owed(self.call.owed)

    @property
    def tries(self) -> list[str]:
        """Each try, the last one first."""
        return [wording.one_call(one) for one in reversed(self.call.tries)]


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def list_calls(request: StaffRequest) -> HttpResponse:
    """Whom to telephone in the offices of this member of staff, by deadline."""
    waiting = queries.to_call(request.units, at=clock.now())
    page = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    rows = [Row(call) for call in queries.calls_about(page.object_list)]
    return render(request, "enrolment/office/list_calls.html", {"page": page, "rows": rows})


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def call_about_offer(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Ask somebody on the telephone whether they come; yes and no are done at once."""
    return _call(request, offer(request, entry_id))


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def call_about_place(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Remind somebody on the telephone of a place that is kept for them."""
    return _call(request, place(request, enrolment_id))


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def extend_offer(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Keep an offered place longer, once."""
    return _extend(request, offer(request, entry_id))


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def extend_place(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Keep a held place longer, once."""
    return _extend(request, place(request, enrolment_id))


def offer(request: StaffRequest, entry_id: int) -> WaitlistEntry:
    """Return a place in line, of the offices of who asks."""
    entries = WaitlistEntry.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(entries.select_related("learner"), pk=entry_id)


def place(request: StaffRequest, enrolment_id: int) -> Enrolment:
    """Return an enrolment, of the offices of who asks."""
    enrolments = Enrolment.objects.of_units(request.units).with_all_to_show()
    return get_object_or_404(enrolments.select_related("learner"), pk=enrolment_id)


def number_waiting(user: User) -> int:
    """Return how many calls wait in the offices of a member of staff."""
    return queries.number_to_call(offices_of(user, ON_THE_PHONE), at=clock.now())


def usual_channel(request: StaffRequest) -> Channel:
    """Hotline staff speak on the telephone, the others across the counter."""
    return Channel.COUNTER if offices_of(request.user, AT_THE_COUNTER) else Channel.PHONE


def _call(request: StaffRequest, about: WaitlistEntry | Enrolment) -> HttpResponse:
    at = clock.now()
    row = Row(queries.call_about(about))
    form = CallForm(sent(request), is_lost=row.call.is_lost)
    if request.method == "POST" and form.is_valid():
        try:
            claim = services.record_call(
                about=about,
                outcome=CallAttempt.Outcome(form.cleaned_data["outcome"]),
                note=form.cleaned_data["note"],
                actor=request.user,
                key=press_of(request),
                at=at,
            )
        except SeatRefused as refused:
            messages.warning(
                request, wording.refused_for(about.learner.name, refused.reason, about.section)
            )
        else:
            name = about.learner.name
            said = (
                wording.done_for_learner(claim, name)
                if claim
                else wording.told_of_loss(name)
                if row.call.is_lost
                else wording.call_recorded(form.cleaned_data["outcome"], name)
            )
            messages.success(request, said)
        return redirect("enrolment:phone-list")
    return render(
        request,
        "enrolment/office/call.html",
        {
            "about": about,
            "section": about.section,
            "row": row,
            "to_pay": _to_pay(about),
            "payment_until": queries.payment_until(
                about.section, queries.rules_of(about.section.term, at=at), at=at
            )
            if row.call.is_offer
            else None,
            "is_over": not row.call.is_lost and (about.due_at is None or about.due_at <= at),
            "form": form,
            "press": request.POST.get("press") or new_press(),
        },
        status=422 if form.errors else 200,
    )


def _to_pay(about: WaitlistEntry | Enrolment) -> int:
    """Return the fee of a place: of somebody who joined late, what was agreed."""
    late = queries.late_fee_agreed(about) if isinstance(about, Enrolment) else None
    return about.section.fee_fen if late is None else late


def _extend(request: StaffRequest, about: WaitlistEntry | Enrolment) -> HttpResponse:
    at = clock.now()
    form = ExtendForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            claim = services.extend_place(
                about=about,
                actor=request.user,
                key=press_of(request),
                at=at,
                reason=form.cleaned_data["reason"],
                channel=usual_channel(request),
            )
        except SeatRefused as refused:
            messages.warning(
                request,
                wording.refused_for(about.learner.name, refused.reason, about.section),
            )
        else:
            messages.success(request, wording.done_for_learner(claim, about.learner.name))
        return redirect("enrolment:show-learner", about.learner_id)
    may_extend = about.due_at is not None and about.due_at > at and about.extended_at is None
    return render(
        request,
        "enrolment/office/extend.html",
        {
            "about": about,
            "section": about.section,
            "until": queries.more_time(about, at=at) if may_extend else None,
            "form": form,
            "press": request.POST.get("press") or new_press(),
        },
        status=422 if form.errors else 200,
    )
