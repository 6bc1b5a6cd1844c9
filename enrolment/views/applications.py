"""Doors to a form of a term: begin, check, hand in, take back, withdraw, print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest, Right, learner_required
from courses.models import ClassSection, Term
from enrolment import queries, services, wording
from enrolment.models import Application, Channel, Wish
from enrolment.queries import MyForm
from enrolment.services import FormRefused
from enrolment.views.form_steps import CHECK, say_why, tasks_of
from enrolment.views.forms import filling_in
from enrolment.wording import forms as said

SHOW = "enrolment:show-application"
State = Application.State


@never_cache
@learner_required
@require_safe
def show_application(request: LearnerRequest) -> HttpResponse:
    """How the form stands: to begin, being filled in, handed in, withdrawn, closed, or in two."""
    form = queries.my_form(request.learner)
    if form is None:
        return render(request, "enrolment/form/no_form.html", {"over": queries.term_past_forms()})
    page = _page_of(form, request)
    has = []
    if page in TO_FILL_IN:
        with request.scope():
            has = queries.classes_that_fill(request.learner, form.term, at=request.at)
    return render(request, page, {**_all_about(form, request), "has": has})


TO_FILL_IN = frozenset({"enrolment/form/start.html", "enrolment/form/under_way.html"})


def _page_of(form: MyForm, request: LearnerRequest) -> str:
    """Return the template of the page that a form shows now."""
    application = form.application
    open_now = form.may_change(request.at)
    if application is None or (application.state == State.DRAFT and form.lead is None):
        if not open_now:
            return "enrolment/form/not_open.html"
        is_new = form.draft is None
        return "enrolment/form/start.html" if is_new else "enrolment/form/under_way.html"
    if application.state == State.WITHDRAWN:
        return "enrolment/form/withdrawn.html"
    if form.out.own is not None:
        return "enrolment/form/stepped_out.html"
    if form.is_handed_in or form.lead:
        return "enrolment/form/handed_in.html"
    return "enrolment/form/not_in_the_draw.html"


def _all_about(form: MyForm, request: LearnerRequest) -> dict[str, Any]:
    """What the pages of a form say of it; the same for the page on the screen and the slip."""
    application = form.application
    entry = queries.last_entry(form.counts) if form.counts else None
    waits = form.term.phase in {Term.Phase.PUBLISHED, Term.Phase.RENEWAL_OPEN}
    return {
        "mine": form,
        "rows": [(said.rank(wish.rank), wish.section) for wish in form.counted_own],
        "entry": entry,
        "open_now": form.may_change(request.at),
        "may_undo": form.may_undo(request.at) and form.may_change(request.at),
        "is_early": waits,
        "draw_on": queries.day_of_result(form.term),
        "why": said.not_in_the_draw(application.rejected_for if application else ""),
        "choices": [{"section": one, "code": queries.code_of(one)} for one in _sections(form)],
        **_papers(form.counted if _may_bring_papers(form) else [], form, request),
        "tasks": tasks_of(form, may_go_together=bool(form.partner_name)) if form.draft else [],
    }


def _sections(form: MyForm) -> list[ClassSection]:
    return [wish.section for wish in form.counted_own]


def _may_bring_papers(form: MyForm) -> bool:
    return form.is_handed_in and not form.window.is_frozen


def _papers(rows: list[Wish], form: MyForm, request: LearnerRequest) -> dict[str, Any]:
    """Say which classes still need a paper, and for which it is given on a page of ours."""
    until = queries.papers_until(form.term)
    found = queries.findings_on(rows, learner=request.learner, actor=request.user, at=request.at)
    lines = [
        (row.section, said.papers_to_bring(found[row.section_id], until=until)) for row in rows
    ]
    given_here = (
        row.section
        for row in rows
        if any(paper.given_here for paper in wording.papers(found[row.section_id], row.section))
    )
    return {
        "papers": [(section, words) for section, words in lines if words],
        "health_section": next(given_here, None),
    }


@learner_required
def begin_application(request: LearnerRequest) -> HttpResponse:
    """Begin a form, or open what was handed in to be changed; then its questions."""
    if request.method != "POST":
        return redirect(SHOW)
    with request.scope():
        term = queries.term_of_form(request.learner)
    if term is None:
        return redirect(SHOW)
    try:
        services.open_form(
            term=term,
            learner=request.learner,
            actor=request.user,
            channel=Channel.WEB,
            at=request.at,
        )
    except FormRefused as refused:
        return say_why(request, refused)
    return redirect("enrolment:list-questions")


@never_cache
@learner_required
@require_safe
@filling_in
def check_application(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """Everything on the form once more, each answer with the way to change it; then one press."""
    if not form.own:
        return redirect("enrolment:list-choices")
    person: dict[str, Any] = {"learner": request.learner, "actor": request.user, "at": request.at}
    standing = queries.standing_on(form, **person)
    return render(
        request,
        "enrolment/form/check.html",
        {
            "mine": form,
            "rows": [(said.rank(wish.rank), wish.section) for wish in form.own],
            "back": CHECK,
            **_papers(form.wishes, form, request),
            "in_the_way": [
                said.in_the_way_of_each_other(one.section, other.section)
                for one, other in queries.in_each_others_way_on(form, **person)
            ],
            "standing": said.standing(standing) if standing else [],
            "has_like": bool(queries.like_choices(form, **person)[0]),
            "draw_on": queries.day_of_result(form.term),
        },
    )


@learner_required
def hand_in(request: LearnerRequest) -> HttpResponse:
    """Hand the form in, once, whatever the taps; its page says what counts now."""
    return _press(request, services.hand_in)


@learner_required
def take_back(request: LearnerRequest) -> HttpResponse:
    """Take the last step back, within its ten minutes."""
    return _press(request, services.take_back, said.handed_back)


@learner_required
def drop_changes(request: LearnerRequest) -> HttpResponse:
    """Forget what was changed since the form was handed in."""

    def drop(*, application: Application, **_press: object) -> None:
        services.drop_changes(application=application)

    return _press(request, drop, said.changes_dropped)


@never_cache
@learner_required(right=Right.WITHDRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_application(request: LearnerRequest) -> HttpResponse:
    """Take the form out of the term: first what it means, then one press."""
    if request.method == "POST":
        return _press(request, services.withdraw_application)
    form = queries.my_form(request.learner)
    if form is None or not form.is_handed_in or form.lead or not form.may_change(request.at):
        return redirect(SHOW)
    return render(request, "enrolment/form/withdraw.html", {"mine": form})


@never_cache
@learner_required
@require_safe
def print_application(request: LearnerRequest) -> HttpResponse:
    """The slip: number, choices, entry and head of the chain, on one sheet."""
    form = queries.my_form(request.learner)
    if form is None or not form.is_handed_in:
        return redirect(SHOW)
    return render(request, "enrolment/form/slip.html", _all_about(form, request))


def _press(
    request: LearnerRequest,
    service: Callable[..., object],
    words: Callable[[], str] | None = None,
) -> HttpResponse:
    """Do one thing with the form and show it as it stands afterwards."""
    with request.scope():
        form = queries.my_form(request.learner)
    if request.method != "POST" or form is None or form.application is None:
        return redirect(SHOW)
    try:
        service(
            application=form.application,
            actor=request.user,
            channel=Channel.WEB,
            at=request.at,
        )
    except FormRefused as refused:
        return say_why(request, refused)
    if words is not None:
        messages.success(request, words())
    return redirect(reverse(SHOW))
