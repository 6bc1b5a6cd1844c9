"""Where the servers that take pictures in ask whether they may: on this machine, with a secret.

Whatever goes wrong here, the answer is no: a camera that nobody has let in stays outside.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clock
from livestream import ingest
from livestream.domain.live import PublishRefused
from livestream.services import live
from livestream.wording import live as wording

LOOPBACK = {"127.0.0.1", "::1"}
LARGEST_REPORT = 16_384

Hook = Callable[[HttpRequest, ingest.Said], HttpResponse]


def hook(view: Hook) -> Callable[[HttpRequest], HttpResponse]:
    """A door for servers of this machine that know the secret; closed without one."""

    @csrf_exempt  # no browser and no session: the secret says who knocks
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not _is_ours(request) or len(request.body) > LARGEST_REPORT:
            return HttpResponse(status=403)
        try:
            return view(request, _said(request))
        except (ingest.HookRefused, ValueError):
            return HttpResponse(status=403)

    return guarded


@hook
def admit_camera(request: HttpRequest, said: ingest.Said) -> HttpResponse:
    """A camera is at the door: let it in under a name of ours, or say why not."""
    server = ingest.chosen()
    knock = server.knock(said)
    if knock is None:
        return HttpResponse(status=200)
    try:
        take = live.admit(
            key=knock.key, publisher=knock.publisher, address=knock.address, at=clock.now()
        )
    except PublishRefused as refused:
        return HttpResponse(wording.camera_refused(refused.reason), status=403)
    broadcast = take.broadcast
    line = ingest.Line(name=take.name, address=broadcast.trial_of_id or broadcast.pk)
    headers = dict(server.welcome(line))
    return HttpResponse(status=302 if "Location" in headers else 200, headers=headers)


@hook
def camera_goes_on(request: HttpRequest, said: ingest.Said) -> HttpResponse:
    """A camera is still sending; no: send it away, its lesson is over."""
    is_wanted = live.hear(name=_name(ingest.chosen().told(said)), at=clock.now())
    return HttpResponse(status=204 if is_wanted else 403)


@hook
def camera_left(request: HttpRequest, said: ingest.Said) -> HttpResponse:
    """A camera has gone, for now or for good."""
    live.leave(name=_name(ingest.chosen().told(said)), at=clock.now())
    return HttpResponse(status=204)


@hook
def keep_master(request: HttpRequest, said: ingest.Said) -> HttpResponse:
    """The master copy of a take is whole."""
    told = ingest.chosen().told(said)
    if ingest.master_file(told.recorded_as) is None:
        return HttpResponse(status=403)
    name = told.name or live.recorded_of(told.address)
    live.keep_master(name=name, recorded_as=told.recorded_as)
    return HttpResponse(status=204)


def _is_ours(request: HttpRequest) -> bool:
    """From this machine, past no proxy, with the secret. An empty secret opens nothing."""
    secret = settings.LIVE_HOOK_SECRET
    is_near = request.META.get("REMOTE_ADDR") in LOOPBACK
    came_by_a_proxy = "HTTP_X_FORWARDED_FOR" in request.META
    given = request.GET.get("secret", "")
    knows = bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
    return knows and is_near and not came_by_a_proxy


def _said(request: HttpRequest) -> ingest.Said:
    """The report in words; MediaMTX sends JSON, nginx a form."""
    if request.content_type == "application/json":
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ingest.HookRefused
        return {str(name): str(value) for name, value in told.items() if value is not None}
    return {name: str(value) for name, value in request.POST.items()}


def _name(told: ingest.Told) -> str:
    if told.key:
        return live.sent_with(told.key, told.publisher)
    return told.name or live.coming_to(told.address)
