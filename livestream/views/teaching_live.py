"""Teaching live: what can go out, the key, how it stands, the end."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.http import StaffRequest, new_press, press_of, staff_required
from accounts.models import StaffPost
from courses.models import Lesson
from livestream import ingest
from livestream.forms import DialInForm
from livestream.models import Broadcast, Lecture
from livestream.queries import live as queries
from livestream.services import counting, live
from livestream.wording import live as wording

ROLES = (StaffPost.Role.TEACHER, *queries.ROLES_THAT_BROADCAST)


@require_GET
@staff_required(*ROLES)
def list_live(request: StaffRequest) -> HttpResponse:
    """Lessons and lectures of the coming days that can go out live, the next first."""
    at = clock.now()
    meetings: list[Lesson | Lecture] = [
        *queries.lessons_to_broadcast(request.user, at=at),
        *queries.lectures_to_broadcast(request.user, at=at),
    ]
    meetings.sort(key=lambda meeting: meeting.during.lower)
    planned = {
        broadcast.shown(): broadcast
        for broadcast in queries.broadcasts_of(request.user).standing()
    }
    rows = [
        {
            "title": wording.meeting_title(meeting),
            "hours": wording.meeting_hours(meeting),
            "broadcast": planned.get(meeting),
            "field": "lesson" if isinstance(meeting, Lesson) else "lecture",
            "meeting": meeting,
        }
        for meeting in meetings
    ]
    return render(request, "livestream/list_live.html", {"rows": rows})


@require_POST
@staff_required(*ROLES)
def plan_live(request: StaffRequest) -> HttpResponse:
    """Plan that a lesson or a lecture goes out live."""
    at = clock.now()
    meetings: Any = (
        queries.lessons_to_broadcast(request.user, at=at)
        if "lesson" in request.POST
        else queries.lectures_to_broadcast(request.user, at=at)
    )
    asked = request.POST.get("lesson") or request.POST.get("lecture") or ""
    if not asked.isdigit():
        raise BadRequest("neither a lesson nor a lecture")
    meeting = get_object_or_404(meetings, pk=int(asked))
    broadcast = live.open_broadcast(meeting=meeting, actor=request.user, at=at)
    return redirect("livestream:teach-live", broadcast.pk)


@never_cache
@staff_required(*ROLES)
def teach_live(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    """Everything for teaching live on one page; a key that was asked for is shown once."""
    broadcast = _mine(request, broadcast_id)
    key = ""
    if request.method == "POST":
        try:
            key = live.make_key(
                broadcast=broadcast, press=press_of(request), actor=request.user, at=clock.now()
            )
        except live.BroadcastRefused:
            messages.warning(request, _("This lesson is over; it needs no key any more."))
    return render(request, "livestream/teach_live.html", _page(broadcast, key))


@never_cache
@require_GET
@staff_required(*ROLES)
def live_state(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    """How it stands, in words, for the page that is open."""
    broadcast = _mine(request, broadcast_id)
    state = _state(broadcast)
    return JsonResponse(
        {"stage": state["stage"], "words": state["words"], "trial": state["trial"]}
    )


@require_POST
@staff_required(*ROLES)
def end_live(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    """End the lesson for everybody."""
    broadcast = _mine(request, broadcast_id)
    try:
        live.end(broadcast=broadcast, actor=request.user, at=clock.now())
    except live.BroadcastRefused:
        messages.info(request, _("The lesson had ended already."))
    else:
        messages.success(request, _("The lesson has ended. Its replay is there in a moment."))
    return redirect("livestream:teach-live", broadcast.pk)


@require_POST
@staff_required(*ROLES)
def keep_dial_in(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    """Keep the number by which one can listen on a telephone."""
    broadcast = _mine(request, broadcast_id)
    form = DialInForm(request.POST)
    if not form.is_valid():
        return render(
            request, "livestream/teach_live.html", _page(broadcast, "", form), status=422
        )
    live.keep_dial_in(
        broadcast=broadcast,
        number=form.cleaned_data["dial_in"],
        actor=request.user,
        at=clock.now(),
    )
    messages.success(request, _("The number stands on the page of the lesson now."))
    return redirect("livestream:teach-live", broadcast.pk)


def _mine(request: StaffRequest, broadcast_id: int) -> Broadcast:
    return get_object_or_404(queries.broadcasts_of(request.user), pk=broadcast_id)


def _page(broadcast: Broadcast, key: str, form: DialInForm | None = None) -> dict[str, Any]:
    meeting = broadcast.shown()
    server = ingest.chosen()
    return {
        "broadcast": broadcast,
        "title": wording.meeting_title(meeting),
        "hours": wording.meeting_hours(meeting),
        "is_lecture": isinstance(meeting, Lecture),
        "address": settings.LIVE_ADDRESS,
        "key": server.stream_key(address=broadcast.pk, key=key) if key else "",
        "form": form or DialInForm(initial={"dial_in": broadcast.dial_in}),
        "press": new_press(),
        **_state(broadcast),
    }


def _state(broadcast: Broadcast) -> dict[str, Any]:
    at = clock.now()
    standing = queries.standing_of(broadcast, at=at)
    opens = wording.opens_at(broadcast.shown())
    recording = broadcast.recording
    is_unseen = standing.stage == queries.Stage.OVER and recording and not recording.generation
    words = wording.teacher_state(
        "unseen" if is_unseen else standing.stage, since=standing.since, opens=opens
    )
    if standing.stage != queries.Stage.OVER and queries.sends_what_no_browser_plays(broadcast):
        words = wording.coded_otherwise()
    elif recording is not None and standing.stage == queries.Stage.LIVE:
        words = f"{words} {wording.watching(counting.viewers_now(recording, at=at))}"
    trial = broadcast.trials.live().with_all_to_show().first()
    film = trial.recording if trial is not None else None
    return {
        "stage": standing.stage.value,
        "words": words,
        "trial": film.pk if film is not None and film.generation else 0,
        "counted": _counted(broadcast) if standing.stage == queries.Stage.OVER else "",
    }


def _counted(broadcast: Broadcast) -> str:
    counts = getattr(broadcast.recording, "viewers", None)
    return wording.watched(counts.live_peak, counts.live_ever) if counts is not None else ""
