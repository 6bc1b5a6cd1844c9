"""Doors for staff: follow a course for somebody, packs to print, how many follow each course."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.http import StaffRequest, sent, staff_required
from accounts.models import Learner
from courses.models import Course, Term
from enrolment import queries, services, wording
from enrolment.forms import PackForForm, WordForm
from enrolment.models import CloudSeat, DeliveryRequest
from enrolment.services import CloudRefused, Word
from enrolment.views.calls import ON_THE_PHONE, usual_channel
from enrolment.views.desk import learner_of


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def choose_course(request: StaffRequest, learner_id: int) -> HttpResponse:
    """Find a course that somebody wants to follow from home."""
    words = request.GET.get("q", "").strip()[:60]
    found = queries.courses_to_follow(words) if words else []
    return render(
        request,
        "enrolment/cloud/choose_course.html",
        {
            "learner": learner_of(learner_id),
            "words": words,
            "courses": [(course, queries.terms_of(course)) for course in found],
        },
    )


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_for(request: StaffRequest, learner_id: int, slug: str, code: str) -> HttpResponse:
    """Open a course for somebody to follow from home, with their word."""
    learner = learner_of(learner_id)
    course = get_object_or_404(Course.objects.select_related("subject"), slug=slug)
    term = get_object_or_404(Term.objects.on_show(), code=code)
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        _press(
            request,
            lambda: services.follow_online(
                course=course,
                term=term,
                learner=learner,
                actor=request.user,
                at=clock.now(),
                word=Word(**form.word()),
            ),
            done=wording.followed_for(learner.name, course),
        )
        return redirect("enrolment:show-learner", learner.pk)
    return _ask(request, learner, course, term, form, what="follow")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_for(request: StaffRequest, seat_id: int) -> HttpResponse:
    """Give a cloud seat back for somebody."""
    seat = _seat(seat_id)
    form = WordForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        word = Word(**form.word())
        services.stop_following(seat=seat, actor=request.user, at=clock.now(), word=word)
        messages.success(request, wording.followed_no_more_for(seat.learner.name, seat.course))
        return redirect("enrolment:show-learner", seat.learner_id)
    return _ask(request, seat.learner, seat.course, seat.term, form, what="stop")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_http_methods(["GET", "HEAD", "POST"])
def pack_for(request: StaffRequest, seat_id: int) -> HttpResponse:
    """Ask for a printed pack for somebody."""
    seat = _seat(seat_id)
    form = PackForForm(sent(request), initial={"channel": usual_channel(request)})
    if request.method == "POST" and form.is_valid():
        _press(
            request,
            lambda: services.ask_for_pack(
                seat=seat,
                **form.pack(),
                actor=request.user,
                at=clock.now(),
                word=Word(**form.word()),
            ),
            done=wording.pack_asked_for_them(seat.learner.name, seat.course),
        )
        return redirect("enrolment:show-learner", seat.learner_id)
    return _ask(request, seat.learner, seat.course, seat.term, form, what="pack")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def list_packs(request: StaffRequest) -> HttpResponse:
    """Packs to print, then those that lie ready, the oldest wish first."""
    packs = list(queries.packs_to_do(request.units))
    return render(
        request,
        "enrolment/cloud/packs.html",
        {
            "to_print": [pack for pack in packs if not pack.is_printed],
            "printed": [pack for pack in packs if pack.is_printed],
        },
    )


@staff_required(*ON_THE_PHONE)
@require_POST
def note_pack(request: StaffRequest, pack_id: int) -> HttpResponse:
    """Note that a pack is printed, was handed over, or is not wanted any more."""
    packs = queries.packs_to_do(request.units)
    pack = get_object_or_404(packs, pk=pack_id)
    acts = {
        "printed": (services.note_printed, wording.pack_printed),
        "sent": (services.note_handed_over, wording.pack_handed_over),
        "withdrawn": (services.take_pack_back, wording.pack_taken_back),
    }
    act, words = acts.get(request.POST.get("what", ""), (None, None))
    if act is None or words is None:
        return HttpResponse(status=400)
    if act(pack=pack, actor=request.user, at=clock.now()):
        messages.success(request, words(pack))
    return redirect("enrolment:staff-list-packs")


@never_cache
@staff_required(*ON_THE_PHONE)
@require_safe
def count_followers(request: StaffRequest) -> HttpResponse:
    """How many people follow each course of a term from home."""
    terms = list(Term.objects.published().latest_first())
    asked = request.GET.get("term", "")
    usual = next((one for one in terms if not one.is_over), next(iter(terms), None))
    term = next((one for one in terms if one.code == asked), usual)
    counts = queries.cloud_counts(term) if term else []
    return render(
        request,
        "enrolment/cloud/counts.html",
        {
            "term": term,
            "terms": terms,
            "counts": counts,
            "total": sum(one.now for one in counts),
        },
    )


def _seat(seat_id: int) -> CloudSeat:
    """Row-level security shows those of learners whom the offices of this post know."""
    standing = CloudSeat.objects.standing().select_related("learner__unit", "course", "term")
    return get_object_or_404(standing, pk=seat_id)


def _press(
    request: StaffRequest, act: Callable[[], CloudSeat | DeliveryRequest], *, done: str
) -> None:
    """Press for somebody, and say to staff what it came to."""
    try:
        act()
    except CloudRefused as refused:
        messages.warning(request, wording.cloud_refused(refused.reason))
    else:
        messages.success(request, done)


def _ask(
    request: StaffRequest, learner: Learner, course: Course, term: Term, form: Form, *, what: str
) -> HttpResponse:
    return render(
        request,
        "enrolment/cloud/act_for.html",
        {"learner": learner, "course": course, "term": term, "form": form, "what": what},
        status=422 if form.errors else 200,
    )
