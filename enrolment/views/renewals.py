"""Doors for going on into the next term: one's own classes, somebody's at the desk, the lot."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, scope
from accounts.http import (
    LearnerRequest,
    StaffRequest,
    learner_required,
    new_press,
    press_of,
    sent,
    staff_required,
)
from accounts.models import Learner, User
from courses.models import ClassSection, Term
from enrolment.forms import WordForm
from enrolment.models import Enrolment, Renewal, RenewalLot
from enrolment.queries import renewals as queries
from enrolment.queries.renewals import GoingOn
from enrolment.services import Word, renewals
from enrolment.services.desk import keep_word
from enrolment.services.renewals import RenewalRefused
from enrolment.views.calls import ON_THE_PHONE, usual_channel
from enrolment.views.desk import learner_of
from enrolment.views.presses import one_key_one_request
from enrolment.wording import renewals as wording


@dataclass(frozen=True)
class Row:
    """One class and how it goes on, in words."""

    goes: GoingOn
    why_not: str
    press: UUID


@never_cache
@learner_required
@require_safe
def show_renewals(request: LearnerRequest) -> HttpResponse:
    """Every class of this term, with one button to go on or the reason why there is none."""
    term = queries.term_to_renew_into()
    rows = _rows(request.learner, term, request.user, request.at) if term else []
    return render(request, "enrolment/renewal/show.html", _page(term, rows, request.at))


@learner_required
@require_POST
@one_key_one_request
def renew(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Go on from one class; the answer stands on the page of renewals."""
    with request.scope():
        enrolment = get_object_or_404(
            Enrolment.objects.of(request.learner).with_all_to_show(), pk=enrolment_id
        )
        section = _section(request.POST.get("section", ""))
    try:
        row = renewals.renew(
            enrolment=enrolment,
            section=section,
            actor=request.user,
            key=press_of(request),
            at=request.at,
        )
    except RenewalRefused as refused:
        messages.warning(request, _sentence(refused, section))
    else:
        with request.scope():
            messages.success(request, wording.renewed(row))
    return redirect("enrolment:show-renewals")


@learner_required
@require_POST
def take_back_renewal(request: LearnerRequest, enrolment_id: int) -> HttpResponse:
    """Ask no longer, before the lot is drawn."""
    with request.scope():
        asked = get_object_or_404(
            Renewal.objects.of(request.learner)
            .asked()
            .select_related("term", "learner", "unit", "section__course"),
            goes_on_from=enrolment_id,
        )
    try:
        renewals.take_back_renewal(asked=asked, actor=request.user, at=request.at)
    except RenewalRefused as refused:
        messages.warning(request, _sentence(refused, asked.section))
    else:
        messages.success(request, wording.renewal_taken_back(asked))
    return redirect("enrolment:show-renewals")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
@one_key_one_request
def renew_for(request: StaffRequest, learner_id: int) -> HttpResponse:
    """The same for somebody at the counter or on the telephone."""
    learner, term, at = learner_of(learner_id), queries.term_to_renew_into(), clock.now()
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid() and _renew_for(request, learner, form, at):
        return redirect("enrolment:renew-for", learner.pk)
    with scope.learners([learner.pk]):
        rows = _rows(learner, term, request.user, at) if term else []
        return render(
            request,
            "enrolment/renewal/for_learner.html",
            {"learner": learner, "form": form, "press": new_press(), **_page(term, rows, at)},
            status=422 if form.errors else 200,
        )


@require_safe
def show_lot(request: HttpRequest, code: str) -> HttpResponse:
    """How the places of renewal are given where too many ask; anybody can check the order."""
    term = get_object_or_404(Term.objects.published(), code=code)
    lot = RenewalLot.objects.filter(term=term).first()
    with scope.system("show the lot of renewals"):
        drawn = _drawn(lot) if lot else []
    return render(
        request, "enrolment/renewal/lot.html", {"term": term, "lot": lot, "drawn": drawn}
    )


def _drawn(lot: RenewalLot) -> list[tuple[ClassSection, list[Renewal]]]:
    """The numbers of each class in the order of the lot; nobody's name, and nothing before."""
    if lot.drawn_at is None:
        return []
    rows = (
        Renewal.objects.into(lot.term)
        .in_a_lot()
        .exclude(place=None)
        .select_related("section__course", "section__slot", "section__campus")
        .order_by("section", "place")
    )
    found: dict[int, tuple[ClassSection, list[Renewal]]] = {}
    for row in rows:
        found.setdefault(row.section_id, (row.section, []))[1].append(row)
    return list(found.values())


def _rows(learner: Learner, term: Term, actor: User, at: datetime) -> list[Row]:
    rows = []
    for enrolment in queries.classes_of_last_term(learner, term):
        goes = queries.going_on(enrolment, term, actor=actor, at=at)
        rows.append(Row(goes, _why_not(goes), new_press()))
    return rows


def _why_not(goes: GoingOn) -> str:
    if goes.problem is None or goes.renewal is not None:
        return ""
    said = goes.objection
    other = said and said.other_section
    return wording.renewal_problem(
        goes.problem,
        said,
        section=goes.options[0].section if goes.options else None,
        other=_class(other) if other else None,
    )


def _page(term: Term | None, rows: list[Row], at: datetime) -> dict[str, object]:
    window = queries.renewal_window(term) if term else None
    return {
        "at": at,
        "term": term,
        "window": window,
        "is_open": window is not None and window.is_open(at),
        "rows": rows,
        "to_choose": [row for row in rows if row.goes.best and not row.goes.renewal],
        "lot": RenewalLot.objects.filter(term=term).first() if term else None,
    }


def _renew_for(request: StaffRequest, learner: Learner, form: WordForm, at: datetime) -> bool:
    """Renew what the pressed button names; the learner's word is kept with it."""
    number, _colon, section_id = request.POST.get("goes", "").partition(":")
    if not (number.isdecimal() and section_id.isdecimal()):
        form.add_error(None, gettext("Choose the class first in which the learner goes on."))
        return False
    word = Word(**form.word())
    with scope.learners([learner.pk]):
        enrolment = get_object_or_404(
            Enrolment.objects.of(learner).with_all_to_show(), pk=int(number)
        )
        section = _section(section_id)
    try:
        row = renewals.renew(
            enrolment=enrolment,
            section=section,
            actor=request.user,
            key=press_of(request),
            at=at,
            channel=word.channel,  # type: ignore[arg-type]  # one of Channel
            reason=word.reason,
        )
    except RenewalRefused as refused:
        form.add_error(None, _sentence(refused, section))
        return False
    with scope.learners([learner.pk]):
        if row.asked_at == at:  # not the second tap
            keep_word(
                learner, word, unit=section.unit, actor=request.user, at=at,
                act="renew", section=section.pk,
            )  # fmt: skip
        messages.success(request, wording.renewed_for(learner.name, row))
    return True


def _section(number: str) -> ClassSection:
    sections = ClassSection.objects.with_all_to_show()
    return get_object_or_404(sections, pk=int(number) if number.isdecimal() else 0)


def _class(section_id: int) -> ClassSection | None:
    return ClassSection.objects.with_all_to_show().filter(pk=section_id).first()


def _sentence(refused: RenewalRefused, section: ClassSection) -> str:
    other = refused.objection and refused.objection.other_section
    return wording.renewal_problem(
        refused.problem,
        refused.objection,
        section=section,
        other=_class(other) if other else None,
    )
