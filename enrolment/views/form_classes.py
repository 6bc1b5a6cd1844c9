"""Doors to the classes on a form: find one, write it on, put it higher or lower, take it off."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest, learner_required
from campus.http import locality_of
from courses.models import ClassSection, Subject
from enrolment import queries, services, wording
from enrolment.domain.wishes import FormProblem
from enrolment.models import Channel
from enrolment.queries import Choosable, MyForm
from enrolment.services import FormRefused
from enrolment.views.form_steps import after, came_from, say_why, why
from enrolment.views.forms import filling_in
from enrolment.wording import forms as said

LIST = "enrolment:list-choices"
MOVES = {"up": -1, "down": 1}
Row = tuple[Choosable, str, str, str, list[str]]
CAMPUSES_FIRST = 3  # shown at once; the others by one link


@never_cache
@learner_required
@require_safe
@filling_in
def list_choices(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """The choices in their order, each to be moved or struck; from here to another class."""
    person: dict[str, Any] = {"learner": request.learner, "actor": request.user, "at": request.at}
    findings = queries.findings_on(form.own, **person)
    until = queries.papers_until(form.term)
    return render(
        request,
        "enrolment/form/choices.html",
        {
            "mine": form,
            "rows": [
                (
                    wish,
                    said.rank(wish.rank),
                    said.papers_to_bring(findings[wish.section_id], until=until),
                )
                for wish in form.own
            ],
            "in_the_way": [
                said.in_the_way_of_each_other(one.section, other.section)
                for one, other in queries.in_each_others_way_on(form, **person)
            ],
            "next": after(request, form),
            "back": came_from(request),
        },
    )


@never_cache
@learner_required
@require_safe
@filling_in
def choose_subject(request: LearnerRequest, form: MyForm) -> HttpResponse:
    """What one would like to learn: the classes put aside first, then all subjects."""
    aside = queries.listed_sections(request.learner)
    wanted = queries.can_be_chosen(form.term).filter(pk__in=aside).with_all_to_show().in_order()
    found = queries.choosable(
        list(wanted),
        learner=request.learner,
        actor=request.user,
        chosen={wish.section_id for wish in form.own},
        at=request.at,
    )
    return render(
        request,
        "enrolment/form/choose_subject.html",
        {
            "mine": form,
            "subjects": queries.subjects_to_choose(form.term),
            "aside": _rows(form, found),
            "some_left": any(not one.is_chosen and one.objection is None for one in found),
        },
    )


@never_cache
@learner_required
@require_safe
@filling_in
def choose_wish(request: LearnerRequest, form: MyForm, slug: str) -> HttpResponse:
    """The classes of a subject, the nearest campus first, each with what is against it."""
    subject = get_object_or_404(Subject, slug=slug)
    home = queries.home_of(request.learner) or locality_of(request)
    places = queries.classes_of_subject(
        subject,
        form,
        learner=request.learner,
        actor=request.user,
        locality=home,
        at=request.at,
    )
    shown = places if request.GET.get("all") else places[:CAMPUSES_FIRST]
    return render(
        request,
        "enrolment/form/choose_class.html",
        {
            "mine": form,
            "subject": subject,
            "places": [(one, _rows(form, one.classes)) for one in shown],
            "left_out": len(places) - len(shown),
            "knows_home": home is not None,
        },
    )


def _rows(form: MyForm, found: list[Choosable]) -> list[Row]:
    """Put the sentences beside each class: why not, papers, reserved seats, advice."""
    until = queries.papers_until(form.term)
    return [
        (
            one,
            wording.objection(one.objection, one.section, other=one.other)
            if one.objection
            else "",
            said.papers_to_bring(one.findings, until=until),
            said.reserved(one.reserved),
            wording.advice(one.findings),
        )
        for one in found
    ]


@learner_required
def add_choice(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Write a class on the form, as the last choice; the first one begins the form."""
    if request.method != "POST":
        return redirect("enrolment:show-application")
    section = get_object_or_404(ClassSection.objects.listed().with_all_to_show(), pk=section_id)
    press: dict[str, Any] = {"channel": Channel.WEB, "at": request.at, "actor": request.user}
    try:
        draft = services.open_form(term=section.term, learner=request.learner, **press)
        services.choose(application=draft.application, section_id=section.pk, **press)
    except FormRefused as refused:
        return say_why(request, refused)
    with request.scope():
        place = draft.wishes.get(section=section).rank
    messages.success(request, said.chosen(section, place))
    return redirect(LIST)


@learner_required
def fill_from_list(request: LearnerRequest) -> HttpResponse:
    """Write all classes put aside on the form, in the order of the list, as far as it goes."""
    if request.method != "POST":
        return redirect("enrolment:show-list")
    with request.scope():
        term = queries.term_of_form(request.learner)
        mine = queries.shortlist_of(request.learner, actor=request.user, at=request.at)
    wanted = [one.section for one in mine.wanted if term and one.section.term_id == term.pk]
    if term is None or not wanted:
        messages.warning(request, said.form_problem(FormProblem.NOTHING_CHOSEN))
        return redirect("enrolment:show-application")
    press: dict[str, Any] = {"channel": Channel.WEB, "at": request.at, "actor": request.user}
    try:
        draft = services.open_form(term=term, learner=request.learner, **press)
    except FormRefused as refused:
        return say_why(request, refused)
    done = 0
    for section in wanted:
        try:
            services.choose(application=draft.application, section_id=section.pk, **press)
        except FormRefused as refused:
            with request.scope():
                messages.warning(request, why(request, refused))
            if refused.problem is FormProblem.TOO_MANY:
                break
        else:
            done += 1
    if done:
        messages.success(request, said.all_chosen(done))
    return redirect(LIST)


@learner_required
def move_choice(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Put a choice one place higher or lower."""
    places = MOVES.get(request.POST.get("to", ""))
    return redirect(LIST) if places is None else _change(request, section_id, places)


@learner_required
def strike_choice(request: LearnerRequest, section_id: int) -> HttpResponse:
    """Take a class off the form."""
    return _change(request, section_id)


def _change(request: LearnerRequest, section_id: int, places: int = 0) -> HttpResponse:
    """Move a choice, or strike it; a second tap finds nothing to do."""
    with request.scope():
        form = queries.my_form(request.learner)
    if request.method != "POST" or form is None or form.draft is None:
        return redirect(LIST)
    before = {wish.section_id: wish.section for wish in form.own}
    press: dict[str, Any] = {
        "application": form.record,
        "section_id": section_id,
        "channel": Channel.WEB,
        "at": request.at,
    }
    try:
        if not places:
            services.strike(**press)
        else:
            services.move_choice(places=places, **press)
    except FormRefused as refused:
        return say_why(request, refused)
    if section_id in before:
        messages.success(request, said.struck(before[section_id]) if not places else said.saved())
    return redirect(LIST)
