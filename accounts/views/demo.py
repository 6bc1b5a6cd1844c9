"""The demo's letter box: what would be an SMS elsewhere, and the phone that answers it."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import clock, messaging
from accounts.domain import phones
from accounts.gateways import Received, outbox, storable
from accounts.outbox import is_underway


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_messages(request: HttpRequest) -> HttpResponse:
    """The last letter to each number: a newcomer signs in and answers without a phone."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        _take_reply(request)
        return redirect("demo-sms")
    letters = [
        {
            "from": letter["to"],
            "to": phones.for_people(letter["to"]),
            "at": datetime.fromisoformat(letter["at"]),
            "text": letter["text"],
            "press": uuid4(),
        }
        for letter in outbox.latest(50)
    ]
    context = {"letters": letters, "on_its_way": is_underway("send_message")}
    return render(request, "accounts/demo_sms.html", context)


def _take_reply(request: HttpRequest) -> None:
    """Let a number that got a letter answer it, as if its phone had."""
    sender, text = request.POST.get("from", ""), storable(request.POST.get("text", "")).strip()
    press = storable(request.POST.get("press", ""))[:64]
    if not (text and press and sender in {letter["to"] for letter in outbox.latest()}):
        messages.error(request, _("Write an answer, 1 for example, and send it once more."))
        return
    # Two taps are one message, as with a real provider.
    reply = Received(sender, text, f"demo:{press}")
    messaging.take_in(reply, gateway=settings.SMS_BACKEND, at=clock.now())
    messages.success(
        request, _("Sent as this phone. Load the page again in some seconds: the answer comes.")
    )
