"""What one press of a button does with seats; each answers with its ``Claim``, kept or not."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment.models.claims import Claim
from enrolment.models.enrolments import Enrolment
from enrolment.models.ledger.round_trips import press, press_for_several
from enrolment.models.vocabulary import Act, Channel, Outcome, Together
from enrolment.models.waitlist import WaitlistEntry


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
    return press(
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
    return press_for_several(
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
    return press(
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


def renew(
    *,
    goes_on_from: Enrolment,
    section: ClassSection,
    actor: User | None,
    channel: Channel,
    key: UUID,
    at: datetime,
    due_at: datetime | None,
    most: int | None,
    asked: int | None = None,
    reason: str = "",
) -> Claim:
    """Hold a seat of the next term for who goes on; ``asked`` is a row that waits for the lot."""
    return press(
        "seat_renew",
        Act.RENEW,
        goes_on_from.learner_id,
        key,
        [
            *(actor and actor.pk, goes_on_from.learner_id, goes_on_from.pk, section.pk, key),
            request_hash(Act.RENEW, goes_on_from.pk, section.pk),
            *(channel, at, due_at, reason, most, asked),
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
    return press(
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
    return press("seat_undo", Act.UNDO, enrolment.learner_id, key, args)


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
    return press("seat_yield", Act.YIELD, enrolment.learner_id, key, args)


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
    return press("seat_accept", Act.ACCEPT, entry.learner_id, key, args)


def reply(
    *,
    enrolment: Enrolment,
    act: Act,
    actor: User | None,
    channel: Channel,
    key: UUID,
    at: datetime,
    reason: str = "",
) -> Claim:
    """Say of a place of the draw or of a renewal that one comes, or that one does not.

    Nobody as ``actor``: by SMS, as at ``accept``.
    """
    args = [*_about(act, enrolment, actor, key), channel, at, act, reason]
    return press("seat_reply", act, enrolment.learner_id, key, args)


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
    return press("seat_leave_line", act, entry.learner_id, key, args)


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
    return press(
        "seat_extend",
        Act.EXTEND,
        about.learner_id,
        key,
        [
            *(actor.pk, about.learner_id, about.section_id, key, subject),
            *(channel, at, due_at, reason),
        ],
    )


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


def _about(
    act: Act, subject: Enrolment | WaitlistEntry, actor: User | None, key: UUID
) -> list[Any]:
    return [actor and actor.pk, subject.learner_id, subject.pk, key, request_hash(act, subject.pk)]
