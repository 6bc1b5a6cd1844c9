"""Doors to corrections of the books: asked for at an entry, posted by a second person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from enrolment.forms.money.finance import DecideForm, WordsForm
from enrolment.models import Correction, Journal
from enrolment.services import money
from enrolment.services.money import PaymentRefused
from enrolment.services.money.corrections import MAY_BE_REVERSED
from enrolment.views.money.finance import IN_FINANCE, chosen_units, get_or_post, page_of
from enrolment.wording import money_finance as wording


@never_cache
@staff_required(*IN_FINANCE)
@require_safe
def list_corrections(request: StaffRequest) -> HttpResponse:
    """Corrections that wait for a second person, and those that were decided."""
    units, options = chosen_units(request)
    rows = Correction.objects.of_units(units).select_related(
        "journal", "unit", "asked_by", "decided_by"
    )
    return render(
        request,
        "enrolment/money/finance/corrections.html",
        {"waiting": rows.to_decide(), "page": page_of(request, rows.decided()), "units": options},
    )


@never_cache
@staff_required(*IN_FINANCE)
@get_or_post
def correct_journal(request: StaffRequest, journal_id: UUID) -> HttpResponse:
    """Say that an entry is wrong; once somebody has, another person posts or refuses it."""
    journals = Journal.objects.of_units(request.units).select_related("unit")
    journal = get_object_or_404(journals, pk=journal_id)
    corrections = Correction.objects.filter(journal=journal).select_related("asked_by")
    asked = corrections.order_by("-asked_at", "-pk").first()
    waits = asked if asked and asked.decided_at is None else None
    form = DecideForm(sent(request)) if waits else WordsForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _done(request, journal, waits, form))
        except PaymentRefused as refused:
            messages.warning(request, wording.not_placed(refused.problem))
        return redirect("enrolment:list-corrections")
    entries = [(one, wording.account(one.account)) for one in journal.entries.order_by("-fen")]
    return render(
        request,
        "enrolment/money/finance/correct.html",
        {
            "journal": journal,
            "entries": entries,
            "may": journal.source_kind in MAY_BE_REVERSED,
            "done": asked if asked and asked.agreed else None,
            "waits": waits,
            "is_own": waits is not None and waits.asked_by_id == request.user.pk,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _done(
    request: StaffRequest, journal: Journal, waits: Correction | None, form: DecideForm | WordsForm
) -> str:
    """Do what was pressed; return what to say."""
    at, by, said = clock.now(), request.user, form.cleaned_data
    if waits is None:
        money.ask_for_correction(journal=journal, reason=said["words"], actor=by, at=at)
        return wording.correction_asked()
    decided = money.decide_correction(correction=waits, agreed=said["agreed"], actor=by, at=at)
    return wording.reversed_now() if decided.agreed else wording.correction_refused()
