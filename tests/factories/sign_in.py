"""Staff at a browser, as they are after password and second factor."""

from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication
from django.test import Client

from accounts.models import User


def sign_in_staff(client: Client, user: User) -> Client:
    """Sign somebody in who has shown their second factor."""
    client.force_login(user)
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, "mfa", type="totp")
    session.save()
    return client
