"""Doors to objections: the learner's own, the counter's for anybody, the registrar's answers."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import LearnerRequest, StaffRequest, learner_required, sent, staff_required
from accounts.models import Learner, StaffPost
from courses.models import ClassSection, Term
from courses.roles import LOOK_AFTER_TERMS
from enrolment import queries, services, wording
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.forms import DecisionForm, ObjectionForm
from enrolment.models import Application, Objection, Roster
from enrolment.services import FormRefused
from enrolment.wording import forms as form_words

Role = StaffPost.Role
AT_THE_OFFICE = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER, Role.HOTLINE)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@learner_required
@get_or_post
def object_to_list(request: LearnerRequest, code: str) -> HttpResponse:
    """Say what is wrong with the list about one's own form."""
    term = get_object_or_404(Term.objects.published(), code=code)
    form, at = ObjectionForm(sent(request)), clock.now()
    if form.is_valid():
        try:
            services.file_objection(
                term=term, learner=request.learner, actor=request.user, at=at, **form.cleaned_data
            )
        except DrawRefused as refused:
            messages.error(request, wording.draw_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done("objected"))
        return redirect("enrolment:object-to-list", term.code)
    with request.scope():
        filed = list(Objection.objects.of_term(term).filter(application__learner=request.learner))
    context = {"term": term, "form": form, "filed": filed, **_while_taken(term, at)}
    return render(
        request, "enrolment/draw/object.html", context, status=422 if form.errors else 200
    )


@staff_required(*AT_THE_OFFICE)
@get_or_post
def object_for(request: StaffRequest, term_id: int, learner_id: int) -> HttpResponse:
    """The same for a learner who came to the counter or telephones."""
    term = get_object_or_404(Term.objects.published(), pk=term_id)
    learner = get_object_or_404(Learner, pk=learner_id)
    form, at = ObjectionForm(sent(request)), clock.now()
    if form.is_valid():
        try:
            services.file_objection(
                term=term, learner=learner, actor=request.user, at=at, **form.cleaned_data
            )
        except DrawRefused as refused:
            form.add_error(None, wording.draw_refused(refused.problem))
        else:
            messages.success(request, wording.draw_done("objected_for"))
            return redirect("enrolment:show-learner", learner.pk)
    filed = list(Objection.objects.of_term(term).filter(application__learner=learner))
    context = {"term": term, "learner": learner, "form": form, "filed": filed}
    context |= _while_taken(term, at)
    return render(
        request, "enrolment/draw/object_for.html", context, status=422 if form.errors else 200
    )


@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def list_objections(request: StaffRequest, term_id: int) -> HttpResponse:
    """All objections to the list of a term, those to be answered first."""
    term = get_object_or_404(Term, pk=term_id)
    context = {
        "term": term,
        "objections": queries.objections_to(term),
        "until": _until(term),
    }
    return render(request, "enrolment/draw/objections.html", context)


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def decide_objection(request: StaffRequest, objection_id: int) -> HttpResponse:
    """Answer an objection, and say what the form should have said."""
    objection = get_object_or_404(
        Objection.objects.select_related(
            "application__learner", "application__term", "application__current"
        ),
        pk=objection_id,
    )
    term = objection.application.term
    classes = queries.can_be_chosen(term).select_related("course__subject")
    codes = {queries.code_of(section).upper(): section.pk for section in classes}
    stands = _stands(objection.application)
    counts = objection.application.current
    stood = {"choices": "\n".join(map(queries.code_of, stands))}
    if counts is not None:
        stood["wanted"] = str(counts.wanted)
    form = DecisionForm(sent(request), codes=codes, initial=stood)
    if form.is_valid():
        try:
            services.decide_objection(
                objection=objection,
                upheld=form.cleaned_data["upheld"] == "yes",
                answer=form.cleaned_data["answer"],
                actor=request.user,
                at=clock.now(),
                right_form=form.right_form(),
            )
        except DrawRefused as refused:
            form.add_error(None, wording.draw_refused(refused.problem))
        except FormRefused as refused:
            form.add_error("choices", _why(refused))
        else:
            messages.success(request, wording.draw_done("decided"))
            return redirect("enrolment:staff-list-objections", term.pk)
    context = {"objection": objection, "term": term, "form": form, "stands": stands}
    return render(
        request, "enrolment/draw/decide.html", context, status=422 if form.errors else 200
    )


def _while_taken(term: Term, at: datetime) -> dict[str, Any]:
    """Until when objections are taken; what is said to who comes later."""
    until = _until(term)
    is_over = until is not None and at >= until
    return {
        "until": until,
        "over": wording.draw_refused(DrawProblem.OBJECTIONS_OVER) if is_over else "",
    }


def _why(refused: FormRefused) -> str:
    section = None
    if refused.section is not None:
        every = ClassSection.objects.with_all_to_show()
        section = every.filter(pk=refused.section).first()
    return form_words.form_problem(refused.problem, section=section, objection=refused.objection)


def _stands(application: Application) -> list[ClassSection]:
    """The classes of the version that counts, in rank order."""
    if application.current is None:
        return []
    rows = application.current.wishes.with_all_to_show().in_order()
    return [row.section for row in rows]


def _until(term: Term) -> datetime | None:
    first = Roster.objects.of_term(term).first()
    return services.objections_until(first, at=clock.now()) if first else None
