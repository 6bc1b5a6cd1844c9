"""Television sets: a code on the screen, typed in where somebody is signed in.

A set gets a right of its own, to watch what that person may watch. It is no sign-in: the set
knows no account, and no page but those of the television reads its cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction

from accounts import limits, scope
from accounts.models import AuditEvent, User
from livestream.models import Recording, Television, WatchGrant
from livestream.services.watching import Right, grant

CODE_LIVES = timedelta(minutes=10)
PAIRED_FOR = timedelta(days=90)
MOST_TELEVISIONS = 5
SEEN_EVERY = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)


class PairingRefused(Exception):
    """The code is not that of a television that waits."""


@dataclass(frozen=True)
class NewSet:
    """A set that waits; its token is told once, to its own cookie."""

    television: Television
    token: str


def begin_pairing(*, address: str, at: datetime) -> NewSet:
    """Give a new set its code. Raises ``limits.TooMany``."""
    limits.count_television(address, at=at)
    token = secrets.token_urlsafe(32)
    with scope.system("a television asks for a code"):
        _forget_old(at)
        television = Television(token_hash=_hash(token))
        _give_code(television, at)
    return NewSet(television, token)


def new_code(*, television: Television, address: str, at: datetime) -> Television:
    """Give a set that waits another code when the one it shows has run out."""
    limits.count_television(address, at=at)
    with scope.system("a television asks for another code"):
        _give_code(television, at)
    return television


def known_set(token: str, *, at: datetime) -> Television | None:
    """Return the set that holds this token, if it waits or watches for somebody who may."""
    if not token:
        return None
    with scope.system("a television comes in"):
        found = Television.objects.select_related("user").filter(token_hash=_hash(token)).first()
        if found is None or found.ended_at is not None:
            return None
        if found.user is None:
            return found
        if found.until is None or found.until <= at or not found.user.is_active:
            return None
        if found.seen_at is None or at - found.seen_at >= SEEN_EVERY:
            Television.objects.filter(pk=found.pk).update(seen_at=at)
        return found


def pair(*, code: str, user: User, name: str, at: datetime) -> Television:
    """Let the set that shows this code watch for somebody. Raises ``PairingRefused``.

    Each try counts, right or wrong: raises ``limits.TooMany``. A code is used once. Beyond five
    sets of a person the one paired first ends.
    """
    limits.count_pairing(user.pk, at=at)
    with scope.system("a television is paired"):
        waiting = Television.objects.waiting(at).select_for_update()
        television = waiting.filter(code=code).first()
        if television is None:
            raise PairingRefused
        television.user, television.name = user, name
        television.code = None
        television.paired_at = television.seen_at = at
        television.until = at + PAIRED_FOR
        television.save()
        for one in Television.objects.paired(at).filter(user=user)[MOST_TELEVISIONS:]:
            _end(one, at)
        AuditEvent.objects.record(user, "television paired", television, at=at)
    return television


def televisions_of(user: User, *, at: datetime) -> list[Television]:
    """The sets that watch for somebody, the newest first."""
    with scope.system("somebody looks at their televisions"):
        return list(Television.objects.paired(at).filter(user=user))


def end_television(*, television_id: int, user: User, at: datetime) -> bool:
    """End a set of this person, and what it is watching; False when there is none."""
    with scope.system("a television is ended"):
        own = Television.objects.paired(at).filter(user=user, pk=television_id)
        television = own.select_for_update().first()
        if television is None:
            return False
        _end(television, at)
        AuditEvent.objects.record(user, "television ended", television, at=at)
    return True


def grant_on_television(
    *,
    television: Television | None,
    recording: Recording,
    at: datetime,
    signed_at: float,
) -> Right:
    """Give a set the right to one film. The film it watched before ends: it shows one at a time.

    Without pairing it may watch what is open to everybody. Raises ``WatchRefused``.
    """
    user = television.user if television is not None else None
    renews = television.audience if television is not None else ""
    right = grant(recording=recording, user=user, at=at, signed_at=signed_at, renews=renews)
    if television is not None and user is not None:
        with scope.system("a television watches"):
            WatchGrant.objects.live(at).filter(audience=renews).end(at)
            Television.objects.filter(pk=television.pk).update(audience=right.grant.audience)
    return right


def _end(television: Television, at: datetime) -> None:
    Television.objects.filter(pk=television.pk).update(ended_at=at)
    WatchGrant.objects.live(at).filter(audience=television.audience).end(at)


def _give_code(television: Television, at: datetime) -> None:
    """Six digits that no other set shows; a clash is tried again."""
    for _try in range(20):
        television.code = f"{secrets.randbelow(1_000_000):06d}"
        television.code_until = at + CODE_LIVES
        try:
            with transaction.atomic():
                television.save()
        except IntegrityError:
            continue
        return
    raise limits.TooMany


def _forget_old(at: datetime) -> None:
    Television.objects.forgotten(at - FORGOTTEN_AFTER).delete()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
