"""Going out live: the key, the camera that comes and goes, the end.

The servers that take pictures in ask here by their hooks, the small one of ``./run`` directly.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import AuditEvent, Unit, User
from courses.models import Lesson
from livestream.domain import live
from livestream.domain.live import Arrival, PublishRefused, Refusal
from livestream.models import Broadcast, Lecture, Take
from livestream.models.live import TakeQuerySet

MOST_TAKES = 500
"""A line that drops more often than this in one lesson is no line."""


class BroadcastRefused(Exception):
    """This can not be done with a broadcast any more; somebody was faster."""


@transaction.atomic
def open_broadcast(*, meeting: Lesson | Lecture, actor: User, at: datetime) -> Broadcast:
    """Plan that a lesson or a lecture goes out live; one that stands already is given back."""
    of = {"lesson": meeting} if isinstance(meeting, Lesson) else {"lecture": meeting}
    known = Broadcast.objects.for_people().standing().filter(**of).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            broadcast = Broadcast.objects.create(
                **of,
                unit=_unit_of(meeting),
                opened_by=actor,
                opened_at=at,
                key_hash=live.hash_of(live.new_key()),  # nobody has it: a key is shown when asked
            )
    except IntegrityError:  # twice at once
        return Broadcast.objects.for_people().standing().get(**of)
    AuditEvent.objects.record(actor, "live planned", broadcast, at=at, unit=broadcast.unit)
    return broadcast


@transaction.atomic
def make_key(*, broadcast: Broadcast, press: UUID, actor: User, at: datetime) -> str:
    """Make a new key, which is shown once; the one before opens nothing any more.

    Empty when this press has made one already: it was shown then. Raises ``BroadcastRefused``
    when the broadcast is over.
    """
    standing = Broadcast.objects.standing().for_people().select_for_update()
    found = standing.filter(pk=broadcast.pk).first()
    if found is None:
        raise BroadcastRefused
    if found.key_press == press:
        return ""
    key = live.new_key()
    found.key_hash, found.key_press = live.hash_of(key), press
    found.save(update_fields=["key_hash", "key_press"])
    AuditEvent.objects.record(actor, "live key made", found, at=at, unit=found.unit)
    return key


@transaction.atomic
def keep_dial_in(*, broadcast: Broadcast, number: str, actor: User, at: datetime) -> None:
    """Keep the number by which one can listen on a telephone."""
    Broadcast.objects.filter(pk=broadcast.pk).update(dial_in=number)
    AuditEvent.objects.record(actor, "live number kept", broadcast, at=at, unit=broadcast.unit)


@transaction.atomic
def admit(*, key: str, publisher: str, at: datetime, address: int = 0) -> Take:
    """Let a camera in that knows the key of a broadcast. Raises ``PublishRefused``.

    Before the classroom opens its picture is a trial. A camera that comes back goes on with
    what it had begun; while one is heard of, no other is let in. ``address``: the number of
    the broadcast it came to, where a server has these; it has to be the key's own.
    """
    broadcast = (
        Broadcast.objects.select_for_update(of=["self"])
        .select_related("lesson", "lecture", "unit")
        .filter(key_hash=live.hash_of(key))
        .first()
    )
    if broadcast is None or address not in {0, broadcast.pk}:
        raise PublishRefused(Refusal.UNKNOWN_KEY)
    for one in Broadcast.objects.filter(Q(pk=broadcast.pk) | Q(trial_of=broadcast)):
        _end_silent_takes(one, at=at)
    is_trial = live.is_a_trial(_arrival(broadcast), at=at)
    if is_trial:
        broadcast = _trial_of(broadcast, at=at)
    number = broadcast.takes.count() + 1
    if number > MOST_TAKES:
        raise PublishRefused(Refusal.OVER)
    if broadcast.began_at is None:
        broadcast.began_at = at
        AuditEvent.objects.record(None, "live began", broadcast, at=at, unit=broadcast.unit)
    broadcast.status, broadcast.lost_at = Broadcast.Status.LIVE, None
    broadcast.save(update_fields=["status", "began_at", "lost_at"])
    return Take.objects.create(
        broadcast=broadcast, number=number, publisher=publisher[:120], began_at=at, heard_at=at
    )


def hear(*, name: str, at: datetime) -> bool:
    """Note that a camera is still sending; False when it is to be sent away.

    A trial ends when the classroom opens: the camera comes back by itself, and then it is on.
    """
    take = _named(name).coming_in().with_what_is_shown().first()
    if take is None or take.broadcast.status == Broadcast.Status.ENDED:
        return False
    during = take.broadcast.shown().during
    if take.broadcast.is_trial() and live.is_open(during.lower, during.upper, at=at):
        return False
    Take.objects.filter(pk=take.pk).update(heard_at=at)
    return True


def coming_to(address: int) -> str:
    """The name of the take that comes in with the key of a broadcast, or nothing."""
    take = Take.objects.filter(_sent_to(address)).latest_first().first()
    return take.name if take is not None else ""


def sent_with(key: str, publisher: str) -> str:
    """The name of the take that a camera sends, or sent, with this key; or nothing."""
    of = Q(broadcast__key_hash=live.hash_of(key))
    of |= Q(broadcast__trial_of__key_hash=live.hash_of(key))
    take = Take.objects.filter(of, publisher=publisher[:120]).latest_first().first()
    return take.name if take is not None else ""


def recorded_of(address: int) -> str:
    """The name of the take whose master copy is reported next: they are, one after the other.

    The camera may have come back before the server reports what it sent first.
    """
    takes = Take.objects.filter(_sent_to(address), recorded_as="")
    take = takes.latest_first().last()
    return take.name if take is not None else ""


def forget_cameras(*, at: datetime, master_of: Callable[[str], str]) -> int:
    """The only server that takes pictures in has begun anew: no camera is connected to it.

    What it wrote of them until then is their master copy.
    """
    takes = list(Take.objects.coming_in())
    for take in takes:
        keep_master(name=take.name, recorded_as=master_of(take.name))
        leave(name=take.name, at=at)
    return len(takes)


@transaction.atomic
def leave(*, name: str, at: datetime) -> None:
    """A camera has gone: its return is waited for. Safe to be told twice."""
    take = _named(name).select_for_update(of=["self"]).select_related("broadcast").first()
    if take is not None and take.ended_at is None:
        _end_take(take, at=at)


def keep_master(*, name: str, recorded_as: str) -> None:
    """Note where the master copy of a take lies, as the server that wrote it says."""
    _named(name).update(recorded_as=recorded_as)


@transaction.atomic
def end(*, broadcast: Broadcast, actor: User | None, at: datetime) -> None:
    """End a broadcast: the camera is sent away, the replay follows within seconds.

    Raises ``BroadcastRefused`` when it is over already.
    """
    found = Broadcast.objects.standing().select_for_update().filter(pk=broadcast.pk).first()
    if found is None:
        raise BroadcastRefused
    found.status, found.ended_at, found.lost_at = Broadcast.Status.ENDED, at, None
    found.save(update_fields=["status", "ended_at", "lost_at"])
    AuditEvent.objects.record(actor, "live ended", found, at=at, unit=found.unit)


def end_overdue(*, at: datetime) -> int:
    """End what nobody came back to, and what was forgotten. Return how many."""
    for take in Take.objects.silent_since(at - live.SILENT_AFTER).select_related("broadcast"):
        leave(name=take.name, at=at)
    overdue = Q(lost_at__lte=at - live.RETURN_WITHIN) | Q(began_at__lte=at - live.LONGEST)
    overdue |= Q(trial_of__isnull=False, lost_at__lte=at - live.TRIAL_RETURNS_WITHIN)
    ended = 0
    for broadcast in Broadcast.objects.live().filter(overdue):
        try:
            end(broadcast=broadcast, actor=None, at=at)
        except BroadcastRefused:
            continue
        ended += 1
    return ended


def _unit_of(meeting: Lesson | Lecture) -> Unit:
    return meeting.section.unit if isinstance(meeting, Lesson) else meeting.unit


def _arrival(broadcast: Broadcast) -> Arrival:
    meeting = broadcast.shown()
    during = meeting.during
    sending = Take.objects.coming_in().filter(
        Q(broadcast=broadcast) | Q(broadcast__trial_of=broadcast)
    )
    return Arrival(
        begins=during.lower,
        ends=during.upper,
        is_called_off=not type(meeting).objects.taking_place().filter(pk=meeting.pk).exists(),
        is_over=broadcast.status == Broadcast.Status.ENDED,
        has_begun=broadcast.began_at is not None,
        somebody_sends=sending.exclude(broadcast__status=Broadcast.Status.ENDED).exists(),
    )


def _trial_of(broadcast: Broadcast, *, at: datetime) -> Broadcast:
    known = Broadcast.objects.standing().filter(trial_of=broadcast).first()
    return known or Broadcast.objects.create(
        lesson=broadcast.lesson,
        lecture=broadcast.lecture,
        trial_of=broadcast,
        unit=broadcast.unit,
        opened_by=broadcast.opened_by,
        opened_at=at,
    )


def _end_silent_takes(broadcast: Broadcast, *, at: datetime) -> None:
    for take in broadcast.takes.silent_since(at - live.SILENT_AFTER):
        _end_take(take, at=at)


def _end_take(take: Take, *, at: datetime) -> None:
    take.ended_at = max(at, take.began_at)
    take.save(update_fields=["ended_at"])
    Broadcast.objects.live().filter(pk=take.broadcast_id).update(lost_at=at)


def _sent_to(address: int) -> Q:
    return Q(broadcast=address) | Q(broadcast__trial_of=address)


def _named(name: str) -> TakeQuerySet:
    broadcast, _, number = name.partition("-")
    if not (broadcast.isdigit() and number.isdigit() and len(name) <= 24):
        return Take.objects.none()
    return Take.objects.filter(broadcast=int(broadcast), number=int(number))
