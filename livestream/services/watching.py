"""Rights to watch, and the place a learner has come to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import scope
from accounts.models import User
from livestream import queries
from livestream.delivery import paths
from livestream.domain import tokens
from livestream.domain.access import Refusal
from livestream.domain.playlists import MASTER_NAME
from livestream.models import Recording, WatchGrant, WatchState

MOST_RIGHTS = 3
"""Rights of one learner at a time. The oldest beyond these ends, and its player asks anew."""


class WatchRefused(Exception):
    """The person may not watch. ``reason`` is what ``wording`` has a sentence for."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Right:
    """What a player gets: where the film is, until when, and whose place it keeps."""

    grant: tokens.Grant
    signed_at: float
    learner_id: int | None

    def path(self, file: str = MASTER_NAME) -> str:
        """The signed path of a file of the film."""
        return paths.signed(self.grant, file, at=self.signed_at)


def may_watch(*, recording: Recording, user: User | None, at: datetime) -> queries.Access:
    """Say whether this person may watch, as which learner, or the reason why not."""
    return queries.access(recording, user, at=at)


def grant(
    *,
    recording: Recording,
    user: User | None,
    at: datetime,
    signed_at: float,
    renews: str = "",
) -> Right:
    """Give a right to fetch the film for some hours. Raises ``WatchRefused``.

    ``signed_at`` is the machine's time, as the server that checks the path reads
    it; ``at`` is the product's. ``renews`` names the right that a player holds.
    """
    access = may_watch(recording=recording, user=user, at=at)
    if access.reason is not None:
        raise WatchRefused(access.reason)
    expires = tokens.expiry(signed_at)
    given = tokens.Grant(
        asset=recording.asset.hex,
        generation=recording.generation,
        audience=secrets.token_hex(8),
        expires=expires,
    )
    with scope.learners([access.learner_id] if access.learner_id else []):
        if access.learner_id is not None:
            _make_way(access.learner_id, renews, at=at)
        WatchGrant.objects.create(
            audience=given.audience,
            recording=recording,
            user=user,
            learner_id=access.learner_id,
            issued_at=at,
            expires_at=at + timedelta(seconds=expires - signed_at),
        )
    return Right(grant=given, signed_at=signed_at, learner_id=access.learner_id)


def _make_way(learner_id: int, renews: str, *, at: datetime) -> None:
    """Keep the learner within their number of rights; the one renewed goes first."""
    live = WatchGrant.objects.live(at).filter(learner=learner_id)
    live.filter(audience=renews).end(at)
    rights = list(live.oldest_first().values_list("pk", flat=True))
    too_many = rights[: max(0, len(rights) - MOST_RIGHTS + 1)]
    WatchGrant.objects.filter(pk__in=too_many).end(at)


def end_rights(*, at: datetime) -> int:
    """End the rights of learners who may not watch any more. Return how many.

    A place in the class is lost on the floor below, which knows of no rights: so we look.
    Looking again also finds a right that was given while its film was being taken back.
    """
    return queries.rights_without_a_reason(at=at).end(at)


def keep_place(
    *, recording: Recording, user: User, position: float, sequence: int, at: datetime
) -> bool:
    """Keep the place a learner has come to; False when a later word is known already.

    Raises ``WatchRefused`` for somebody who may not watch. Teachers and staff
    have no place to keep.
    """
    access = may_watch(recording=recording, user=user, at=at)
    if access.reason is not None:
        raise WatchRefused(access.reason)
    if access.learner_id is None:
        return False
    place = {
        "position_seconds": min(max(0.0, position), recording.seconds or 0.0),
        "sequence": sequence,
        "updated_at": at,
    }
    mine = {"recording": recording, "learner_id": access.learner_id}
    with scope.learners([access.learner_id]):
        if WatchState.objects.filter(**mine, sequence__lt=sequence).update(**place):
            return True
        _state, is_new = WatchState.objects.get_or_create(**mine, defaults=place)
        return is_new
