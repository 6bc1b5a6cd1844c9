"""What stands between a request and the rooms of staff: second factor, time, and scope."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import scope

GetResponse = Callable[[HttpRequest], HttpResponse]

IDLE = 30 * 60  # seconds without a request after which staff sign in again
IN_ALL = 12 * 3600
NOTE_EVERY = 60
BEGAN, SEEN = "staff_began", "staff_seen"

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What staff without a factor may reach: setting one up, leaving, and the shell's own switches.
FACTOR_PAGES = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
        "text-size",
        "healthz",
        "readyz",
    }
)


def staff_sessions_end(get_response: GetResponse) -> GetResponse:
    """Sign staff out after 30 minutes without a request, and after 12 hours in any case.

    Machine time, not the product's clock: moving the demo's clock signs nobody out.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_staff:
            now = time.time()
            began = request.session.setdefault(BEGAN, now)
            seen = request.session.setdefault(SEEN, now)
            if now - seen > IDLE or now - began > IN_ALL:
                logout(request)
                messages.info(
                    request, _("You were signed out to protect people's records. Please sign in.")
                )
                return _to_sign_in(request)
            if now - seen > NOTE_EVERY:
                request.session[SEEN] = now
        return get_response(request)

    return middleware


def staff_need_a_second_factor(get_response: GetResponse) -> GetResponse:
    """Show staff nothing but the set-up page until they have a factor and have shown it.

    allauth asks for it at sign-in; this closes every way round: a session that began before
    the person became staff, or before the factor existed, or a sign-in page somebody forgot.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if (
            not (user.is_authenticated and user.is_staff)
            or _factor_was_shown(request)
            or _name_of(request) in FACTOR_PAGES
        ):
            return get_response(request)
        if is_mfa_enabled(user, FACTORS):
            return _show_factor(request)
        return redirect("mfa_index")

    return middleware


def staff_see_their_units(get_response: GetResponse) -> GetResponse:
    """Run each request of staff to ``/admin/`` in one transaction that sees their offices.

    An answer of 4xx or 5xx leaves nothing half done. Views outside ``/admin/`` say for
    themselves whose rows they need (``staff_required``, ``learner_required``).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not (
            request.path_info.startswith("/admin/") and user.is_authenticated and user.is_staff
        ):
            return get_response(request)
        request.POST  # noqa: B018 - reads the body first: a slow upload holds no transaction
        with scope.staff(user):
            response = get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    return middleware


def _factor_was_shown(request: HttpRequest) -> bool:
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


def _show_factor(request: HttpRequest) -> HttpResponse:
    query = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    return redirect(f"{resolve_url('mfa_reauthenticate')}?{query}")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return redirect(f"{resolve_url('account_login')}?{query}")
