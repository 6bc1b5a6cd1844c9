"""The door for notifications of Stripe. Its machines knock, never a browser."""

from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clock
from enrolment import payments
from enrolment.payments import Forged
from enrolment.services import money

LARGEST = 1_000_000  # bytes; a notification has some thousand
STRIPE = "stripe"
SIGNATURE = "Stripe-Signature"


@csrf_exempt  # no browser and no session: the signature over the raw body says who knocks
@never_cache
@require_POST
def hear(request: HttpRequest) -> JsonResponse:
    """Keep one signed notification and answer at once; an errand reads it.

    200 is said only after the row is there: whoever hears anything else tells it again, and the
    same notification counts once. What is not signed by them, or too long ago, leaves no trace.
    """
    online = payments.provider(STRIPE)
    if online is None:
        raise Http404
    body = _body(request)
    if body is None:
        return JsonResponse({"error": "too large, or cut off"}, status=413)
    try:
        event = online.event(body, request.headers.get(SIGNATURE, ""))
        new = money.take_event(event, provider=online.name, at=clock.now())
    except Forged as forged:
        return JsonResponse({"error": str(forged)}, status=400)
    return JsonResponse({"kept": True, "new": new})


def _body(request: HttpRequest) -> bytes | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length[:12]) > LARGEST:
        return None
    try:
        return request.body
    except UnreadablePostError:
        return None
