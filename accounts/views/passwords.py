"""Passwords are for staff: everybody else signs in by a code and has none to change."""

from typing import Any

from allauth.account.views import password_change
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import redirect

from accounts.views.sign_in import door


@login_required
def change_password(request: Any) -> HttpResponseBase:
    """Let staff choose a new password; whoever has none is shown what they can do."""
    if not request.user.has_usable_password():
        return redirect("accounts:me")
    return door(password_change)(request)
