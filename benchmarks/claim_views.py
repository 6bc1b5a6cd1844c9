"""What the benchmark serves: the product's own pages, and three doors to compare them with."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts import clock
from accounts.http import LearnerRequest, learner_required, press_of
from accounts.models import AuditEvent, Learner, OutboxMessage
from config.urls import urlpatterns as product
from courses.models import ClassSection
from enrolment.domain.timetables import Spans, overlap
from enrolment.models import Channel, Enrolment, WaitlistEntry, ledger
from enrolment.queries import dossier


def hello(request: HttpRequest) -> HttpResponse:
    """Say hello: what the server and the middleware cost by themselves."""
    return HttpResponse("hello")


@csrf_exempt
def bare(request: HttpRequest, section_id: int, learner_id: int) -> HttpResponse:
    """Make the claim and nothing else: no sign-in, no friendly rules, no redirect."""
    learner = Learner(pk=learner_id, user_id=learner_id)
    answer = ledger.claim(
        section=ClassSection(pk=section_id),
        learner=learner,
        actor=learner.user_id and _User(learner.user_id),
        channel=Channel.WEB,
        key=uuid4(),
        at=clock.now(),
        due_at=clock.now(),
    )
    return HttpResponse(answer.outcome)


class _User:
    """As much of an account as the ledger asks for."""

    def __init__(self, pk: int) -> None:
        self.pk = pk


@csrf_exempt
def orm(request: HttpRequest, section_id: int, learner_id: int) -> HttpResponse:
    """Make the claim in the way of the ORM, and nothing else."""
    return HttpResponse(_claim_by_orm(section_id, learner_id))


@learner_required
def full_orm(request: LearnerRequest, section_id: int) -> HttpResponse:
    """The product's own page with the claim in the way of the ORM: same door, same rule book."""
    facts = dossier([section_id], learner=request.learner, actor=request.user, at=request.at)
    press_of(request)
    if facts.objection(section_id) is None:
        messages.info(request, _claim_by_orm(section_id, request.learner_id))
    return redirect("enrolment:check-class", section_id)


@transaction.atomic
def _claim_by_orm(section_id: int, learner_id: int) -> str:
    """Do it the way one writes it in Django, correctly: lock the class, count, create."""
    section = ClassSection.objects.select_for_update(of=("self",)).get(pk=section_id)
    learner = Learner.objects.get(pk=learner_id)
    at = clock.now()
    mine = list(Enrolment.objects.holding_a_seat().filter(learner=learner))
    meets = _spans(section.meets)
    if any(one.section_id == section.pk or overlap(_spans(one.slots), meets) for one in mine):
        return "refused"
    if section.enrolments.holding_a_seat().count() < section.capacity:
        Enrolment.objects.create(
            section=section, learner=learner, unit_id=section.unit_id, status="confirmed",
            source="open", slots=section.meets, created_at=at,
        )  # fmt: skip
        answer = "confirmed"
    else:
        WaitlistEntry.objects.create(
            section=section, learner=learner, unit_id=section.unit_id,
            ticket=section.waitlist.count() + 1, joined_at=at,
        )  # fmt: skip
        answer = "waitlisted"
    AuditEvent.objects.record(None, answer, section, at=at, learner=learner)
    OutboxMessage.objects.create(kind="nothing", object_id="0")
    return answer


def _spans(meets: Iterable[Any]) -> Spans:
    return tuple((span.lower, span.upper) for span in meets)


urlpatterns = [
    path("hello/", hello),
    path("bare/<int:section_id>/<int:learner_id>/", bare),
    path("orm/<int:section_id>/<int:learner_id>/", orm),
    path("orm/<int:section_id>/full/", full_orm),
    *product,
]
