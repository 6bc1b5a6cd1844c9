"""Rights to watch: given, renewed, and ended before their time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts import scope
from accounts.models import AuditEvent, User
from livestream import queries
from livestream.delivery import paths
from livestream.domain import tokens
from livestream.domain.access import Refusal
from livestream.domain.beacons import Account
from livestream.domain.playlists import MASTER_NAME
from livestream.models import KeyDrop, Recording, RoomViewing, WatchGrant
from livestream.models.watching import WatchGrantQuerySet

MOST_RIGHTS = 3
"""Rights of one learner at a time. The oldest beyond these ends, and is told so when it asks."""

MOST_RIGHTS_OF_A_ROOM = 1
"""A room at a viewing point has one screen."""

_ONE_AT_A_TIME = 0x5EA7_0006  # the first half of the lock; the second is the learner


class WatchRefused(Exception):
    """The person may not watch. ``reason`` is what ``wording`` has a sentence for."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Right:
    """What a player gets: where the film is, until when, and where it reports to."""

    grant: tokens.Grant
    signed_at: float
    learner_id: int | None
    watcher: str
    renew_in: int
    series: int = 0

    def path(self, file: str = MASTER_NAME) -> str:
        """The signed path of a file of the film."""
        return paths.signed(self.grant, file, at=self.signed_at, series=self.series)

    @property
    def beacon(self) -> str:
        """Where the player reports how far it is."""
        account = Account(watcher=self.watcher, asset=self.grant.asset)
        return paths.beacon_address(account, expires=self.grant.expires)

    @property
    def keeps_place(self) -> bool:
        """Whether there is a learner whose place is kept."""
        return self.learner_id is not None


def may_watch(
    *, recording: Recording, user: User | None, at: datetime, viewing: RoomViewing | None = None
) -> queries.Access:
    """Say whether this person may watch, as which learner, or the reason why not."""
    return queries.access(recording, user, at=at, viewing=viewing)


def grant(
    *,
    recording: Recording,
    user: User | None,
    at: datetime,
    signed_at: float,
    renews: str = "",
    viewing: RoomViewing | None = None,
) -> Right:
    """Give a right to fetch the film for some hours. Raises ``WatchRefused``.

    ``signed_at`` is the machine's time, as the server that checks the path reads
    it; ``at`` is the product's. ``renews`` names the right that this one stands for from
    now on, ``viewing`` the afternoon whose room watches.
    """
    access = may_watch(recording=recording, user=user, at=at, viewing=viewing)
    if access.reason is not None:
        raise WatchRefused(access.reason)
    given = tokens.Grant(
        asset=recording.asset.hex,
        generation=recording.generation,
        audience=secrets.token_hex(8),
        expires=tokens.expiry(signed_at),
        grows=recording.generations.growing().filter(number=recording.generation).exists(),
    )
    right = WatchGrant(
        audience=given.audience,
        recording=recording,
        user=user,
        learner_id=access.learner_id,
        viewing=viewing,
        issued_at=at,
        expires_at=at + timedelta(seconds=given.expires - signed_at),
    )
    with scope.learners([access.learner_id] if access.learner_id else []):
        _make_way(right, renews, at=at)
        right.save(force_insert=True)
    return Right(
        grant=given,
        signed_at=signed_at,
        learner_id=access.learner_id,
        watcher=right.watcher,
        renew_in=tokens.renewal(signed_at, given.expires, secrets.randbelow(1000) / 1000),
        series=KeyDrop.objects.series(),
    )


def renew(
    *, recording: Recording, user: User | None, at: datetime, signed_at: float, renews: str
) -> Right:
    """Give a player that goes on its next right. Raises ``WatchRefused``.

    One that had to give way to three others of its learner gets none: it says so, and does not
    take the place of another, whose player would come back for it in turn.
    """
    access = may_watch(recording=recording, user=user, at=at)
    if access.reason is None and access.learner_id is not None:
        with scope.learners([access.learner_id]):
            mine = WatchGrant.objects.filter(audience=renews, learner=access.learner_id)
            if mine.made_way().exists():
                raise WatchRefused(Refusal.OTHER_SCREENS)
    return grant(recording=recording, user=user, at=at, signed_at=signed_at, renews=renews)


def _make_way(right: WatchGrant, renews: str, *, at: datetime) -> None:
    """Keep learner and room within their number of rights; the one renewed goes first.

    Says under which name the new right is counted: the same for all screens of a learner, of
    somebody signed in, of a room; a visitor's next right keeps the name of the one before.
    """
    older = WatchGrant.objects.filter(
        audience=renews, recording=right.recording, user=right.user, learner=right.learner_id
    ).first()
    if right.viewing is not None:
        # Two screens of a room opened at once are counted one by one, too.
        RoomViewing.objects.select_for_update().get(pk=right.viewing.pk)
        others = WatchGrant.objects.filter(viewing=right.viewing)
        _let_one_more(others, renews, MOST_RIGHTS_OF_A_ROOM, at=at)
        right.watcher = _watcher(right, "viewing", right.viewing.pk)
    elif right.learner_id is not None:
        with connection.cursor() as cursor:  # two pages opened at once are counted one by one
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [_ONE_AT_A_TIME, right.learner_id]
            )
        others = WatchGrant.objects.filter(learner=right.learner_id, viewing=None)
        _let_one_more(others, renews, MOST_RIGHTS, at=at)
        right.watcher = _watcher(right, "learner", right.learner_id)
    elif right.user is not None:
        right.watcher = _watcher(right, "user", right.user.pk)
    else:
        right.watcher = older.watcher if older is not None else right.audience


def _let_one_more(others: WatchGrantQuerySet, renews: str, most: int, *, at: datetime) -> None:
    renewed = others.in_use(at).filter(audience=renews).first()
    if renewed is not None:
        left = (renewed.expires_at - at).total_seconds()
        mine = others.filter(pk=renewed.pk)
        _ = mine.renew(at) if tokens.is_renewed_late(left) else mine.end(at)
    rights = list(others.in_use(at).oldest_first().values_list("pk", flat=True))
    too_many = rights[: max(0, len(rights) - most + 1)]
    if too_many:
        WatchGrant.objects.filter(pk__in=too_many).give_way(at)


def _watcher(right: WatchGrant, kind: str, whose: int) -> str:
    return paths.watcher_of(right.recording.pk, kind, whose)


def end_rights(*, at: datetime) -> int:
    """End the rights of whoever may not watch any more. Return how many.

    A place in the class, a post and an account are lost on the floors below, which know of no
    rights: so we look. Looking again also finds a right that was given while its film was being
    taken back.
    """
    return queries.rights_without_a_reason(at=at).end(at)


def revoke(
    *,
    at: datetime,
    learner_id: int | None = None,
    recording: Recording | None = None,
    audience: str = "",
    actor: User | None = None,
) -> int:
    """End at once what a learner watches, what is watched of a film, or one path. How many.

    Players that may watch ask for a new right and go on; the others are told why not.
    """
    rights = WatchGrant.objects.live(at)
    if learner_id is not None:
        rights = rights.filter(learner=learner_id)
    if recording is not None:
        rights = rights.filter(recording=recording)
    if audience:
        rights = rights.filter(audience=audience)
    with scope.system("revoke rights to watch"):
        films = list(Recording.objects.filter(grants__in=rights).distinct())
        ended = rights.end(at)
        for film in films:
            AuditEvent.objects.record(actor, "rights to watch ended", film, at=at, unit=film.unit)
    return ended


def drop_keys(*, at: datetime) -> int:
    """Give up all keys of signed paths: no path that is out opens anything. Return the series."""
    with scope.system("give keys up"):
        drop = KeyDrop.objects.create(dropped_at=at)
        AuditEvent.objects.record(None, "keys of films given up", drop, at=at, unit=None)
    return KeyDrop.objects.series()
