"""Doors for staff who key in forms that came on paper, forty in a morning."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.http import StaffRequest, new_press, staff_required
from campus.models import Campus
from courses.models import Term
from enrolment import queries
from enrolment.domain.wishes import MOST_WANTED
from enrolment.forms.paper import SheetForm
from enrolment.models import PaperForm
from enrolment.queries import desk_forms
from enrolment.services import FormRefused, paper_forms
from enrolment.services.paper_forms import OFFICES, PaperRefused, Sheet
from enrolment.views.forms_desk import sentence_of
from enrolment.wording import forms_desk as wording
from enrolment.wording import paper as words

ROWS, MOST_ROWS = 8, 60


@dataclass
class Keyed:
    """What became of the rows of one press."""

    saved: list[PaperForm] = field(default_factory=list)
    wrong: list[SheetForm] = field(default_factory=list)


@never_cache
@staff_required(*OFFICES, in_parts=True)
@require_http_methods(["GET", "HEAD", "POST"])
def key_in_papers(request: StaffRequest) -> HttpResponse:
    """Rows of sheets: what can be stored is stored, what cannot stays with its sentence.

    The page's script sends rows one by one to the same address and is answered in JSON. Without
    it they come at once, and each is stored by itself: the lock of the term's chain is held for
    one sheet, and whoever hands in meanwhile waits for no more than that.
    """
    at = clock.now()
    term = _term()
    if request.method != "POST":
        return _page(request, term, Keyed(), at)
    keyed = _key_in(request, term, at) if term else Keyed()
    with request.scope():
        if request.headers.get("Accept") == "application/json":
            return _as_json(keyed)
        return _page(request, term, keyed, at)


def _page(request: StaffRequest, term: Term | None, keyed: Keyed, at: datetime) -> HttpResponse:
    blank = range(len(keyed.wrong), ROWS) if term else ()
    rows = [
        *keyed.wrong,
        *(SheetForm(prefix=f"new-{n}", initial={"key": new_press()}, at=at) for n in blank),
    ]
    morning = datetime.combine(localtime(at).date(), time.min, tzinfo=localtime(at).tzinfo)
    today = PaperForm.objects.keyed_by(request.user, since=morning)
    return render(
        request,
        "enrolment/desk/forms/paper.html",
        {
            "term": term,
            "window": queries.window_of(term) if term else None,
            "rows": rows,
            "template_row": SheetForm(prefix="row-N", at=at),
            "wrong": keyed.wrong,
            "saved": keyed.saved,
            "today": list(today.select_related("learner", "application")),
            "offline": words.OFFLINE,
        },
        status=422 if keyed.wrong else 200,
    )


@never_cache
@staff_required(*OFFICES)
@require_safe
def print_paper_form(request: StaffRequest) -> HttpResponse:
    """An empty form to fill in by hand, with the numbers of a campus's classes."""
    campuses = Campus.objects.filter(
        unit__in=request.units, sections__term__phase__in=SHOWN_ON_PAPER
    ).distinct()
    slug = request.GET.get("campus", "")
    campus = get_object_or_404(campuses, slug=slug) if slug else campuses.order_by("pk").first()
    term = _term()
    return render(
        request,
        "enrolment/desk/forms/empty_form.html",
        {
            "term": term,
            "window": queries.window_of(term) if term else None,
            "campus": campus,
            "campuses": campuses.order_by("pk"),
            "sections": desk_forms.classes_to_print(term, campus) if term and campus else [],
            "printed_at": clock.now(),
        },
    )


SHOWN_ON_PAPER = (Term.Phase.PUBLISHED, Term.Phase.RENEWAL_OPEN, Term.Phase.WISHES_OPEN)


def _term() -> Term | None:
    """The term whose forms are open; before that the one whose forms come next."""
    terms = queries.terms_with_forms()
    open_now = [term for term in terms if term.phase == Term.Phase.WISHES_OPEN]
    return next(iter([*open_now, *terms]), None)


def _key_in(request: StaffRequest, term: Term, at: datetime) -> Keyed:
    keyed = Keyed()
    for prefix in request.POST.getlist("row")[:MOST_ROWS]:
        form = SheetForm(request.POST, prefix=prefix[:20], at=at)
        if form.is_blank:
            continue
        with request.scope():
            paper = _stored(request, term, form, at) if form.is_valid() else None
        if paper is None:
            keyed.wrong.append(form)
        else:
            keyed.saved.append(paper)
    return keyed


def _stored(request: StaffRequest, term: Term, form: SheetForm, at: datetime) -> PaperForm | None:
    """Store one sheet; None where the form now says what is wrong with it."""
    said = form.cleaned_data
    people = desk_forms.people_typed(said["who"])
    learner = form.meant(people)
    if learner is None:
        sentence = wording.several_meant(people) if people else wording.nobody_meant()
        form.refuse("who", sentence)
    found = desk_forms.classes_by_number(term, said["classes"])
    if missing := [number for number in said["classes"] if number not in found]:
        form.refuse("classes", wording.numbers_not_known(missing))
    if learner is None or missing:
        return None
    sheet = Sheet(
        key=said["key"],
        learner=learner,
        section_ids=[found[number].pk for number in said["classes"]],
        wanted=MOST_WANTED if said["two"] else 1,
        any_like=said["any_like"],
        received_at=said["received"],
    )
    try:
        return paper_forms.key_in(
            term=term, sheet=sheet, reason=words.reason_on_paper(), actor=request.user, at=at
        )
    except PaperRefused as refused:
        form.refuse("received", words.paper_problem(refused.problem, refused.moment))
    except FormRefused as refused:
        form.refuse("classes", sentence_of(refused))
    return None


def _as_json(keyed: Keyed) -> JsonResponse:
    saved: list[dict[str, Any]] = [
        {
            "key": str(paper.key),
            "said": words.keyed_in(paper.learner.name, paper.application.spoken_number),
            "address": reverse("enrolment:form-for", args=[paper.learner_id]),
        }
        for paper in keyed.saved
    ]
    wrong = [{"key": str(form.shown_key), "errors": form.errors} for form in keyed.wrong]
    return JsonResponse({"saved": saved, "wrong": wrong}, status=422 if wrong else 200)
