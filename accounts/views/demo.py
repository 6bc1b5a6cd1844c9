"""The demo's letter box: what would be an SMS elsewhere."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.domain import phones
from accounts.gateways import outbox


@never_cache
def show_messages(request: HttpRequest) -> HttpResponse:
    """The last letter to each number, so that a newcomer can sign in without a phone."""
    if not settings.DEMO:
        raise Http404
    letters = [
        {
            "to": phones.for_people(letter["to"]),
            "at": datetime.fromisoformat(letter["at"]),
            "text": letter["text"],
        }
        for letter in outbox.latest(50)
    ]
    return render(request, "accounts/demo_sms.html", {"letters": letters})
