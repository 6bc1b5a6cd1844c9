"""Doors for staff who act for a learner: find them, enrol them, answer and leave for them.

The services are those of the web. A learner nobody knows yet has no page here: the first sign-in
by phone code makes their account.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, new_press, press_of, sent, staff_required
from accounts.models import DeathRecord, Learner
from accounts.scope import offices_of
from courses.models import ClassSection, Term
from enrolment import queries, services, wording
from enrolment.domain.refusals import Advice, Refusal
from enrolment.forms import AnswerForm, EnrolForm, WordForm
from enrolment.models import Claim, Enrolment, Outcome, WaitlistEntry
from enrolment.services import SeatRefused, Word
from enrolment.views.calls import ON_THE_PHONE, offer, place, usual_channel
from enrolment.views.office import AT_THE_COUNTER
from enrolment.views.presses import one_key_one_request

MOST_PEOPLE = 30


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def find_learner(request: StaffRequest) -> HttpResponse:
    """Whom the office knows, by name, card or phone."""
    words = request.GET.get("q", "").strip()[:60]
    found = queries.learners_known(words, who_died=True) if words else []
    return render(
        request,
        "enrolment/office/find_learner.html",
        {
            "words": words,
            "too_little": found is None,
            "people": (found or [])[:MOST_PEOPLE],
            "too_many": wording.too_many_found(MOST_PEOPLE)
            if len(found or []) > MOST_PEOPLE
            else "",
        },
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def show_learner(request: StaffRequest, learner_id: int) -> HttpResponse:
    """What a learner has, waits for and may still do, and until when."""
    learner = learner_of(learner_id)
    at = clock.now()
    mine = queries.my_classes(learner, at=at)
    return render(
        request,
        "enrolment/office/show_learner.html",
        {
            "learner": learner,
            "age": learner.age_on(localdate(at)),
            "mine": mine,
            "by_term": _by_term(mine.yours, today=localdate(at)),
            "may_confirm": bool(offices_of(request.user, AT_THE_COUNTER)),
            "death": DeathRecord.objects.standing(learner),
        },
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def choose_class(request: StaffRequest, learner_id: int) -> HttpResponse:
    """A class for somebody, by name or number, with its seats; in the place of another, too."""
    learner = learner_of(learner_id)
    asked_for = request.GET.get("instead_of", "")
    instead_of = place(request, int(asked_for)) if asked_for.isdecimal() else None
    terms = queries.terms_to_enrol_in()
    asked = request.GET.get("term", "")
    term = next((one for one in terms if one.code == asked), next(iter(terms), None))
    words = request.GET.get("q", "").strip()[:60]
    cards = (
        queries.classes_to_choose(request.units, term, words, at=clock.now())
        if term and words
        else []
    )
    return render(
        request,
        "enrolment/office/choose_class.html",
        {
            "learner": learner,
            "words": words,
            "cards": cards,
            "term": term,
            "terms": [(one.code, one.display_name(), one == term) for one in terms],
            "instead_of": instead_of,
        },
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def enrol_learner(request: StaffRequest, learner_id: int, section_id: int) -> HttpResponse:
    """Everything about a class before staff press for somebody; or why not, in words to say."""
    learner = learner_of(learner_id)
    section = get_object_or_404(
        ClassSection.objects.listed().of_units(request.units).with_all_to_show(), pk=section_id
    )
    joins_late = section.term.phase == Term.Phase.TEACHING and _has_begun(section, clock.now())
    form = EnrolForm(
        sent(request), joins_late=joins_late, initial={"channel": usual_channel(request)}
    )
    if request.method == "POST" and form.is_valid():
        act = partial(services.hold_seat, learner=learner, section=section)
        if press_for(request, act, learner, section, form):
            return redirect("enrolment:show-learner", learner.pk)
    return _check(request, learner, section, form, at=clock.now())


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def answer_offer(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Yes or no to an offered place, said at the counter or by somebody who phones."""
    entry = offer(request, entry_id)
    form = AnswerForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        comes = form.cleaned_data["answer"] == "yes"
        answer = services.accept_offer if comes else services.decline_offer
        press_for(request, partial(answer, entry=entry), entry.learner, entry.section, form)
        return redirect("enrolment:show-learner", entry.learner_id)
    at = clock.now()
    rules = queries.rules_of(entry.section.term, at=at)
    return _ask(
        request,
        "enrolment/office/answer_offer.html",
        entry,
        form,
        payment_until=queries.payment_until(entry.section, rules, at=at),
        is_over=entry.due_at is None or entry.due_at <= at,
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def answer_place(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Yes or no to a place of the draw or of a renewal, said to staff."""
    enrolment = place(request, enrolment_id)
    form = AnswerForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        comes = form.cleaned_data["answer"] == "yes"
        answer = services.say_one_comes if comes else services.say_one_stays_away
        act = partial(answer, enrolment=enrolment)
        press_for(request, act, enrolment.learner, enrolment.section, form)
        return redirect("enrolment:show-learner", enrolment.learner_id)
    at = clock.now()
    is_open = enrolment.is_to_confirm and enrolment.due_at is not None and enrolment.due_at > at
    return _ask(
        request,
        "enrolment/office/answer_offer.html",
        enrolment,
        form,
        payment_until=enrolment.due_at if enrolment.section.fee_fen else None,
        is_over=not is_open,
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def leave_line_for(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Stop waiting, for somebody."""
    entry = offer(request, entry_id)
    return _act(request, partial(services.leave_waitlist, entry=entry), entry, "leave_line")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def withdraw_for(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Leave a class, for somebody; ten minutes to think again."""
    enrolment = place(request, enrolment_id)
    act = partial(services.withdraw, enrolment=enrolment)
    return _act(request, act, enrolment, "withdraw")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def undo_for(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Take a place back, for somebody."""
    enrolment = place(request, enrolment_id)
    act = partial(services.undo_withdrawal, enrolment=enrolment)
    return _act(request, act, enrolment, "undo")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def yield_for(request: StaffRequest, enrolment_id: int) -> HttpResponse:
    """Let the next person have a place at once, for somebody."""
    enrolment = place(request, enrolment_id)
    act = partial(services.yield_seat, enrolment=enrolment)
    return _act(request, act, enrolment, "yield")


def _by_term(
    enrolments: list[Enrolment], *, today: date
) -> list[tuple[Term, list[Enrolment], bool]]:
    """Return the classes of each term, the latest term first, and whether it is over."""
    terms = {one.section.term_id: one.section.term for one in enrolments}
    latest_first = sorted(terms.values(), key=lambda term: term.starts_on, reverse=True)
    return [
        (
            term,
            [one for one in enrolments if one.section.term_id == term.pk],
            term.is_over or term.ends_on < today,
        )
        for term in latest_first
    ]


def learner_of(learner_id: int) -> Learner:
    """Row-level security shows those whom the offices of this post know, and nobody else."""
    return get_object_or_404(Learner.objects.select_related("unit"), pk=learner_id)


def press_for(
    request: StaffRequest,
    act: Callable[..., Claim],
    learner: Learner,
    section: ClassSection,
    form: WordForm,
    *,
    done: str = "",
) -> bool:
    """Press for somebody and say to staff what it came to; return whether the rules let us.

    ``done`` is said in the place of the usual words when a seat came of it.
    """
    try:
        claim = services.act_for_learner(
            act,
            word=Word(**form.word()),
            actor=request.user,
            key=press_of(request),
            at=clock.now(),
        )
    except SeatRefused as refused:
        messages.warning(request, wording.refused_for(learner.name, refused.reason, section))
        return False
    came_true = claim.outcome in {Outcome.HELD, Outcome.CONFIRMED}
    messages.success(
        request, done if done and came_true else wording.done_for_learner(claim, learner.name)
    )
    return True


def _act(
    request: StaffRequest,
    act: Callable[..., Claim],
    subject: WaitlistEntry | Enrolment,
    what: str,
) -> HttpResponse:
    """First what it means, then one press with the learner's word."""
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        press_for(request, act, subject.learner, subject.section, form)
        return redirect("enrolment:show-learner", subject.learner_id)
    refund = (
        queries.refund_of(subject, at=clock.now())
        if what == "withdraw" and isinstance(subject, Enrolment)
        else None
    )
    return _ask(
        request,
        "enrolment/office/act_for.html",
        subject,
        form,
        what=what,
        refund=refund and wording.comes_back(refund),
    )


def _ask(
    request: StaffRequest,
    template: str,
    subject: WaitlistEntry | Enrolment,
    form: Form,
    **more: Any,
) -> HttpResponse:
    return render(
        request,
        template,
        {
            "subject": subject,
            "learner": subject.learner,
            "section": subject.section,
            "form": form,
            "press": request.POST.get("press") or new_press(),
            **more,
        },
        status=422 if form.errors else 200,
    )


def _check(
    request: StaffRequest,
    learner: Learner,
    section: ClassSection,
    form: EnrolForm,
    *,
    at: datetime,
) -> HttpResponse:
    card = queries.live_card(section, at=at)
    facts = queries.dossier([section.pk], learner=learner, actor=request.user, at=at)
    found = queries.offers_for([card], learner, facts, at=at, by_staff=True)[0]
    late = queries.late_fee_of(section, at=at)
    findings = [
        one
        for one in found.findings
        if one.said is not Advice.LATE_JOIN or _has_begun(section, at)
    ]
    waits_for_phase = (
        section.term.phase == Term.Phase.OPEN_ENROLMENT
        and section.term.starts_on <= localdate(at)
        and found.objection is not None
        and found.objection.reason is Refusal.CLOSED
    )
    return render(
        request,
        "enrolment/office/enrol_learner.html",
        {
            "learner": learner,
            "section": section,
            "card": card,
            "objection": found.objection,
            "missing": wording.term_to_move_on() if waits_for_phase else "",
            "situation": wording.situation(
                findings, section, others=found.others, opens_at=card.seats.opens_at
            ),
            "papers": wording.papers(found.findings, section),
            "may_see_papers": bool(offices_of(request.user, AT_THE_COUNTER)),
            "counted": _counted(facts, section)
            if found.objection and found.objection.reason is Refusal.LIMIT
            else [],
            "to_change": queries.classes_of(learner, facts.could_be_given_for(section.pk)),
            "due_at": facts.hold_until(section.pk),
            "late_fee": late,
            "form": form,
            "press": request.POST.get("press") or new_press(),
        },
        status=422 if form.errors else 200,
    )


def _has_begun(section: ClassSection, at: datetime) -> bool:
    """Whether a class has met already; its term may have begun before it."""
    return not section.meets or section.meets[0].lower <= at


def _counted(facts: queries.Dossier, section: ClassSection) -> list[ClassSection]:
    """Return the classes that fill a learner's limit, wherever in the city they are."""
    _limit, counted = facts.limit(section.pk)
    return list(ClassSection.objects.filter(pk__in=counted).with_all_to_show().in_order())
