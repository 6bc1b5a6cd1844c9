"""Doors for staff and teachers: papers that were seen, and levels people may join."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.http import StaffRequest, safe_next, sent, staff_required
from accounts.models import Learner, StaffPost
from courses.models import ClassSection, Course
from enrolment import queries, services, wording
from enrolment.domain.refusals import Paper
from enrolment.forms import PapersForm, PlaceForm

Role = StaffPost.Role
WHO_SEES_PAPERS = (Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER)
WHO_PLACES = (*WHO_SEES_PAPERS, Role.TEACHER)


@never_cache
@staff_required(*WHO_SEES_PAPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def record_papers(request: StaffRequest, section_id: int, learner_id: int) -> HttpResponse:
    """Note which papers were seen that a class asks of a learner; then back to the class."""
    section = get_object_or_404(
        ClassSection.objects.of_units(request.units).with_all_to_show(), pk=section_id
    )
    learner = get_object_or_404(Learner, pk=learner_id)
    at = clock.now()
    missing = queries.dossier(
        [section.pk], learner=learner, actor=request.user, at=at
    ).papers_missing(section.pk)
    form = PapersForm(sent(request), missing=missing)
    if request.method == "POST" and form.is_valid():
        services.record_papers(
            learner=learner,
            kinds=form.cleaned_data["kinds"],
            how=form.cleaned_data["how"],
            actor=request.user,
            at=at,
        )
        messages.success(request, wording.papers_recorded(learner.name))
        return redirect(safe_next(request) or request.path)
    return render(
        request,
        "enrolment/office/record_papers.html",
        {
            "section": section,
            "learner": learner,
            "form": form if set(missing) - {Paper.PLACEMENT} else None,
            "needs_placement": Paper.PLACEMENT in missing,
            "next": safe_next(request),
        },
        status=422 if form.errors else 200,
    )


@never_cache
@staff_required(*WHO_PLACES)
@require_http_methods(["GET", "HEAD", "POST"])
def place_learner(request: StaffRequest) -> HttpResponse:
    """Place somebody in a level: who and where, then the name to check, then it is written."""
    form = PlaceForm(
        sent(request),
        subjects=services.subjects_to_place_in(request.user),
        initial={"number": request.GET.get("card", "")},
    )
    people: list[Learner] = []
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        people = services.people_known_by(number, actor=request.user, at=clock.now())
        chosen = _chosen(request, people)
        if chosen is not None:
            return _placed(request, chosen, form)
        if not people:
            form.nobody_has_that_number()
    return render(
        request,
        "enrolment/office/place_learner.html",
        {
            "form": form,
            "people": [(one, one.age_on(localdate(clock.now()))) for one in people],
        },
        status=422 if form.errors else 200,
    )


def _chosen(request: StaffRequest, people: Iterable[Learner]) -> Learner | None:
    return next((one for one in people if str(one.pk) == request.POST.get("learner")), None)


def _placed(request: StaffRequest, learner: Learner, form: PlaceForm) -> HttpResponse:
    said = form.cleaned_data
    placement = services.place_learner(
        learner=learner,
        subject=said["subject"],
        level=int(said["level"]),
        note=said["note"],
        actor=request.user,
        at=clock.now(),
    )
    level = Course.Level(placement.level).label
    messages.success(
        request, wording.placed(learner.name, placement.subject.display_name(), str(level))
    )
    return redirect("enrolment:place-learner")
