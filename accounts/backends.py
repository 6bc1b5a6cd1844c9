"""Who a session belongs to, read by one plain statement: it is asked on every page."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User

LOOK = "SELECT * FROM accounts_user WHERE id = %s"


class AccountBackend(AuthenticationBackend):
    """Sign-in is allauth's; finding the account of a session again is ours."""

    def get_user(self, user_id: int) -> User | None:
        """Return the account, or None when it is gone or shut."""
        user = next(iter(User.objects.raw(LOOK, [user_id])), None)
        return user if user is not None and self.user_can_authenticate(user) else None
