"""Who a session belongs to: it is asked on every page."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts import clock, queries
from accounts.models import User


class AccountBackend(AuthenticationBackend):
    """Sign-in is allauth's; finding the account of a session again is ours."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account, or None when it is gone or shut."""
        user = queries.account(user_id, at=clock.now())
        return user if user is not None and self.user_can_authenticate(user) else None
