"""Doors to the questions of a form: one a page, each answer saved at once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest, learner_required, sent
from accounts.models import Learner
from enrolment import queries, services
from enrolment.forms import AloneForm, BetterForm, InsteadForm, TogetherForm, WantedForm
from enrolment.forms.applications import ALONE
from enrolment.models import Channel
from enrolment.queries import MyForm
from enrolment.services import FormRefused
from enrolment.views.form_steps import after, came_from, say_why, tasks_of
from enrolment.wording import forms as said

View = Callable[..., HttpResponse]
ask = require_http_methods(["GET", "HEAD", "POST"])


def filling_in(view: View) -> View:
    """Give a view the form that is being filled in; where there is none, its first page."""

    @wraps(view)
    def door(request: LearnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with request.scope():
            form = queries.my_form(request.learner)
        if form is None or form.draft is None or not form.may_change(request.at):
            return redirect("enrolment:show-application")
        return view(request, form, *args, **kwargs)

    return door


@never_cache
@learner_required
@require_safe
@filling_in
def list_questions(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """What is filled in and what is not; from here to each question, and to the end."""
    may_go_together = _may_go_together(request, form)
    return render(
        request,
        "enrolment/form/questions.html",
        {"mine": form, "tasks": tasks_of(form, may_go_together=may_go_together)},
    )


@never_cache
@learner_required
@ask
@filling_in
def say_how_many(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """One class or two."""
    draft = form.draft
    given = {"wanted": draft.wanted} if draft and draft.wanted_asked else {}
    question = WantedForm(sent(request), initial=given)
    if request.method == "POST" and question.is_valid():
        return _kept(request, form, wanted=question.cleaned_data["wanted"])
    return _asked(request, form, question)


@never_cache
@learner_required
@ask
@filling_in
def say_better(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """Whether a higher choice that becomes free later takes the place of the class."""
    draft = form.draft
    given = {"better": _word(draft.wants_better)} if draft and draft.better_asked else {}
    question = BetterForm(sent(request), initial=given)
    if request.method == "POST" and question.is_valid():
        return _kept(request, form, wants_better=question.cleaned_data["better"] == "yes")
    return _asked(request, form, question)


@never_cache
@learner_required
@ask
@filling_in
def take_instead(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """Which like classes one would take, shown by name, to be struck out one by one."""
    if not form.own:
        return redirect("enrolment:list-choices")
    with request.scope():
        found, ticked = queries.like_choices(
            form, learner=request.learner, actor=request.user, at=request.at
        )
    given = {"classes": [str(pk) for pk in ticked]}
    question = InsteadForm(sent(request), found=found, initial=given)
    if request.method == "POST" and question.is_valid():
        try:
            services.take_instead(
                application=form.record,
                section_ids=[int(pk) for pk in question.cleaned_data["classes"]],
                actor=request.user,
                channel=Channel.WEB,
                at=request.at,
            )
        except FormRefused as refused:
            return say_why(request, refused)
        messages.success(request, said.saved())
        return redirect(after(request, form))
    return _asked(request, form, question, found=found)


@never_cache
@learner_required
@ask
@filling_in
def go_together(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """With whom somebody goes: people this account acts for; others at the counter."""
    application = form.record
    known = queries.companions_of(request.learner, request.user, at=request.at)
    now = next((one for one in known if one.pk == application.partner_id), None)
    given = str(now.pk) if now else (ALONE if application.partner_id is None else "")
    question = TogetherForm(sent(request), companions=known, initial={"companion": given})
    if request.method == "POST" and question.is_valid():
        chosen = question.cleaned_data["companion"]
        companion = next((one for one in known if str(one.pk) == chosen), None)
        try:
            return _join(request, form, companion)
        except FormRefused as refused:
            return say_why(request, refused)
    return _asked(
        request, form, question, known=known, with_a_stranger=bool(form.partner_name and not now)
    )


def _join(request: LearnerRequest, form: MyForm, companion: Learner | None) -> HttpResponse:
    """Let the two stand as one, or each alone again; the page says what counts now."""
    application = form.record
    press: dict[str, Any] = {"actor": request.user, "channel": Channel.WEB, "at": request.at}
    before = application.partner_id
    parts = before is not None and (companion is None or companion.pk != before)
    with transaction.atomic():  # who cannot be joined with the new one stays with the old
        if parts:
            services.part_forms(application=application, **press)
        if companion is not None:
            services.go_together(application=application, companion=companion, **press)
    if parts and before is not None:
        parted = queries.handed_in_alone(before, form.term)
        messages.success(request, said.apart_now(form.partner_name, is_handed_in=parted))
    if companion is None:
        return redirect(after(request, form))
    messages.success(
        request,
        said.together_now(
            request.learner.name, companion.name, is_handed_in=application.is_handed_in
        ),
    )
    return redirect("enrolment:go-alone")


@never_cache
@learner_required
@ask
@filling_in
def go_alone(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """Of two who go together: whether one may go alone where there is one place."""
    if not form.partner_name:
        return redirect("enrolment:go-together")
    given = {"split": _word(form.draft.split_ok)} if form.draft else {}
    question = AloneForm(sent(request), initial=given)
    if request.method == "POST" and question.is_valid():
        return _kept(request, form, split_ok=question.cleaned_data["split"] == "yes")
    return _asked(request, form, question)


def _kept(request: LearnerRequest, form: MyForm, **answer: Any) -> HttpResponse:
    """Keep one answer and go on to the next question."""
    try:
        services.answer_form(application=form.record, channel=Channel.WEB, at=request.at, **answer)
    except FormRefused as refused:
        return say_why(request, refused)
    messages.success(request, said.saved())
    return redirect(after(request, form))


def _asked(request: LearnerRequest, form: MyForm, question: Any, **more: Any) -> HttpResponse:
    return render(
        request,
        "enrolment/form/question.html",
        {"mine": form, "form": question, "back": came_from(request), **more},
        status=422 if question.errors else 200,
    )


def _may_go_together(request: LearnerRequest, form: MyForm) -> bool:
    return bool(form.partner_name) or bool(
        queries.companions_of(request.learner, request.user, at=request.at)
    )


def _word(answer: bool) -> str:
    return "yes" if answer else "no"
