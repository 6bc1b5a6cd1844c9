"""Doors to courses followed from home: begin, stop, ask for the printed pack."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import LearnerRequest, learner_required, sent
from courses.models import Course, Term
from enrolment import queries, services, wording
from enrolment.forms import PackForm
from enrolment.models import CloudSeat, DeliveryRequest
from enrolment.services import CloudRefused


def _seat(request: LearnerRequest, seat_id: int) -> CloudSeat:
    mine = CloudSeat.objects.of(request.learner).standing().select_related("course", "term")
    return get_object_or_404(mine, pk=seat_id)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_online(request: LearnerRequest, slug: str, code: str) -> HttpResponse:
    """What following a course from home is, and the one button; or the way to what one has."""
    course = get_object_or_404(Course.objects.select_related("subject"), slug=slug)
    term = get_object_or_404(Term.objects.on_show(), code=code)
    if request.method == "POST":
        try:
            seat = services.follow_online(
                course=course,
                term=term,
                learner=request.learner,
                actor=request.user,
                at=request.at,
            )
        except CloudRefused as refused:
            messages.warning(request, wording.cloud_refused(refused.reason))
            return redirect("courses:show-course", course.slug)
        messages.success(request, wording.followed(seat))
        return redirect("enrolment:my-classes")
    seats = queries.followed_by(request.learner, course)
    context = {"course": course, "term": term, "seat": seats.get(term.pk)}
    return render(request, "enrolment/cloud/follow.html", context)


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_following(request: LearnerRequest, seat_id: int) -> HttpResponse:
    """Whether one really wants to stop; then the cloud seat is given back."""
    with request.scope():
        seat = _seat(request, seat_id)
    if request.method == "POST":
        services.stop_following(seat=seat, actor=request.user, at=request.at)
        messages.success(request, wording.followed_no_more(seat))
        return redirect("enrolment:my-classes")
    return render(request, "enrolment/cloud/stop.html", {"seat": seat})


@never_cache
@learner_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_pack(request: LearnerRequest, seat_id: int) -> HttpResponse:
    """Ask for the course's materials on paper."""
    with request.scope():
        seat = _seat(request, seat_id)
    form = PackForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            pack = services.ask_for_pack(
                seat=seat, **form.pack(), actor=request.user, at=request.at
            )
        except CloudRefused as refused:
            messages.warning(request, wording.cloud_refused(refused.reason))
        else:
            messages.success(request, wording.pack_asked_for(pack))
        return redirect("enrolment:my-classes")
    return render(
        request,
        "enrolment/cloud/ask_for_pack.html",
        {"seat": seat, "form": form},
        status=422 if form.errors else 200,
    )


@learner_required
@require_POST
def take_pack_back(request: LearnerRequest, pack_id: int) -> HttpResponse:
    """Say that a pack is not wanted any more."""
    with request.scope():
        mine = DeliveryRequest.objects.filter(learner=request.learner).with_all_to_show()
        pack = get_object_or_404(mine, pk=pack_id)
    if services.take_pack_back(pack=pack, actor=request.user, at=request.at):
        messages.success(request, wording.pack_taken_back(pack))
    return redirect("enrolment:my-classes")
