"""Who wants an SMS before each lecture of a series, and when it is written."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import limits, scope
from accounts.models import AuditEvent, InboundMessage, Learner, User
from livestream import notifications
from livestream.domain import telling
from livestream.models import Lecture, Series, SeriesSubscription

EndedBy = SeriesSubscription.EndedBy


class NoPhone(Exception):
    """The learner has no mobile number that could be written to."""


def subscribe_learner(*, series: Series, learner: Learner, actor: User, at: datetime) -> None:
    """Write to this learner before each lecture; asked twice it is one subscription.

    Raises ``NoPhone``.
    """
    with scope.learners([learner.pk]):
        if not learner.phone:
            raise NoPhone
        subscription, is_new = SeriesSubscription.objects.in_force().get_or_create(
            series=series, learner=learner, defaults={"began_at": at}
        )
        if is_new:
            _note_begun(subscription, actor, at)


def subscribe_phone(*, series: Series, phone: str, at: datetime) -> None:
    """Write to this phone before each lecture. The caller has seen that its code was right."""
    with scope.system("a phone subscribes to a series"):
        subscription, is_new = SeriesSubscription.objects.in_force().get_or_create(
            series=series, phone=phone, learner=None, defaults={"began_at": at}
        )
        if is_new:
            _note_begun(subscription, None, at)


def unsubscribe_learner(*, series: Series, learner: Learner, actor: User, at: datetime) -> None:
    """Write to this learner no more."""
    with scope.learners([learner.pk]):
        mine = SeriesSubscription.objects.in_force().filter(series=series, learner=learner)
        _end(mine, by=EndedBy.PAGE, actor=actor, at=at)


def unsubscribe_phone(*, series: Series, phone: str, at: datetime) -> None:
    """Write to this phone no more. The caller has seen that its code was right."""
    with scope.system("a phone leaves a series"):
        its = SeriesSubscription.objects.in_force().filter(series=series, phone=phone)
        _end(its, by=EndedBy.PAGE, actor=None, at=at)


def is_subscribed(*, series: Series, phone: str) -> bool:
    """Whether this phone is written to. The caller has seen that its code was right."""
    with scope.system("a phone looks at its series"):
        in_force = SeriesSubscription.objects.in_force()
        return in_force.filter(series=series, phone=phone).exists()


@transaction.atomic
def end_by_reply(*, message: InboundMessage, at: datetime) -> int:
    """End everything that goes to the phone a message came from, and say so once.

    For the errand; as often as it comes, there is one answer.
    """
    found = SeriesSubscription.objects.in_force().to(message.sender)
    ended = _end(found, by=EndedBy.REPLY, actor=None, at=at)
    if ended or limits.count_reply(message.sender, at=message.received_at):
        notifications.answer_to_reply(
            to=message.sender, ended=bool(ended), key=str(message.pk), at=at
        )
    return ended


def tell_subscribers(*, at: datetime) -> int:
    """Write the letters about lectures that are due now; return how many were written."""
    return sum(_tell(pk, at) for pk in _worth_a_look(at).values_list("pk", flat=True))


def _worth_a_look(at: datetime) -> QuerySet[Lecture]:
    """Lectures near enough for a letter, and those whose letter is not true any more."""
    near = Q(told_for=None, during__startswith__lt=at + 2 * telling.A_DAY)
    changed = Q(told_for__isnull=False) & ~Q(told_for=F("during__startswith"))
    off = Q(status=Lecture.Status.CANCELLED, told_for__gt=at, told_off_at=None)
    coming = Lecture.objects.filter(series__isnull=False)
    return coming.filter(Q(during__startswith__gt=at) & (near | changed) | off).order_by("pk")


@transaction.atomic
def _tell(lecture_id: int, at: datetime) -> int:
    """Write what is due about one lecture. It is locked: two commands write it once."""
    lectures = Lecture.objects.select_for_update(skip_locked=True, of=("self",))
    lecture = lectures.select_related("series", "campus").filter(pk=lecture_id).first()
    if lecture is None:
        return 0
    begins = lecture.during.lower
    facts = telling.Facts(
        begins=timezone.localtime(begins),
        is_off=lecture.status == Lecture.Status.CANCELLED,
        told_for=timezone.localtime(lecture.told_for) if lecture.told_for else None,
        told_off=lecture.told_off_at is not None,
    )
    here = timezone.localtime(at)
    letter = telling.letter_due(facts, at=here)
    if letter is None:
        return 0
    subscriptions = SeriesSubscription.objects.in_force().filter(series=lecture.series)
    told = notifications.about_lecture(
        lecture, letter, subscriptions.select_related("learner").iterator(), at=at
    )
    if letter is telling.Letter.OFF:
        lecture.told_off_at = at
    else:  # who hears of a new hour long before it hears once more the day before
        again = letter is telling.Letter.MOVED and not telling.is_near(facts.begins, here)
        lecture.told_for = None if again else begins
    lecture.save(update_fields=["told_for", "told_off_at"])
    return told


def _note_begun(subscription: SeriesSubscription, actor: User | None, at: datetime) -> None:
    notifications.subscribed(subscription, at=at)
    AuditEvent.objects.record(
        actor,
        "lectures subscribed to",
        subscription.series,
        at=at,
        learner=subscription.learner,
        unit=subscription.series.unit,
    )


def _end(found: QuerySet[SeriesSubscription], *, by: str, actor: User | None, at: datetime) -> int:
    ended = list(found.select_related("series__unit", "learner"))
    found.filter(pk__in=[one.pk for one in ended]).update(ended_at=at, ended_by=by)
    for one in ended:
        AuditEvent.objects.record(
            actor,
            "lectures unsubscribed from",
            one.series,
            at=at,
            learner=one.learner,
            unit=one.series.unit,
            by=by,
        )
    return len(ended)
