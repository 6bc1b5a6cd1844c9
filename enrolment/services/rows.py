"""Thousands of rows in one statement: what a draw writes must not take minutes.

``COPY`` would be faster by a little, but PostgreSQL does not copy into tables with row-level
security, and these hold people's records.
"""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

JSON = "jsonb"
LONGEST = "120s"


def take_time() -> None:
    """Let the rest of this transaction last longer than a page may (``config/env.py``).

    A whole city's list or draw is one piece of work, done a few times a year.
    """
    with connection.cursor() as cursor:
        for limit in (
            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
        ):  # fmt: skip
            cursor.execute("SELECT set_config(%s, %s, true)", [limit, LONGEST])


@contextmanager
def without_gc() -> Iterator[None]:
    """Look for no reference cycles while a city's forms are in memory; there are none to find.

    Python would walk through all of them again and again: two fifths of the time of a draw
    (``docs/performance.md``). What is no longer referred to is freed all the same.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def lock_forms() -> None:
    """Wait for every step with a form that is being taken, and let none begin in the meantime.

    Whoever comes after finds the list closed, or the draw public, and is told so.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE enrolment_application IN EXCLUSIVE MODE")


def insert_rows(
    model: type[Model], columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert rows; ``columns`` says of each its name in the table and its type in PostgreSQL."""
    by_column = list(zip(*rows, strict=True))
    if not by_column:
        return 0
    values = [
        [json.dumps(one, ensure_ascii=False) for one in column] if kind == JSON else list(column)
        for column, kind in zip(by_column, columns.values(), strict=True)
    ]
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    arrays = ", ".join(
        f"%s::text[]::{kind}[]" if kind == JSON else f"%s::{kind}[]" for kind in columns.values()
    )
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})",  # noqa: S608 - the names above
            values,
        )
        return int(cursor.rowcount)
