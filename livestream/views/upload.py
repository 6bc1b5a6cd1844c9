"""Where the film of a lesson or a lecture is sent.

The body of such a request may be four gigabytes and take an hour. So everything
that can be refused is refused before it is read, it is read before a
transaction is opened, and it goes to the disk it will stay on.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from accounts import clock, scope
from accounts.http import StaffRequest, new_press, press_of, staff_required
from accounts.middleware import SEEN
from courses.models import Lesson, Teacher
from livestream import queries, services, wording
from livestream.domain.inspection import LARGEST_FILE, FilmRefused, Problem
from livestream.forms import UploadForm
from livestream.models import Lecture, Upload
from livestream.views.films import SENDERS, unfinished_of

FORM_FIELDS_BYTES = 1024 * 1024
"""What the other fields of the form may add to the announced length of the film."""


class FilmOnDisk(TemporaryFileUploadHandler):
    """Writes the film to the scratch disk as it comes in; stops one that lied about its size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > LARGEST_FILE:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def upload_film(request: HttpRequest) -> HttpResponseBase:
    """Show the form, or take a film in; what is too large is refused before it is read."""
    if request.method == "POST" and _sends_films(request):
        refusal = _refuse_unread(request)
        if refusal is not None:
            return refusal
        request.upload_handlers = [FilmOnDisk(request)]
    return _upload(request)


def _sends_films(request: HttpRequest) -> bool:
    """Nobody else's film is read: the guarded view below sends them away."""
    return request.user.is_authenticated and bool(scope.offices_of(request.user, SENDERS))


def _refuse_unread(request: HttpRequest) -> HttpResponse | None:
    sender = request.user
    assert sender.is_authenticated  # noqa: S101 - asked before
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    try:
        services.ensure_room_for(max(1, announced - FORM_FIELDS_BYTES), by=sender)
    except services.UploadRefused as refused:
        return _say(request, wording.no_room(refused.lack), status=507)
    except FilmRefused as refused:
        if refused.problem is Problem.TOO_LARGE:
            return _say(request, wording.problem(refused.problem), status=413)
    return None


def _say(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    at = clock.now()
    form = UploadForm({}, meetings=_choices(request, at), at=at)
    form.say_only(sentence)
    response = _page(request, form, status=status)
    response["Connection"] = "close"  # what is still on its way is not waited for
    return response


@csrf_protect
@staff_required(*SENDERS)
def _upload(request: StaffRequest) -> HttpResponse:
    at = clock.now()
    if request.method != "POST":
        asked = {"lesson": request.GET["lesson"]} if "lesson" in request.GET else {}
        form = UploadForm(meetings=_choices(request, at, *asked.values()), at=at, initial=asked)
        return _page(request, form)
    meetings = _choices(request, at, request.POST.get("lesson", ""))
    form = UploadForm(request.POST, request.FILES, meetings=meetings, at=at)
    if not form.is_valid():
        return _page(request, form, status=422)
    film = form.cleaned_data["film"]
    assert isinstance(film, TemporaryUploadedFile)  # noqa: S101 - our own handler made it
    try:
        services.receive_upload(
            lesson=form.cleaned_data["lesson"],
            film=film,
            take_what_is_there=form.cleaned_data["take_what_is_there"],
            actor=request.user,
            press=press_of(request),
            at=at,
        )
    except FilmRefused as refused:
        form.refuse(refused.problem, refused.seconds)
        return _page(request, form, status=422)
    except services.UploadRefused as full:
        form.say_only(wording.no_room(full.lack))
        return _page(request, form, status=507)
    except services.PressReused:
        form.say_only(wording.press_is_spent())
        return _page(request, form, status=422)
    # It may have taken hours: whoever sent it was here all the while, and is not signed out.
    request.session[SEEN] = time.time()
    messages.success(
        request,
        _(
            "The film has arrived. It is being processed now; you may leave this page. When it "
            "is ready, look at it and publish it."
        ),
    )
    return redirect("livestream:list-films")


def _choices(request: HttpRequest, at: datetime, *named: str) -> list[Lesson | Lecture]:
    """What somebody may send a film of: what they began to send, or name, is among it."""
    user = request.user
    assert user.is_authenticated  # noqa: S101 - the guarded view, or asked before
    is_teacher = Teacher.objects.filter(user=user).exists()
    if not is_teacher and not scope.offices_of(user, queries.ROLES_THAT_PLAN):
        raise PermissionDenied(
            _("Your account does not belong to a teacher yet. Please ask the office.")
        )
    begun = Upload.objects.within_time(at).sent_by(user).with_what_it_shows()
    keys = (queries.key_of(upload.shown()) for upload in begun)
    return queries.choices_to_film(user, at=at, named=(*named, *keys))


def _page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    assert request.user.is_authenticated  # noqa: S101 - the guarded view, or asked before
    uploads = unfinished_of(request.user, at=clock.now())
    context = {
        "form": form,
        "press": new_press(),
        "largest": LARGEST_FILE,
        "uploads": uploads,
        "unfinished": [_for_script(upload["record"]) for upload in uploads],
    }
    return render(request, "livestream/upload_film.html", context, status=status)


def _for_script(upload: Upload) -> dict[str, Any]:
    """What lets a browser know a file again whose beginning is here."""
    return {
        "url": reverse("livestream:send-film", args=[upload.press]),
        "press": str(upload.press),
        "fingerprint": upload.fingerprint,
        "lesson": queries.key_of(upload.shown()),
        "percent": upload.percent(),
    }


# The film is checked for its token like every form, but only once it may be read at all.
upload_film = csrf_exempt(upload_film)
upload_film.roles = _upload.roles  # type: ignore[attr-defined]  # for the table of URLs and roles
