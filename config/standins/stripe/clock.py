"""What time the stand-in thinks it is: the machine's, moved as the product's clock was.

Signatures bear the machine's own time, as the client compares them with that.
"""

import time
from collections.abc import Callable

import psycopg

READ_EVERY = 1.0  # seconds


class Clock:
    """Machine time plus an offset, which is set by hand or asked for."""

    def __init__(self, offset: Callable[[], int] | None = None) -> None:
        self._ask = offset
        self._offset = 0
        self._asked_at = -READ_EVERY

    def set(self, seconds: int) -> None:
        """Stand that far from machine time, and ask nobody any more."""
        self._ask, self._offset = None, seconds

    def now(self) -> int:
        """Return the second it is, as Stripe writes it."""
        tick = time.monotonic()
        if self._ask is not None and tick - self._asked_at >= READ_EVERY:
            self._asked_at, self._offset = tick, self._ask()
        return int(time.time()) + self._offset


class ProductClock:
    """Asks the product's database how far its clock was moved (``manage.py clock``)."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg.Connection[tuple[int]] | None = None
        self._known = 0

    def __call__(self) -> int:
        """Return the seconds; those of before while the database is away."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=3)
            row = self._connection.execute("SELECT seconds FROM accounts_clockoffset").fetchone()
        except psycopg.Error:
            self._connection = None
        else:
            self._known = row[0] if row else 0
        return self._known

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
