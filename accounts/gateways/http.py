"""A provider, or one's own bridge to one, that takes letters as JSON over HTTP.

POST to ``SMS_HTTP_URL`` with ``Authorization: Bearer SMS_HTTP_TOKEN`` and ``Idempotency-Key``:
``{"to": "+86…", "channel": "sms", "template": "…", "text": "…"}``. 2xx with ``{"id": "…"}`` is
a yes; 408, 409, 425, 429 and 5xx mean later; any other answer means never.

What people answer comes by POST to ``/sms/inbound/`` of this site with ``Authorization: Bearer
SMS_INBOUND_TOKEN``: ``{"from": "+86…", "text": "1", "id": "…", "at": "…"}``. 200 is a yes; 400
means never, 401 another token, anything else later. The same ``id`` is the same message.
"""

import json
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from django.conf import settings

from accounts.gateways import DeliveryFailed, Received, read_json

TIMEOUT = 5.0  # seconds for each wait on the line
LATER = {408, 409, 425, 429}


class _NoRedirect(HTTPRedirectHandler):
    """Letters go where the settings say and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class HttpGateway:
    """Send through ``SMS_HTTP_URL``; hear at ``/sms/inbound/``."""

    def __init__(self) -> None:
        self.opener: OpenerDirector = build_opener(_NoRedirect)

    def send(
        self, *, to: str, channel: str, template: str, text: str, dedupe_key: str, at: datetime
    ) -> str:
        if not settings.SMS_HTTP_URL.startswith(("https://", "http://")):
            raise DeliveryFailed("SMS_HTTP_URL is not set")
        request = Request(  # noqa: S310 - the scheme is checked above
            settings.SMS_HTTP_URL,
            data=json.dumps(
                {"to": to, "channel": channel, "template": template, "text": text}
            ).encode(),
            headers={
                "Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}",
                "Content-Type": "application/json",
                "Idempotency-Key": dedupe_key,
            },
            method="POST",
        )
        try:
            with self.opener.open(request, timeout=TIMEOUT) as response:
                return _reference(response.read(65_536))
        except HTTPError as error:
            error.close()
            later = error.code in LATER or error.code >= 500
            raise DeliveryFailed(f"the gateway said {error.code}", for_good=not later) from None
        except (OSError, HTTPException) as error:
            raise DeliveryFailed(f"the gateway is away: {type(error).__name__}") from None

    def receive(self, body: bytes) -> Received:
        """Read the JSON that the head of this module describes."""
        return read_json(body)


def _reference(body: bytes) -> str:
    try:
        return str(json.loads(body).get("id", ""))[:120]
    except (ValueError, AttributeError):
        return ""  # a yes without a reference is a yes
