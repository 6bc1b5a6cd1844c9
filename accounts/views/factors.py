"""Setting up a second factor counts as having shown it: nobody types a code twice in a row."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse


def activate_totp(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Set up an authenticator app."""
    return _noted(request, totp.activate_totp(request, *args, **kwargs), Authenticator.Type.TOTP)


def add_passkey(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Set up a passkey or security key."""
    return _noted(request, webauthn.add_webauthn(request, *args, **kwargs), "webauthn")


def _noted(request: HttpRequest, response: HttpResponse, kind: str) -> HttpResponse:
    added = (
        request.method == "POST"
        and response.status_code == 302
        and request.user.is_authenticated
        and Authenticator.objects.filter(user=request.user, type=kind).exists()
    )
    if added:
        record_authentication(request, request.user, method="mfa", type=kind)
    return response
