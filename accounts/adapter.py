"""allauth's questions, answered by our records."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain import phones
from accounts.forms import PhoneField
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Accounts have one canonical phone, or a username and a second factor.

    Codes by phone go through ``accounts.sign_in`` and never through allauth's own stages.
    """

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name or password is wrong. Please try again."),
        "phone_password_mismatch": _("User name or password is wrong. Please try again."),
        "too_many_login_attempts": _("Too many tries. Please wait five minutes, then try again."),
        "incorrect_password": _("This password is wrong. Please try again."),
    }

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # an account begins with the first right code

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.has_perm("wagtailadmin.access_admin"):
            return reverse("wagtailadmin_home")
        return reverse("accounts:me")

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        return phones.canonical(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        raise NotImplementedError("Phones change by services.change_phone alone.")

    def set_phone_verified(self, user: User, phone: str) -> None:
        raise NotImplementedError("A phone is verified by accounts.sign_in alone.")

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kw: Any) -> None:
        raise NotImplementedError("Codes are sent by accounts.sign_in alone.")

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nothing: a stranger's phone stays silent."""

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Nothing: nobody learns who has an account."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """Second factor of staff."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is wrong or was used already. Please wait for the next one."
        ),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username
