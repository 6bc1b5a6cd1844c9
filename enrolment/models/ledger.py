"""The one place from which the seat functions are called. Each call is one round trip.

The functions themselves are in ``enrolment/sql``; a press of a button answers with its
``Claim``, kept or not.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from accounts.models import Learner, User
from courses.models import ClassSection, Term
from enrolment.models.claims import Claim
from enrolment.models.enrolments import Enrolment
from enrolment.models.vocabulary import Act, Channel, Outcome, Together
from enrolment.models.waitlist import WaitlistEntry

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

SHOWN = """
    INSERT INTO courses_sectionavailability (section_id, seats_left, waiting, as_of)
    SELECT now.section_id, now.seats_left, now.waiting, %(at)s
    FROM seat_counts(ARRAY(
        SELECT s.id FROM courses_classsection s
        JOIN courses_term t ON t.id = s.term_id AND t.phase NOT IN ('draft', 'archived')
    )) AS now
    LEFT JOIN courses_sectionavailability old ON old.section_id = now.section_id
    WHERE (old.seats_left, old.waiting) IS DISTINCT FROM (now.seats_left, now.waiting)
    ON CONFLICT (section_id) DO UPDATE
    SET seats_left = EXCLUDED.seats_left, waiting = EXCLUDED.waiting, as_of = EXCLUDED.as_of
"""


def claim(
    *,
    section: ClassSection,
    learner: Learner,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    due_at: datetime | None,
    reason: str = "",
) -> Claim:
    """Give a free seat, or a place in the line."""
    return _press(
        "seat_claim",
        Act.CLAIM,
        learner.pk,
        key,
        [
            *(actor.pk, learner.pk, section.pk, key, request_hash(Act.CLAIM, section.pk)),
            *(channel, at, due_at, reason),
        ],
    )


def claim_several(
    *,
    sections: Sequence[int],
    asked: Sequence[int],
    learners: Sequence[int],
    mode: Together,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    dues: Mapping[int, datetime | None],
    reason: str = "",
) -> list[Claim]:
    """Give seats or places in lines for every learner in every class, as ``mode`` says.

    ``sections`` are asked for in their order. ``asked`` are all classes of the press, of which
    some may have been refused before they come here; ``dues`` the due times of those that do.
    One answer a learner and class; where nothing came about, the press's own.
    """
    sections, learners = list(sections), sorted(learners)
    return _press_for_several(
        "seat_claim_several",
        Act.BASKET,
        learners[0],
        key,
        [
            *(actor.pk, learners, sections, key, hash_of_several(mode, learners, asked)),
            *(channel, at, [dues[section] for section in sections], mode, reason),
        ],
    )


def swap(
    *,
    enrolment: Enrolment,
    section: ClassSection,
    may_wait: bool,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    due_at: datetime | None,
    reason: str = "",
) -> Claim:
    """Give a seat in ``section`` for ``enrolment``, or (``may_wait``) a place in its line."""
    return _press(
        "seat_swap",
        Act.SWAP,
        enrolment.learner_id,
        key,
        [
            *(actor.pk, enrolment.learner_id, enrolment.pk, section.pk, key),
            request_hash(Act.SWAP, enrolment.pk, section.pk, may_wait),
            *(channel, at, due_at, may_wait, reason),
        ],
    )


def withdraw(
    *,
    enrolment: Enrolment,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    undo_until: datetime | None,
    reason: str = "",
) -> Claim:
    """End an enrolment and keep the seat for a change of mind until ``undo_until``."""
    args = _about(Act.WITHDRAW, enrolment, actor, key)
    return _press(
        "seat_withdraw",
        Act.WITHDRAW,
        enrolment.learner_id,
        key,
        [*args, channel, at, undo_until, reason],
    )


def undo(
    *,
    enrolment: Enrolment,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    reason: str = "",
) -> Claim:
    """Give a kept seat back as it was."""
    args = [*_about(Act.UNDO, enrolment, actor, key), channel, at, reason]
    return _press("seat_undo", Act.UNDO, enrolment.learner_id, key, args)


def yield_now(
    *,
    enrolment: Enrolment,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    reason: str = "",
) -> Claim:
    """Give a kept seat to the next person at once."""
    args = [*_about(Act.YIELD, enrolment, actor, key), channel, at, reason]
    return _press("seat_yield", Act.YIELD, enrolment.learner_id, key, args)


def accept(
    *,
    entry: WaitlistEntry,
    actor: User | None,
    channel: Channel,
    key: UUID,
    at: datetime,
    due_at: datetime | None,
    reason: str = "",
) -> Claim:
    """Take an offered seat. Nobody as ``actor``: by SMS, read by the errand for such answers."""
    args = [*_about(Act.ACCEPT, entry, actor, key), channel, at, due_at, reason]
    return _press("seat_accept", Act.ACCEPT, entry.learner_id, key, args)


def leave_line(
    *,
    entry: WaitlistEntry,
    actor: User | None,
    channel: Channel,
    key: UUID,
    at: datetime,
    act: Act,
    reason: str = "",
) -> Claim:
    """Decline an offer or leave the line; ``act`` says which of the two was pressed.

    Nobody as ``actor``: by SMS, as at ``accept``.
    """
    args = [*_about(act, entry, actor, key), channel, at, act, reason]
    return _press("seat_leave_line", act, entry.learner_id, key, args)


def confirm(
    *,
    enrolment: Enrolment,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    reason: str,
) -> Claim:
    """Confirm a held enrolment, as staff."""
    return _press(
        "seat_confirm",
        Act.CONFIRM,
        enrolment.learner_id,
        key,
        [
            actor.pk,
            enrolment.pk,
            key,
            request_hash(Act.CONFIRM, enrolment.pk),
            channel,
            at,
            reason,
        ],
    )


def extend(
    *,
    about: Enrolment | WaitlistEntry,
    actor: User,
    channel: Channel,
    key: UUID,
    at: datetime,
    due_at: datetime,
    reason: str,
) -> Claim:
    """Keep a held or offered seat until ``due_at``, as staff."""
    subject = request_hash(Act.EXTEND, about.section_id)
    return _press(
        "seat_extend",
        Act.EXTEND,
        about.learner_id,
        key,
        [
            *(actor.pk, about.learner_id, about.section_id, key, subject),
            *(channel, at, due_at, reason),
        ],
    )


def facts(
    *, section_ids: list[int], learner: Learner, actor: User, at: datetime
) -> dict[str, Any] | None:
    """Return what the rules ask of classes and a learner; None if not for the actor to know."""
    found = _value("seat_facts", [actor.pk, learner.pk, section_ids, at])
    return cast("dict[str, Any] | None", json.loads(found) if isinstance(found, str) else found)


def stored(*, learner: Learner, key: UUID, act: Act, subject: int) -> Claim | None:
    """Return the answer this press had before, if it had one."""
    found = Claim.objects.filter(learner=learner, key=key).first()
    if found is not None and found.request_hash != request_hash(act, subject):
        return Claim(learner=learner, key=key, act=act, outcome=Outcome.REFUSED,
                     reason="other_request", at=found.at)  # fmt: skip
    return found


def request_hash(act: Act, *subject: object) -> str:
    """Return what tells one request from another under the same key."""
    return hashlib.sha256(":".join(map(str, (act, *subject))).encode()).hexdigest()


def hash_of_several(mode: Together, learners: Sequence[int], sections: Sequence[int]) -> str:
    """Return what tells one request for several places from another; the order is nothing."""
    return request_hash(Act.BASKET, mode, sorted(learners), sorted(sections))


def promote(*, section_id: int, at: datetime, due_at: datetime) -> int:
    """Offer a class's free seats down its line; return how many."""
    return int(_value("seat_promote", [section_id, at, due_at]))


def sweep(*, at: datetime, limit: int) -> list[int]:
    """Free up to ``limit`` seats that have fallen due; return their classes."""
    return _column("seat_sweep", [at, limit])


def sections_to_offer() -> list[int]:
    """Return classes that have a free seat and somebody who waits."""
    return _column("seat_sections_to_offer", [])


def offers_owed_a_call(*, at: datetime) -> list[int]:
    """Return entries whose offer has fallen due and may not run out for want of a call."""
    return _column("seat_offers_owed_a_call", [at])


def keep_for_a_call(*, entry_id: int, at: datetime, due_at: datetime) -> bool:
    """Put such an offer off until ``due_at``; return whether it was."""
    return bool(_value("seat_keep_for_a_call", [entry_id, at, due_at]))


def lay_out() -> int:
    """Give new classes their seats; return how many classes got them."""
    return int(_value("seat_lay_out", []))


def close_lines(*, at: datetime) -> int:
    """End the waiting for classes nobody can join any more; return how many were told."""
    return int(_value("seat_close_lines", [at]))


def begin_terms(*, at: datetime) -> int:
    """Make confirmed learners of a term that has begun its learners; return how many."""
    return int(_value("seat_begin_terms", [at]))


def close_term(*, term: Term, at: datetime) -> int | None:
    """End a term's enrolments; return how many, None before its last day is over."""
    return cast("int | None", _value("seat_close_term", [term.pk, at]))


def resize(
    *, section: ClassSection, capacity: int, actor: User, at: datetime, reason: str
) -> int | None:
    """Change how many seats a class has; return how many it has now.

    0: the class was called off. None: the actor may not.
    """
    seats = _value("seat_resize", [actor.pk, section.pk, capacity, at, reason])
    return None if seats is None else int(seats)


def cancel_section(*, section: ClassSection, actor: User, at: datetime, reason: str) -> bool:
    """Call a class off; return whether the actor was allowed to."""
    return bool(_value("seat_cancel_section", [actor.pk, section.pk, at, reason]))


def empty_section(*, section_id: int, at: datetime, limit: int) -> int:
    """End enrolments of a class that was called off; return how many."""
    return int(_value("seat_empty_section", [section_id, at, limit]))


def note_import(*, at: datetime, reason: str) -> int:
    """Complete counts and history of rows written in bulk; return how many were noted."""
    return int(_value("seat_note_import", [at, reason]))


def broken_rules(*, at: datetime, offer_hours: bool) -> list[tuple[str, str]]:
    """Return every invariant that does not hold: the rule, and what breaks it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rule, subject FROM seat_check(%s, %s)", [at, offer_hours])
        return list(cursor.fetchall())


def seat_counts(section_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return seats anybody may take and people in the line, for each class, this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT section_id, seats_left, waiting FROM seat_counts(%s::bigint[])", [section_ids]
        )
        return {section: (left, waiting) for section, left, waiting in cursor.fetchall()}


def show_counts(*, at: datetime) -> int:
    """Bring the rows that the catalogue shows up to date; return how many changed.

    One statement for all classes that take people: cheaper than an errand for each claim, and
    no claim waits for a row that all claims of a class would share.
    """
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, {"at": at})
        return int(cursor.rowcount)


def places_in_line(*, learner: Learner, at: datetime) -> dict[int, tuple[int, int]]:
    """Return, for each entry of a learner, their place and how many are in the line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, place, waiting FROM waitlist_places(%s, %s)", [learner.pk, at]
        )
        return {entry: (place, waiting) for entry, place, waiting in cursor.fetchall()}


def company(*, learner: Learner) -> dict[int, int]:
    """Return, for each entry of a learner who waits as one with others, how many others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, others FROM seat_company(%s)", [learner.pk])
        return dict(cursor.fetchall())


def _about(
    act: Act, subject: Enrolment | WaitlistEntry, actor: User | None, key: UUID
) -> list[Any]:
    return [actor and actor.pk, subject.learner_id, subject.pk, key, request_hash(act, subject.pk)]


def _press(function: str, act: Act, learner_id: int, key: UUID, args: list[Any]) -> Claim:
    """Call a function that gives one answer."""
    return _press_for_several(function, act, learner_id, key, args)[0]


def _press_for_several(
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


def _value(function: str, args: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_call(function, args), args)
        return cursor.fetchone()[0]


def _column(function: str, args: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_call(function, args), args)
        return [row[0] for row in cursor.fetchall()]
