"""A live lesson or lecture for who watches it: before its hour, in the room, afterwards."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.models import User
from courses.models import Lesson
from livestream.domain import live as rules
from livestream.domain.access import Refusal
from livestream.domain.command import AUDIO_FOLDER, LIST_NAME
from livestream.models import Broadcast, Lecture
from livestream.queries import live as queries
from livestream.queries.live import Stage
from livestream.services import telling_live
from livestream.views.watching import grant
from livestream.wording import live as wording


@never_cache
@require_GET
def show_live_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """When a lesson goes out live, how to try sound and picture, and the way in."""
    return _show(request, get_object_or_404(Lesson, pk=lesson_id))


@never_cache
@require_GET
def show_live_lecture(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """The same for a lecture; nobody has to sign in."""
    return _show(request, get_object_or_404(Lecture, pk=lecture_id))


def _show(request: HttpRequest, meeting: Lesson | Lecture) -> HttpResponse:
    broadcast = queries.broadcast_of(meeting)
    if broadcast is None:
        raise Http404
    reason = queries.may_enter(broadcast, _user(request), at=clock.now()).reason
    if reason is not None:
        return _refused(request, reason)
    standing = queries.standing_of(broadcast, at=clock.now())
    context = _facts(broadcast) | {
        "standing": standing,
        "may_enter": standing.stage in {Stage.WAITING, Stage.LIVE, Stage.LOST},
    }
    return render(request, "livestream/live.html", context)


@never_cache
@require_GET
def enter_live(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    """The classroom: who comes early waits here, and it goes on by itself."""
    broadcast = _broadcast(broadcast_id)
    at = clock.now()
    reason = queries.may_enter(broadcast, _user(request), at=at).reason
    if reason is not None:
        return _refused(request, reason)
    standing = queries.standing_of(broadcast, at=at)
    context = _facts(broadcast) | {
        "standing": standing,
        "state_file": f"{settings.QUEUE_URL}{telling_live.state_file(broadcast)}",
        "sound": f"{AUDIO_FOLDER}/{LIST_NAME}",
        "phone_after": int(rules.PHONE_AFTER.total_seconds()),
    }
    return render(request, "livestream/live_room.html", context)


@never_cache
@require_POST
def grant_live(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    """Give a player the right to what is on, as JSON: the same as for a replay."""
    broadcast = _broadcast(broadcast_id)
    if broadcast.recording is None or not broadcast.recording.generation:
        raise Http404
    return grant(request, broadcast.recording.pk)


@require_GET
def try_live(request: HttpRequest) -> HttpResponse:
    """A short film with notes: whoever sees and hears it will see and hear the lesson."""
    return render(request, "livestream/try_live.html")


def _facts(broadcast: Broadcast) -> dict[str, object]:
    meeting = broadcast.shown()
    return {
        "broadcast": broadcast,
        "title": wording.meeting_title(meeting),
        "hours": wording.meeting_hours(meeting),
        "opens": wording.opens_at(meeting),
        "is_lecture": isinstance(meeting, Lecture),
    }


def _broadcast(broadcast_id: int) -> Broadcast:
    found = Broadcast.objects.for_people().with_all_to_show()
    return get_object_or_404(found, pk=broadcast_id)


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _refused(request: HttpRequest, reason: Refusal) -> HttpResponse:
    """Why one may not come in, and what to do: only two reasons are possible before the hour."""
    heading, text = wording.not_let_in(reason)
    way_back = urlencode({"next": request.get_full_path()})
    context = {
        "title": heading,
        "reason": text,
        "must_sign_in": reason is Refusal.SIGN_IN,
        "offers_courses": reason is Refusal.NOT_IN_CLASS,
        "sign_in_here": f"{reverse('account_request_login_code')}?{way_back}",
    }
    return render(request, "livestream/refused.html", context, status=403)
