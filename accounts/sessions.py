"""Sessions in the database, read by one plain statement.

Django's own store builds a query for each page, which costs more than the look itself. All
else, writing and ending included, is Django's.
"""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import InterfaceError, OperationalError, connection

LOOK = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"


class SessionStore(DatabaseSessions):
    """What a browser's cookie stands for."""

    def load(self) -> dict[str, Any]:
        """Return the data of the session; of none that is live, nothing, and a new key."""
        row = self._row() if (self.session_key or "").isalnum() else None
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row[0])
        return data

    def _row(self) -> tuple[str] | None:
        """Ask, and once more on a new connection where the one of an earlier page has ended.

        This is the first statement of nearly every page. So the page need not ask beforehand
        whether its connection still lives (``CONN_HEALTH_CHECKS``): a round trip less.
        """
        if connection.connection is None or connection.in_atomic_block:
            return self._ask()
        connection.health_check_done = True  # type: ignore[attr-defined]  # not in the stubs
        try:
            return self._ask()
        except (InterfaceError, OperationalError):
            if connection.is_usable():
                raise
            connection.close()
            return self._ask()

    def _ask(self) -> tuple[str] | None:
        with connection.cursor() as cursor:
            cursor.execute(LOOK, [self.session_key])
            row: tuple[str] | None = cursor.fetchone()
        return row
