"""Doors of the registrar to chance: where it comes from, who sees it, and what changes a list."""

from datetime import datetime

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import User
from courses.models import Term
from courses.roles import LOOK_AFTER_TERMS
from enrolment import queries, services, wording
from enrolment.domain.draws import DrawRefused
from enrolment.domain.entropy import SourceRefused
from enrolment.forms import AmendmentForm, ReadingForm, SourcesForm, WitnessForm, of_sources
from enrolment.models import EntropySource, Witness

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
DESK = "enrolment:staff-draw-day"
SALT = "amendment of a draw"
SALT_OF_VALUES = "what stands in for a source"
DAYS_TO_SIGN = 3 * 24 * 60 * 60


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def name_sources(request: StaffRequest, term_id: int) -> HttpResponse:
    """Say where chance will come from; once forms are open it stays."""
    term, day = _term(term_id), queries.draw_day(_term(term_id))
    form = SourcesForm(sent(request), initial=of_sources(day.sources))
    if form.is_valid():
        try:
            services.name_sources(
                term=term, plans=form.plans(), actor=request.user, at=clock.now()
            )
        except SourceRefused as refused:
            form.add_error(None, wording.source_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done("sources"))
            return redirect(DESK, term.pk)
    context = {"term": term, "day": day, "form": form, "may": services.may_name_sources(term)}
    return _page(request, "enrolment/draw/sources.html", context)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def read_source(request: StaffRequest, source_id: int) -> HttpResponse:
    """Write down what a source gave, or let the computer read it."""
    source = get_object_or_404(EntropySource.objects.select_related("term__unit"), pk=source_id)
    at = clock.now()
    form = ReadingForm(None if "ask" in request.POST else sent(request))
    try:
        if request.method == "POST" and "ask" in request.POST:
            services.ask_source(source=source, actor=request.user, at=at)
            messages.success(request, wording.draw_done("asked"))
            return redirect(DESK, source.term_id)
        if form.is_valid() and form.cleaned_data["is_fallback"]:
            return _one_signature(request, source, form, at)
        if form.is_valid():
            typed, proof = form.cleaned_data["typed"], form.cleaned_data["proof"]
            services.read_source(
                source=source, typed=typed, proof=proof, actor=request.user, at=at
            )
            messages.success(request, wording.draw_done("read"))
            return redirect(DESK, source.term_id)
    except SourceRefused as refused:
        if form.is_bound:
            form.add_error("typed", wording.source_refused(refused.problem))
        else:
            messages.error(request, wording.source_refused(refused.problem))
    is_read_by_machine = source.kind in services.READERS and bool(source.address)
    context = {"source": source, "form": form, "is_read_by_machine": is_read_by_machine}
    return _page(request, "enrolment/draw/read_source.html", context)


def _one_signature(
    request: StaffRequest, source: EntropySource, form: ReadingForm, at: datetime
) -> HttpResponse:
    """The first signature under what stands in for a source: it counts for nothing alone."""
    said = {
        "source": source.pk,
        "by": request.user.pk,
        "typed": form.cleaned_data["typed"],
        "proof": form.cleaned_data["proof"],
    }
    services.ensure_may_stand_in(source=source, typed=said["typed"], proof=said["proof"], at=at)
    token = signing.dumps(said, salt=SALT_OF_VALUES)
    context = {"source": source, "said": said, "token": token}
    return render(request, "enrolment/draw/value_proposed.html", context)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def countersign_value(request: StaffRequest, token: str) -> HttpResponse:
    """The second signature under what stands in for a source, by somebody else."""
    try:
        said = signing.loads(token, salt=SALT_OF_VALUES, max_age=DAYS_TO_SIGN)
    except signing.BadSignature:
        raise Http404 from None
    sources = EntropySource.objects.select_related("term__unit")
    source = get_object_or_404(sources, pk=said["source"])
    first = get_object_or_404(User, pk=said["by"])
    if request.method == "POST":
        try:
            services.stand_in(
                source=source,
                typed=said["typed"],
                proof=said["proof"],
                signed_by=first,
                countersigned_by=request.user,
                at=clock.now(),
            )
        except SourceRefused as refused:
            messages.error(request, wording.source_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done("read"))
            return redirect(DESK, source.term_id)
    context = {"source": source, "said": said, "first": first, "is_same": first == request.user}
    return render(request, "enrolment/draw/countersign_value.html", context)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def name_witness(request: StaffRequest, term_id: int) -> HttpResponse:
    """Note who sees the draw."""
    term, form = _term(term_id), WitnessForm(sent(request))
    if form.is_valid():
        services.name_witness(term=term, actor=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, wording.draw_done("witness"))
        return redirect(DESK, term.pk)
    return _page(request, "enrolment/draw/witness.html", {"term": term, "form": form})


@staff_required(*LOOK_AFTER_TERMS)
@require_POST
def sign(request: StaffRequest, witness_id: int) -> HttpResponse:
    """Note that a witness has compared the digest and signs."""
    witness = get_object_or_404(Witness, pk=witness_id)
    try:
        services.sign(witness=witness, actor=request.user, at=clock.now())
    except DrawRefused as refused:
        messages.error(request, wording.draw_refused(refused.problem))
    else:
        messages.success(request, wording.draw_done("signed"))
    return redirect(DESK, witness.term_id)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def amend(request: StaffRequest, term_id: int) -> HttpResponse:
    """Propose an amendment: the first signature. It counts for nothing without a second."""
    term, form = _term(term_id), AmendmentForm(sent(request))
    if form.is_valid():
        said = {"term": term.pk, "by": request.user.pk, **form.cleaned_data}
        context = {"term": term, "said": said, "token": signing.dumps(said, salt=SALT)}
        return render(request, "enrolment/draw/amendment_proposed.html", context)
    return _page(request, "enrolment/draw/amend.html", {"term": term, "form": form})


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def countersign(request: StaffRequest, token: str) -> HttpResponse:
    """The second signature, by somebody else who has read the same words."""
    try:
        said = signing.loads(token, salt=SALT, max_age=DAYS_TO_SIGN)
    except signing.BadSignature:
        raise Http404 from None
    term, first = _term(said["term"]), get_object_or_404(User, pk=said["by"])
    if request.method == "POST":
        change = services.Change(
            what=said["what"],
            why=said["why"],
            applications=said["applications"],
            without_seats=said["without_seats"],
        )
        try:
            services.amend_roster(
                term=term,
                change=change,
                signed_by=first,
                countersigned_by=request.user,
                at=clock.now(),
            )
        except DrawRefused as refused:
            messages.error(request, wording.draw_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done("amended"))
            return redirect(DESK, term.pk)
    context = {"term": term, "said": said, "first": first, "is_same": first == request.user}
    return render(request, "enrolment/draw/countersign.html", context)


def _term(term_id: int) -> Term:
    return get_object_or_404(Term.objects.select_related("unit"), pk=term_id)


def _page(request: StaffRequest, template: str, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    failed = bool(getattr(form, "errors", None))
    return render(request, template, context, status=422 if failed else 200)
