"""One round trip to a function of the database, and what comes back."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from enrolment.models.claims import Claim
from enrolment.models.vocabulary import Act, Outcome

# What a constraint that speaks up means. Only a learner's classes of two terms can get here:
# within a term the functions ask first, under the learner's lock. So a key that is there already
# came with a class of another term: a second request, never a twin of this one.
MEANING = {
    "enrolment_claim_pkey": "other_request",
    "a_learner_sits_in_one_class_at_a_time": "clash",
    "one_enrolment_per_learner_and_section": "already_in",
    "one_place_in_line_per_learner_and_section": "already_waiting",
    "a_learner_has_one_seat_in_a_class": "already_in",
}


def press(function: str, act: Act, learner_id: int, key: UUID, args: list[Any]) -> Claim:
    """Call a function that gives one answer."""
    return press_for_several(function, act, learner_id, key, args)[0]


def press_for_several(
    function: str, act: Act, learner_id: int, key: UUID, args: list[Any]
) -> list[Claim]:
    """Call one function, and once more if the database chose it to end a deadlock."""
    for last in (False, True):
        try:
            # Inside a transaction (staff) a constraint that speaks up must not spoil the rest.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                return _read_claims(function, args)
        except IntegrityError as error:
            reason = MEANING.get(_constraint(error))
            if reason is None:
                raise
            at = next(value for value in args if isinstance(value, datetime))
            return [
                Claim(
                    learner_id=learner_id,
                    key=key,
                    act=act,
                    outcome=Outcome.REFUSED,
                    reason=reason,
                    at=at,
                )
            ]
        except OperationalError as error:
            if last or connection.in_atomic_block:
                raise
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("the second round returns or raises")


def value(function: str, args: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_call(function, args), args)
        return cursor.fetchone()[0]


def column(function: str, args: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_call(function, args), args)
        return [row[0] for row in cursor.fetchall()]


def _read_claims(function: str, args: list[Any]) -> list[Claim]:
    """Read answers by their column names: ``raw()`` knows no key of two columns."""
    with connection.cursor() as cursor:
        cursor.execute(_call(function, args), args)
        names = [column.name for column in cursor.description]
        return [Claim(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def _call(function: str, args: list[Any]) -> str:
    return f"SELECT * FROM {function}({', '.join(['%s'] * len(args))})"  # noqa: S608 - the names above
