"""Come to an opening, stand in its waiting room, go in when it is one's turn."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from secrets import choice, token_urlsafe

from django.conf import settings
from django.db import transaction

from accounts import scope
from accounts.models import AuditEvent, Learner, User
from enrolment.domain import queueing
from enrolment.domain.queueing import Pass, PassRefused
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Lane, Opening, QueuePlace
from enrolment.queries import Dossier
from enrolment.services.refused import SeatRefused

# No I, L, O or U: people read their number off one screen and look for it on another.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


class RoomClosed(Exception):
    """There is no line to join: it is too early, or nobody needs to stand in one any more."""


class NotYourTurn(Exception):
    """The turn of this place has not come, or there is no such place."""


def join_room(
    *, opening: Opening, learner: Learner, actor: User, channel: Channel, at: datetime
) -> QueuePlace:
    """Give a learner their place before a door; whoever has one keeps it.

    It is the learner's, whatever device they come back with. Raises ``RoomClosed``.
    """
    with scope.learners([learner.pk]):
        return _place(
            opening, learner=learner, lane=Lane.PEOPLE, actor=actor, channel=channel, at=at
        )


@transaction.atomic
def join_for(
    *,
    opening: Opening,
    learner: Learner,
    actor: User,
    channel: Channel,
    reason: str,
    at: datetime,
) -> QueuePlace:
    """Give somebody who phoned or came to a counter a place in the office's lane.

    Staff do it for learners of their offices, in their own scope. Whoever has a place already
    keeps that one, for nobody stands twice. Raises ``RoomClosed``.
    """
    place = _place(opening, learner=learner, lane=Lane.OFFICE, actor=actor, channel=channel, at=at)
    if place.joined_at == at and place.lane == Lane.OFFICE:
        AuditEvent.objects.record(
            actor, "place in the waiting room given", place, at=at, learner=learner,
            unit=learner.unit, channel=channel, reason=reason,
        )  # fmt: skip
    return place


def enter_room(*, opening: Opening, learner: Learner, at: datetime) -> str:
    """Let in whose turn it is; return their pass, to be shown with every claim.

    Going out and coming in again is free: the place is theirs. Raises ``NotYourTurn``.
    """
    with scope.system("enter room"):  # the web itself writes nothing about turns
        places = QueuePlace.objects.before(opening).of(learner).select_related("opening")
        place = places.first()
        if place is None or place.position is None or not place.is_called:
            raise NotYourTurn
        if place.entered_at is None:
            QueuePlace.objects.filter(pk=place.pk).update(entered_at=at)
    given = Pass(
        learner=learner.pk,
        opening=opening.pk,
        lane=place.lane,
        position=place.position,
        nonce=token_urlsafe(8),
        active_until=at,
    )
    return queueing.write(given.renewed(at), _key())


def renewed_pass(token: str, *, learner: int, opening: int, at: datetime) -> str | None:
    """Return a pass for another while for somebody who has just done something; None for none."""
    try:
        held = queueing.read(token, _key(), at, learner=learner, opening=opening)
    except PassRefused:
        return None
    return queueing.write(held.renewed(at), _key())


def ensure_admitted(
    facts: Dossier,
    sections: Iterable[int],
    *,
    learner: Learner,
    passes: Mapping[int, str],
    at: datetime,
) -> None:
    """See to it that nobody asks for places before their turn.

    ``passes`` are the passes one came with, by opening. The desk alone needs none
    (``by_the_office``): its line is the one before it. Every service that claims asks here, with
    the facts it has gathered anyway. Raises ``SeatRefused`` with the opening to wait at.
    """
    for opening in sorted({one for pk in sections if (one := facts.opening(pk)) is not None}):
        try:
            queueing.read(passes.get(opening, ""), _key(), at, learner=learner.pk, opening=opening)
        except PassRefused:
            raise SeatRefused(Refusal.WAIT_YOUR_TURN, opening=opening) from None


def _place(
    opening: Opening,
    *,
    learner: Learner,
    lane: Lane,
    actor: User,
    channel: Channel,
    at: datetime,
) -> QueuePlace:
    """Write a place, or find the one there is. A number that is taken is drawn again."""
    places = QueuePlace.objects.before(opening).of(learner).select_related("opening")
    while True:
        kept = places.first()
        if kept is not None:
            return kept
        if not opening.takes_people(at):
            raise RoomClosed
        place = QueuePlace(
            opening=opening,
            learner=learner,
            lane=lane,
            number="".join(choice(SIGNS) for _ in range(LENGTH)),
            joined_at=at,
            channel=channel,
            actor=actor,
        )
        QueuePlace.objects.bulk_create([place], ignore_conflicts=True)


def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"enrolment: passes", "sha256")
