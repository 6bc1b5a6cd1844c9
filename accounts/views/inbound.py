"""The door for what people answer by SMS. Their provider knocks, never a browser."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clock, messaging
from accounts.gateways import NotAMessage, the_gateway

LARGEST = 16_384  # bytes; a long SMS has under two thousand


@csrf_exempt  # no browser and no session: the token says who asks
@never_cache
@require_POST
def receive_sms(request: HttpRequest) -> JsonResponse:
    """Keep one message and answer at once; an errand reads it.

    200 is said only after the row is there, so a provider that hears anything else may tell it
    again: the same id counts once.
    """
    if not _is_the_provider(request):
        refused = JsonResponse({"error": "unauthorized"}, status=401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    try:
        received = the_gateway().receive(_body(request))
    except NotAMessage as not_one:
        return JsonResponse({"error": str(not_one)}, status=400)
    kept = messaging.take_in(received, gateway=settings.SMS_BACKEND, at=clock.now())
    return JsonResponse({"kept": kept})


def _is_the_provider(request: HttpRequest) -> bool:
    token = settings.SMS_INBOUND_TOKEN
    said = request.headers.get("Authorization", "").encode("utf-8", "replace")
    return bool(token) and constant_time_compare(said, f"Bearer {token}".encode())


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length[:12]) > LARGEST:
        raise NotAMessage("too long")
    try:
        return request.body
    except UnreadablePostError:
        raise NotAMessage("cut off") from None
