"""allauth's forms for staff, with labels above the fields and words that say what to do.

Learners' forms stand in ``accounts.forms``.
"""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.mfa.base.forms import AuthenticateForm as ShowFactor
from allauth.mfa.base.forms import ReauthenticateForm as ShowFactorAgain
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

ONE_TIME = {"inputmode": "numeric", "autocomplete": "one-time-code"}


class StaffSignInForm(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget = forms.TextInput(attrs={"autocomplete": "username"})
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class PasswordAgainForm(PasswordAgain):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


def _ask_for_code(form: forms.Form, hint: Any) -> None:
    form.fields["code"].label = _("Code")
    form.fields["code"].help_text = hint
    form.fields["code"].widget = forms.TextInput(attrs=ONE_TIME)


class ShowFactorForm(ShowFactor):
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("6 digits from your authenticator app, or a recovery code."))


class ShowFactorAgainForm(ShowFactorAgain):
    """The same, once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("6 digits from your authenticator app, or a recovery code."))


class SetUpAppForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self, _("6 digits that the app shows now."))


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey: this phone's fingerprint, a security key. It signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("For example: my phone.")
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True
