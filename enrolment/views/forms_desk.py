"""Doors for staff who fill in the form of a term for a learner at the counter or by telephone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock, scope
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import Learner
from courses.models import ClassSection, Term
from enrolment import queries, services
from enrolment import wording as words_of_rules
from enrolment.domain import typed
from enrolment.forms import HandInForm, JoinForm, WordForm
from enrolment.models import Application
from enrolment.queries import desk_forms
from enrolment.queries.desk_forms import DeskForm
from enrolment.queries.struck_out import out_of_draw
from enrolment.services import FormRefused, Word, office_forms
from enrolment.views.calls import ON_THE_PHONE, usual_channel
from enrolment.views.desk import learner_of
from enrolment.wording import forms_desk as wording

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MOVES = {"up": -1, "down": 1}


@never_cache
@staff_required(*ON_THE_PHONE)
@get_or_post
def form_for(request: StaffRequest, learner_id: int) -> HttpResponse:
    """Somebody's form on one page: classes by number or by name, the questions, handing in."""
    learner = learner_of(learner_id)
    term = _term(request, learner)
    if term is None:
        return render(request, "enrolment/desk/forms/no_forms.html", {"learner": learner})
    if request.method == "POST" and request.POST.get("do") == "hand_in":
        return _hand_in(request, learner, term)
    if request.method == "POST":
        left_over = ""
        try:
            left_over = _step(request, learner, term)
        except FormRefused as refused:
            _say(request, refused)
        return redirect(_address(request, term, q=left_over))
    return _page(request, learner, term)


@never_cache
@staff_required(*ON_THE_PHONE)
@get_or_post
def step_form_for(request: StaffRequest, learner_id: int, what: str) -> HttpResponse:
    """Withdraw somebody's form, take the last step back, or let two people part."""
    learner = learner_of(learner_id)
    term = _term(request, learner)
    application = _application(learner, term) if term else None
    if application is None or term is None:
        raise Http404
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        act, done = STEPS[what]
        try:
            act(
                application=application, word=Word(**form.word()), actor=request.user,
                at=clock.now(),
            )  # fmt: skip
        except FormRefused as refused:
            _say(request, refused)
        else:
            messages.success(request, done(learner.name))
        return redirect("enrolment:form-for", learner.pk)
    return render(
        request,
        "enrolment/desk/forms/step.html",
        {"learner": learner, "application": application, "what": what, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@get_or_post
def join_form_for(request: StaffRequest, learner_id: int) -> HttpResponse:
    """Let somebody and another person stand on the list as one; both have said so."""
    learner = learner_of(learner_id)
    term = _term(request, learner)
    if term is None:
        raise Http404
    form = JoinForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        other = _companion(form, learner)
        if other is not None and _join(request, learner, other, term, form):
            return redirect("enrolment:form-for", learner.pk)
    return render(
        request,
        "enrolment/desk/forms/join.html",
        {"learner": learner, "term": term, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def form_slip_for(request: StaffRequest, learner_id: int) -> HttpResponse:
    """The slip somebody takes home: their number, their choices, the days to come."""
    learner = learner_of(learner_id)
    term = _term(request, learner)
    application = _application(learner, term) if term else None
    if term is None or application is None or not application.is_handed_in:
        raise Http404
    at = clock.now()
    with scope.learners(_people(application)):
        desk = desk_forms.form_at_desk(learner, term, actor=request.user, at=at)
        return render(
            request,
            "enrolment/desk/forms/slip.html",
            {
                "learner": learner,
                "desk": desk,
                "form": application,
                "version": application.current,
                "printed_at": at,
            },
        )


def _step(request: StaffRequest, learner: Learner, term: Term) -> str:
    """Do what one button says; return what was typed and is still to be looked at."""
    do, channel, at = request.POST.get("do", ""), usual_channel(request), clock.now()
    if do == "add":
        return _add(request, learner, term, request.POST.get("classes", "")[:200])
    draft = services.open_form(
        term=term, learner=learner, actor=request.user, channel=channel, at=at
    )
    press: dict[str, Any] = {"application": draft.application, "channel": channel, "at": at}
    what, _colon, number = do.partition(":")
    if not number.isdecimal():
        raise Http404
    if what in MOVES:
        services.move_choice(section_id=int(number), places=MOVES[what], **press)
    elif what == "strike":
        services.strike(section_id=int(number), **press)
    else:
        raise Http404
    return ""


def _add(request: StaffRequest, learner: Learner, term: Term, line: str) -> str:
    """Put the classes of a line on the form; words that are no numbers are searched for."""
    numbers, words = typed.class_numbers(line)
    found = desk_forms.classes_by_number(term, numbers)
    if missing := [number for number in numbers if number not in found]:
        messages.warning(request, wording.numbers_not_known(missing))
    if found:
        refused = office_forms.choose_for(
            term=term,
            learner=learner,
            section_ids=[section.pk for section in found.values()],
            actor=request.user,
            channel=usual_channel(request),
            at=clock.now(),
        )
        for one in refused:
            _say(request, one)
    return " ".join([*words, *map(str, missing)])


def _hand_in(request: StaffRequest, learner: Learner, term: Term) -> HttpResponse:
    at = clock.now()
    with scope.learners(_people(_application(learner, term), learner)):
        desk = desk_forms.form_at_desk(learner, term, actor=request.user, at=at)
        form = _hand_in_form(request, desk)
        if not form.is_valid():
            return _rendered(request, learner, desk, form, at=at, status=422)
    was = desk.application.is_handed_in if desk.application else False
    try:
        application = office_forms.hand_in_for(
            term=term,
            learner=learner,
            said=office_forms.Said(**form.answers()),
            word=Word(**form.word()),
            actor=request.user,
            at=at,
        )
    except FormRefused as refused:
        _say(request, refused)
        return redirect(_address(request, term))
    said = wording.form_handed_in(learner.name, application.spoken_number, changed=was)
    messages.success(request, said)
    return redirect(_address(request, term))


def _page(request: StaffRequest, learner: Learner, term: Term) -> HttpResponse:
    at = clock.now()
    with scope.learners(_people(_application(learner, term), learner)):
        desk = desk_forms.form_at_desk(learner, term, actor=request.user, at=at)
        form = _hand_in_form(request, desk, bound=False)
        return _rendered(request, learner, desk, form, at=at, status=200)


def _rendered(
    request: StaffRequest,
    learner: Learner,
    desk: DeskForm,
    form: HandInForm,
    *,
    at: datetime,
    status: int,
) -> HttpResponse:
    line = request.GET.get("q", "")[:200]
    _numbers, words = typed.class_numbers(line)
    chosen = {choice.section.pk for choice in desk.choices}
    found = desk_forms.classes_by_words(desk.term, words) if words else []
    application = desk.application
    return render(
        request,
        "enrolment/desk/forms/form_for.html",
        {
            "learner": learner,
            "desk": desk,
            "application": application,
            "companion": application.partner if application else None,
            "out": out_of_draw(application) if application else None,
            "lead": application.goes_with if application else None,
            "choices": [(choice, _lines(choice)) for choice in desk.choices],
            "line": line,
            "words": " ".join(words),
            "found": [
                (section, queries.code_of(section))
                for section in found
                if section.pk not in chosen
            ],
            "form": form,
            "takes": desk.window.takes(
                at,
                channel=usual_channel(request),
                begun_at=desk.version.begun_at if desk.version else None,
            ),
            "may_undo": bool(
                application and application.undo_until and at <= application.undo_until
            ),
        },
        status=status,
    )


def _lines(choice: desk_forms.Choice) -> Sequence[Any]:
    """What the rules say of a class, where it is more than "fine"."""
    named = [found.said for found in choice.findings if getattr(found.said, "other_section", None)]
    others = ClassSection.objects.with_all_to_show().in_bulk(
        [said.other_section for said in named]  # type: ignore[union-attr]  # objections, seen above
    )
    said = words_of_rules.situation(choice.findings, choice.section, others=others)
    return [line for line in said if line.verdict != "ok"]


def _hand_in_form(request: StaffRequest, desk: DeskForm, *, bound: bool = True) -> HandInForm:
    version, application = desk.version, desk.application
    instead = [
        (one.section.pk, wording.like_class(one.section, one.minutes))
        for one, _ticked in desk.instead
    ]
    return HandInForm(
        sent(request) if bound else None,
        instead=instead,
        is_joint=bool(application and application.partner_id),
        initial={
            "channel": usual_channel(request),
            "wanted": version.wanted if version else 1,
            "wants_better": version.wants_better if version else False,
            "split_ok": version.split_ok if version else False,
            "instead": [one.section.pk for one, ticked in desk.instead if ticked],
        },
    )


def _address(request: StaffRequest, term: Term, *, q: str = "") -> str:
    """The page again, for the same term; ``q`` is what the search field says."""
    return f"{request.path}?{urlencode({'term': term.code, **({'q': q} if q else {})})}"


def _companion(form: JoinForm, learner: Learner) -> Learner | None:
    """Return who is meant; else the form says why not."""
    who = typed.person(form.cleaned_data["who"])
    people = desk_forms.people_typed(who) if who else []
    people = [person for person in people if person.pk != learner.pk]
    if len(people) == 1:
        return people[0]
    form.add_error("who", wording.nobody_meant() if not people else wording.several_meant(people))
    return None


def _join(
    request: StaffRequest, learner: Learner, other: Learner, term: Term, form: JoinForm
) -> bool:
    try:
        office_forms.join_for(
            term=term,
            learner=learner,
            other=other,
            word=Word(**form.word()),
            actor=request.user,
            at=clock.now(),
        )
    except FormRefused as refused:
        form.add_error(None, sentence_of(refused))
        return False
    messages.success(request, wording.forms_joined(learner.name, other.name))
    return True


def _term(request: StaffRequest, learner: Learner) -> Term | None:
    """The term that is asked for, else the one whose forms are open, else that of a form."""
    asked = request.GET.get("term", "")
    terms = queries.terms_with_forms()
    with scope.learners([learner.pk]):
        terms += [form.term for form in Application.objects.of(learner).select_related("term")[:3]]
    named = [term for term in terms if term.code == asked]
    open_now = [term for term in terms if term.phase == Term.Phase.WISHES_OPEN]
    return next(iter([*named, *open_now, *terms]), None)


def _application(learner: Learner, term: Term) -> Application | None:
    with scope.learners([learner.pk]):
        return queries.application_of(learner, term)


def _people(application: Application | None, learner: Learner | None = None) -> list[int]:
    """Whose rows a page shows: the learner's, and those of who goes with them."""
    ids = [learner.pk] if learner else []
    if application is not None:
        ids += [application.learner_id, *filter(None, [application.partner_id])]
    return ids


def _say(request: StaffRequest, refused: FormRefused) -> None:
    messages.warning(request, sentence_of(refused))


def sentence_of(refused: FormRefused) -> str:
    ids = [refused.section, refused.objection and refused.objection.other_section]
    sections = ClassSection.objects.with_all_to_show().in_bulk([pk for pk in ids if pk])
    return wording.staff_form_problem(
        refused.problem,
        section=sections.get(refused.section or 0),
        said=refused.objection,
        other=sections.get((refused.objection and refused.objection.other_section) or 0),
        name=refused.of.name if refused.of else "",
    )


STEPS: dict[str, tuple[Callable[..., None], Callable[[str], str]]] = {
    "withdraw": (office_forms.withdraw_form_for, wording.form_withdrawn),
    "undo": (office_forms.undo_form_for, wording.form_taken_back),
    "part": (office_forms.part_for, wording.forms_parted),
}
