"""allauth's questions, answered by our records."""

import time
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User

FRESH = 300  # seconds


class AccountAdapter(DefaultAccountAdapter):
    """allauth signs in staff, by user name; phone codes are our own (``accounts.sign_in``).

    Its phone and e-mail stages are left out, so no code of its own is ever sent or judged.
    """

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name or password is wrong. Please try again."),
        "too_many_login_attempts": _("Too many tries. Please wait five minutes, then try again."),
        "incorrect_password": _("This password is wrong. Please try again."),
    }

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # an account begins with the first right code

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Ask for password or factor again before factors change, unless shown just now.

        A session that began with a phone code alone always has to show one: a stolen phone
        sets up nobody's factor.
        """
        records = get_authentication_records(self.request, self.request.user)
        shown = [record["at"] for record in records if record["method"] in {"password", "mfa"}]
        just_now = bool(shown) and time.time() - max(shown) < FRESH
        return not just_now and bool(super().is_reauthentication_required(app=app))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.has_perm("wagtailadmin.access_admin"):
            return reverse("wagtailadmin_home")
        return reverse("accounts:me")


class MFAAdapter(DefaultMFAAdapter):
    """Second factor of staff."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is wrong or was used already. Please wait for the next one."
        ),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username
