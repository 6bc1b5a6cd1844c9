"""Reach a person, and hear them: write the letter in the transaction that gives cause for it.

Sending is an errand: a gateway that is slow or away holds up nobody, and known and unknown
numbers take the same time. Letters are Chinese: providers approve their words one by one.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts import outbox
from accounts.domain import phones
from accounts.errands import TryAgainLater
from accounts.gateways import DeliveryFailed, Received, masked, the_gateway
from accounts.models import InboundMessage, Learner, Message

log = logging.getLogger(__name__)

LONGEST = 70  # characters of one SMS
# Wiped when sent: what they say opens an account.
SECRET_TEMPLATES = frozenset({"accounts/sign_in_code", "accounts/sign_in_code_voice"})
# The errand about a message that came in; whoever knows what was asked reads it.
READ_SMS = "read_sms"
_LETTERS = UUID("5a5b2f1e-6c39-4ed5-9bb4-9b9f6d0b6f20")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What ``send`` is told, for many letters at once."""

    template: str
    to: str
    params: Mapping[str, Any]
    dedupe_key: str
    valid_until: datetime | None = None
    learner: Learner | None = None
    channel: str = Message.Channel.SMS

    def as_message(self, at: datetime) -> Message:
        """Return the row of the letter, its words written."""
        return Message(
            id=uuid5(_LETTERS, self.dedupe_key),
            learner=self.learner,
            channel=self.channel,
            to=self.to,
            template=self.template,
            text=text_of(self.template, self.params),
            dedupe_key=self.dedupe_key,
            valid_until=self.valid_until,
            created_at=at,
        )


def send(
    *,
    template: str,
    to: str,
    params: Mapping[str, Any],
    dedupe_key: str,
    at: datetime,
    valid_until: datetime | None = None,
    learner: Learner | None = None,
    channel: str = Message.Channel.SMS,
) -> Message:
    """Write a letter to ``to`` from ``templates/<app>/letters/<event>.txt`` (``<app>/<event>``).

    The same ``dedupe_key`` is the same letter, however often it is asked for. After
    ``valid_until`` it is no longer true and is not sent.
    """
    letter = Letter(
        template=template,
        to=to,
        params=params,
        dedupe_key=dedupe_key,
        valid_until=valid_until,
        learner=learner,
        channel=channel,
    )
    return send_all([letter], at=at)[0]


def send_all(letters: Iterable[Letter], *, at: datetime) -> list[Message]:
    """Write many letters in two statements, as ``send`` writes one."""
    messages = [letter.as_message(at) for letter in letters]
    with transaction.atomic():
        Message.objects.bulk_create(messages, ignore_conflicts=True)
        outbox.put_all("send_message", [message.pk for message in messages])
    return messages


def text_of(template: str, params: Mapping[str, Any]) -> str:
    """Return the words of a letter, in simplified Chinese, signed by the school."""
    folder, _, event = template.partition("/")
    with translation.override("zh-hans"):
        text = render_to_string(
            f"{folder}/letters/{event}.txt", {"school": settings.WAGTAIL_SITE_NAME, **params}
        )
    return text.strip()


def deliver(*, message_id: UUID, at: datetime) -> None:
    """Hand one letter to the gateway, unless it was sent, came too late, or is for the dead.

    Two causes may ask for one letter in the same moment: whoever comes second leaves it to the
    first. Raises ``TryAgainLater`` when the gateway does not take it now. A worker that dies
    between the gateway's yes and our commit sends it twice, hence the gateway is told the key.
    """
    with transaction.atomic():
        own = (
            Message.objects.queued()
            .filter(pk=message_id)
            .select_for_update(skip_locked=True, of=("self",))
        )
        message = own.select_related("learner").first()
        if message is not None:
            _hand_over(message, at)


def _hand_over(message: Message, at: datetime) -> None:
    if message.learner is not None and message.learner.deceased_on is not None:
        _close(message, Message.Status.EXPIRED)  # written before the family came to us
        return
    if message.valid_until and message.valid_until <= at:
        _close(message, Message.Status.EXPIRED)
        return
    if _sent_today(message.to, at) >= settings.SMS_DAILY_BUDGET:
        log.warning("letter %s: budget of %s is used up today", message.pk, masked(message.to))
        _close(message, Message.Status.FAILED)
        return
    try:
        message.provider_ref = the_gateway().send(
            to=message.to,
            channel=message.channel,
            template=message.template,
            text=message.text,
            dedupe_key=str(message.pk),
            at=at,
        )
    except DeliveryFailed as failed:
        if failed.for_good:
            log.error("letter %s to %s: %s", message.pk, masked(message.to), failed)
            _close(message, Message.Status.FAILED)
            return
        raise TryAgainLater(f"{failed} (to {masked(message.to)})") from failed
    message.sent_at = at
    _close(message, Message.Status.SENT)


def take_in(received: Received, *, gateway: str, at: datetime) -> bool:
    """Keep a message from a person and leave the errand to read it; the same id is the same one.

    False: nobody can be answered at this number (an exchange, a landline), it is not kept.
    """
    try:
        sender = phones.canonical(received.sender)
    except phones.NotAPhone:
        log.info("a message of a number that takes none was not kept")
        return False
    message = InboundMessage(
        id=uuid5(_LETTERS, f"{gateway} {received.provider_id}"),
        gateway=gateway,
        provider_id=received.provider_id,
        sender=sender,
        text=received.text[: InboundMessage.LONGEST],
        sent_at=received.sent_at,
        received_at=at,
    )
    with transaction.atomic():
        InboundMessage.objects.bulk_create([message], ignore_conflicts=True)
        outbox.put(READ_SMS, message.pk)
    return True


def _close(message: Message, status: str) -> None:
    message.status = status
    if message.template in SECRET_TEMPLATES:
        message.text = ""
    message.save(update_fields=["status", "text", "provider_ref", "sent_at"])


def _sent_today(number: str, at: datetime) -> int:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return Message.objects.sent_between(number, midnight, midnight + timedelta(days=1)).count()
