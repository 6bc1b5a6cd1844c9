"""Doors of staff to openings: plan them, look after a room, bring somebody to it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, scope
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import Learner, StaffPost
from courses.models import Term
from courses.roles import LOOK_AFTER_TERMS
from enrolment import queries, services, wording
from enrolment.forms import OpeningsForm, RoomPlaceForm, SteerForm
from enrolment.models import Opening
from enrolment.services import PlanRefused, RoomClosed
from enrolment.views.openings import with_words

Role = StaffPost.Role
AT_THE_OFFICE = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER, Role.HOTLINE)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])

WATCH_ROOM = "enrolment/office/watch_room.html"
CLOSE_ROOM = "enrolment/office/close_room.html"


@never_cache
@staff_required(*AT_THE_OFFICE)
@require_safe
def list_openings(request: StaffRequest) -> HttpResponse:
    """The openings of the terms on show, and what this member of staff can do about each."""
    at = clock.now()
    in_charge = bool(scope.offices_of(request.user, LOOK_AFTER_TERMS))
    return render(
        request,
        "enrolment/office/list_openings.html",
        {
            "openings": with_words(queries.openings_on_show(at=at), at=at),
            "terms": Term.objects.taking_classes().latest_first() if in_charge else [],
            "in_charge": in_charge,
        },
    )


@staff_required(*LOOK_AFTER_TERMS)
@get_or_post
def plan_openings(request: StaffRequest, term_id: int) -> HttpResponse:
    """When each department of a term opens; a day for each can be proposed, and changed."""
    term = get_object_or_404(Term, pk=term_id)
    at = clock.now()
    departments = queries.departments_of(term)
    planned = list(Opening.objects.of_term(term).with_words())
    proposed = (
        queries.proposed_openings(term, departments, at=at) if "propose" in request.GET else {}
    )
    form = OpeningsForm(sent(request), departments=departments, planned=planned, proposed=proposed)
    if form.is_valid():
        try:
            services.plan_openings(term=term, moments=form.moments(), actor=request.user, at=at)
        except PlanRefused as refused:
            form.refuse(refused.department, wording.plan_refused(refused.problem))
        else:
            messages.success(request, wording.openings_planned(term))
            return redirect("enrolment:staff-plan-openings", term.pk)
    window = term.phases.opening_for_all().first()
    return render(
        request,
        "enrolment/office/plan_openings.html",
        {
            "term": term,
            "form": form,
            "window": window,
            "planned": planned,
            "to_mend": queries.openings_to_mend(term),
            "no_days": "propose" in request.GET and not proposed,
            "closed_days": queries.closed_days(
                [opening.opens_at for opening in planned] + list(proposed.values())
            ),
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*LOOK_AFTER_TERMS)
@require_safe
def watch_room(request: StaffRequest, opening_id: int) -> HttpResponse:
    """A room while people come in: how many stand where, how fast it goes, what was decided."""
    return _room(request, _opening(opening_id), SteerForm())


@staff_required(*LOOK_AFTER_TERMS)
@require_POST
def steer_room(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Hold people back, let them in again, limit the pace, or end the line; with a reason.

    The line is ended from a page of its own, for there is no way back.
    """
    opening = _opening(opening_id)
    form = SteerForm(request.POST)
    if not form.is_valid():
        return _room(request, opening, form)
    if form.cleaned_data["act"] == "end" and "sure" not in request.POST:
        return _room(request, opening, form, template=CLOSE_ROOM)
    act, reason = form.cleaned_data["act"], form.cleaned_data["reason"]
    who = {"opening": opening, "reason": reason, "actor": request.user, "at": clock.now()}
    acts: dict[str, Callable[[], None]] = {
        "hold": lambda: services.hold_people_back(held_back=True, **who),
        "go_on": lambda: services.hold_people_back(held_back=False, **who),
        "limit": lambda: services.limit_pace(
            most_per_second=form.cleaned_data["most_per_second"], **who
        ),
        "end": lambda: services.end_by_hand(**who),
    }
    acts[act]()
    messages.success(request, wording.room_steered(act))
    return redirect("enrolment:staff-watch-room", opening.pk)


@never_cache
@staff_required(*AT_THE_OFFICE)
@require_safe
def bring_learner(request: StaffRequest, opening_id: int) -> HttpResponse:
    """Find somebody who phoned or came to the counter; see whose turn has come."""
    opening, at = _opening(opening_id), clock.now()
    words = request.GET.get("q", "").strip()[:60]
    people = queries.learners_known(words) if words else []
    return render(
        request,
        "enrolment/office/bring_learner.html",
        {
            "opening": opening,
            "stage": opening.stage(at),
            "takes_people": opening.takes_people(at),
            "words": words,
            "people": people,
            "asked_too_little": people is None,
            "line": queries.office_line(opening),
        },
    )


@never_cache
@staff_required(*AT_THE_OFFICE)
@get_or_post
def give_place(request: StaffRequest, opening_id: int, learner_id: int) -> HttpResponse:
    """Give one learner a place in the office's line, with the way they came and the reason."""
    opening, at = _opening(opening_id), clock.now()
    learner = get_object_or_404(Learner, pk=learner_id)
    form = RoomPlaceForm(sent(request))
    if form.is_valid():
        try:
            place = services.join_for(
                opening=opening, learner=learner, actor=request.user, at=at, **form.cleaned_data
            )
        except RoomClosed:
            messages.warning(request, wording.room_closed(opening, at=at))
        else:
            messages.success(request, wording.brought(learner, place))
        return redirect("enrolment:staff-bring-learner", opening.pk)
    return render(
        request,
        "enrolment/office/give_place.html",
        {"opening": opening, "learner": learner, "form": form},
        status=422 if form.errors else 200,
    )


def _opening(opening_id: int) -> Opening:
    return get_object_or_404(Opening.objects.with_words(), pk=opening_id)


def _room(
    request: StaffRequest, opening: Opening, form: SteerForm, *, template: str = WATCH_ROOM
) -> HttpResponse:
    with scope.system("count a waiting room"):  # numbers of people, nobody's record
        room = queries.room_of(opening, at=clock.now())
    return render(
        request,
        template,
        {"opening": opening, "room": room, "form": form},
        status=422 if form.errors else 200,
    )
