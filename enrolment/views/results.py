"""Doors to what the draw came to: a learner's own, and the same at the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import clock, scope
from accounts.http import LearnerRequest, StaffRequest, learner_required, staff_required
from accounts.models import Learner, User
from enrolment import queries
from enrolment.models import Application
from enrolment.queries import Became, LeftOver, OwnResult
from enrolment.views.calls import A_PAGE, ON_THE_PHONE
from enrolment.views.desk import learner_of
from enrolment.wording import results as said


@dataclass(frozen=True)
class Told:
    """One choice in sentences."""

    became: Became
    rank: str
    sentences: list[str]
    next: list[str]


@never_cache
@learner_required
@require_safe
def show_result(request: LearnerRequest, code: str) -> HttpResponse:
    """What became of every choice, why, and what happens next."""
    application = _application(request.learner, code)
    partner = [application.partner_id] if application.partner_id else []
    with scope.learners([request.learner_id, *partner]):
        page = _page(application, request.user, at=request.at)
        return render(request, "enrolment/results/show_result.html", page)


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def result_for(request: StaffRequest, learner_id: int, code: str) -> HttpResponse:
    """The same, for staff to read out or print."""
    learner = learner_of(learner_id)
    page = _page(_application(learner, code), request.user, at=clock.now())
    return render(request, "enrolment/results/result_for.html", {**page, "learner_here": learner})


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def list_results_to_tell(request: StaffRequest) -> HttpResponse:
    """Results of people whom no message reaches, to be read out or sent by post."""
    waiting = Paginator(queries.results_to_tell(request.units, at=clock.now()), A_PAGE)
    page = waiting.get_page(request.GET.get("page"))
    return render(request, "enrolment/results/list_results_to_tell.html", {"page": page})


def _application(learner: Learner, code: str) -> Application:
    mine = Application.objects.of(learner).select_related("term", "learner", "goes_with")
    return get_object_or_404(mine, term__code=code)


def _page(application: Application, actor: User, *, at: datetime) -> dict[str, Any]:
    found = queries.result_of(application, at=at)
    if found is None:
        raise Http404
    left: list[LeftOver] = []
    if found.struck_out is None:
        left = queries.left_over(found, actor=actor, at=at)
    return {
        "result": found,
        "term": application.term,
        "names": _names(found),
        "headline": said.headline(
            has_place=found.has_a_place,
            waits=found.waits,
            is_out=found.struck_out is not None,
        ),
        "choices": [_told(one, found, at) for one in found.choices],
        "left_over": [(one.section, said.where_left_over(one.seats)) for one in left],
    }


def _names(found: OwnResult) -> list[str]:
    """Whose result it is: of two who stand on the list as one, both, where one may know them."""
    form = found.application
    people = Q(pk=form.learner_id) | Q(pk=form.partner_id if found.are_two else None)
    return list(Learner.objects.filter(people).in_order().values_list("name", flat=True))


def _told(one: Became, found: OwnResult, at: datetime) -> Told:
    sentences = said.became_of(
        one.result, number=found.number, not_theirs=one.not_theirs, in_the_way=one.in_the_way
    )
    following = [said.next_of_place(one.enrolment)] if one.enrolment and one.is_given else []
    if one.place is not None:
        following.append(said.next_of_line(one.place))
    called = said.choice(one.result.rank, is_substitute=one.is_substitute)
    return Told(one, called, sentences, following)
