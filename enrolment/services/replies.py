"""Answers by SMS: one message in, one seat taken or given on, one letter back.

A phone is known by its number alone, which is where the offer went: whoever holds it may
answer, with or without an account, as somebody who answers the telephone may.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID, uuid5

from django.db import transaction

from accounts import limits, outbox
from accounts.gateways import masked
from accounts.models import AuditEvent, InboundMessage, Learner, User
from enrolment import notifications, queries
from enrolment.domain import replies
from enrolment.domain.refusals import Refusal
from enrolment.models import Channel, Claim, Enrolment, PhoneQuestion, WaitlistEntry, ledger
from enrolment.queries import Asked
from enrolment.services.applications import FormRefused, take_back
from enrolment.services.refused import SeatRefused
from enrolment.services.results import say_one_comes, say_one_stays_away
from enrolment.services.waitlist import accept_offer, decline_offer

# The errand about a message that ends a subscription; the floor above has these.
UNSUBSCRIBE = "unsubscribe_by_sms"
_PRESSES = UUID("0d7b1a52-54c5-4c0e-9d53-0b4cb7a1c8f4")


@transaction.atomic
def read_sms(*, message_id: UUID, at: datetime) -> None:
    """Do what a message says, or write back what it could say; once, however often it comes.

    The answer counts from when it reached us: nobody loses a place because a worker was away (the
    sweep waits for us, ``seat_has_unread_answer``), or gives one up that was offered afterwards.
    """
    waiting = InboundMessage.objects.unanswered().select_for_update()
    message = waiting.filter(pk=message_id).first()
    if message is None:
        return
    if replies.unsubscribes(message.text):
        outbox.put(UNSUBSCRIBE, message.pk)
        message.outcome = "unsubscribes"
    else:
        message.outcome = _answer(message, at=at)
    message.answered_at = at
    message.save(update_fields=["outcome", "answered_at"])


@transaction.atomic
def number_questions(
    *, phones: Iterable[str], at: datetime, asked_by: datetime | None = None
) -> dict[str, dict[int, Asked]]:
    """Give everything open to these phones the number it is answered by; the lowest first.

    A number rests for two weeks before it means another question: an answer may be late.
    ``asked_by``: only what people were asked about by then.
    """
    phones = set(phones)
    # Learners who share a phone are locked as one: two questions never get the same number.
    list(Learner.objects.filter(phone__in=phones).order_by("pk").select_for_update(no_key=True))
    asked: dict[str, list[Asked]] = {phone: [] for phone in phones}
    for one in queries.asked_on(phones, at=at, asked_by=asked_by):
        asked[one.learner.phone].append(one)
    known: dict[str, dict[tuple[bool, int], int]] = defaultdict(dict)
    every = [one for some in asked.values() for one in some]
    for question in PhoneQuestion.objects.filter(phone__in=phones).about(every):
        known[question.phone][_key(question.entry_id, question.enrolment_id)] = question.number
    taken: dict[str, set[int]] = defaultdict(set)
    for question in PhoneQuestion.objects.filter(phone__in=phones).recent(at):
        taken[question.phone].add(question.number)
    new, numbered = [], {}
    for phone, some in asked.items():
        numbers = known[phone]
        taken[phone].update(numbers.values())
        for one in some:
            key = _key_of(one)
            if key not in numbers:
                numbers[key] = number = _next_number(taken[phone])
                taken[phone].add(number)
                new.append(_question(one, phone, number, at))
        numbered[phone] = dict(sorted((numbers[_key_of(one)], one) for one in some))
    PhoneQuestion.objects.bulk_create(new)
    return numbered


def number_offers(
    *, phone: str, at: datetime, asked_by: datetime | None = None
) -> dict[int, Asked]:
    """Give everything open to one phone its number."""
    return number_questions(phones=[phone], at=at, asked_by=asked_by)[phone]


def _question(one: Asked, phone: str, number: int, at: datetime) -> PhoneQuestion:
    due_at = cast("datetime", one.due_at)  # what is asked has one: the database sees to it
    about = {"entry": one} if isinstance(one, WaitlistEntry) else {"enrolment": one}
    return PhoneQuestion(due_at=due_at, phone=phone, number=number, asked_at=at, **about)


def _key_of(one: Asked) -> tuple[bool, int]:
    return isinstance(one, Enrolment), one.pk


def _key(entry_id: int | None, enrolment_id: int | None) -> tuple[bool, int]:
    return enrolment_id is not None, cast("int", enrolment_id or entry_id)


def ask_about_offer(*, entry: WaitlistEntry, at: datetime) -> None:
    """Write to a person who waits that a place is theirs to take, and how to say so."""
    open_now = number_offers(phone=entry.learner.phone, at=at) if entry.learner.phone else {}
    notifications.tell_of_offer(
        entry,
        number=number_to_type(entry, open_now),
        old_class=queries.ends_with_a_yes(entry),
        at=at,
    )


def number_to_type(one: Asked, open_now: Mapping[int, Asked]) -> int | None:
    """Return what stands before the 1 or 2 of an answer; None where the phone has one question."""
    if len(open_now) < 2:
        return None
    return next((no for no, other in open_now.items() if _key_of(other) == _key_of(one)), None)


def _next_number(taken: set[int]) -> int:
    """The number after all that are taken: two digits at most, or nobody types it right."""
    highest = max(taken, default=0)
    return highest + 1 if highest < 99 else next(no for no in range(1, 999) if no not in taken)


def _answer(message: InboundMessage, *, at: datetime) -> str:
    """Find what was answered and do it; return what became of the message, in a word."""
    came_at = message.received_at
    if replies.takes_back(message.text):
        return _take_back(message)
    reply = replies.read(message.text)
    if reply is None:
        return _write_back(message, "reply_not_understood")
    offers = number_offers(phone=message.sender, at=came_at, asked_by=came_at)
    entry = _meant(reply, offers, message)
    if entry is not None:
        return _press(message, entry, yes=reply.yes)
    missed = queries.missed_offer(message.sender, number=reply.question, at=came_at)
    if missed is not None and (reply.question is not None or not offers):
        return _tell_too_late(message, missed)
    if not offers:
        return _nothing_asked(message, at=at)
    if limits.count_reply(message.sender, at=came_at):
        notifications.list_offers(offers, to=message.sender, key=str(message.pk), at=came_at)
    return "reply_which"


def _take_back(message: InboundMessage) -> str:
    """Take back what a helper or the office did with a form; its own letter says so.

    Where a phone has several such forms, people find out which is meant.
    """
    found = queries.helped_with(message.sender)
    if len(found) != 1:
        return _write_back(message, "reply_no_step")
    try:
        take_back(
            application=found[0],
            actor=_account(found[0].learner, message.sender),
            channel=Channel.SMS,
            at=message.received_at,
            of_helper=True,
        )
    except FormRefused:
        return _write_back(message, "reply_no_step")
    return "taken_back"


def _nothing_asked(message: InboundMessage, *, at: datetime) -> str:
    """Say that nothing is open; where something is by now, its own letter asks about it.

    That letter is written once, by whoever comes first; "nothing is open" would contradict it.
    """
    open_now = queries.offers_to(message.sender, at=at)
    for one in open_now:
        if isinstance(one, WaitlistEntry):
            ask_about_offer(entry=one, at=at)
    if open_now and not any(isinstance(one, WaitlistEntry) for one in open_now):
        # Places of the draw that no letter has told of yet: with their numbers, all at once.
        offers = number_offers(phone=message.sender, at=at)
        notifications.list_offers(offers, to=message.sender, key=str(message.pk), at=at)
    return "reply_too_early" if open_now else _write_back(message, "reply_nothing_open")


def _meant(
    reply: replies.Reply, offers: dict[int, Asked], message: InboundMessage
) -> Asked | None:
    """Return what is answered, None where that is not certain."""
    if reply.question is None:
        return next(iter(offers.values())) if len(offers) == 1 else None
    came_at = message.received_at
    asked = PhoneQuestion.objects.to(message.sender).recent(came_at).asked_by(came_at)
    if asked.count() == 1 and not reply.yes:
        return None  # "12" to the only question ever asked is both its answers, not its number
    return offers.get(reply.question)


def _press(message: InboundMessage, one: Asked, *, yes: bool) -> str:
    """Take or decline a place as the web does; the letters that follow are the same."""
    at = message.received_at
    actor = _account(one.learner, message.sender)
    try:
        claim = _act(one, yes=yes)(
            actor=actor,
            key=uuid5(_PRESSES, str(message.pk)),
            at=at,
            channel=Channel.SMS,
        )
        outcome = str(claim.outcome)
    except SeatRefused as refused:
        outcome = _tell_refused(message, one, refused.reason)
    about = {"entry" if isinstance(one, WaitlistEntry) else "enrolment": one.pk}
    AuditEvent.objects.record(
        actor,
        "offer answered by SMS",
        message,
        at=at,
        learner=one.learner,
        unit=one.section.unit,
        **about,
        said="yes" if yes else "no",
        outcome=outcome,
        phone=masked(message.sender),
        by="account" if actor else "phone the offer went to",
    )
    return outcome


def _act(one: Asked, *, yes: bool) -> Callable[..., Claim]:
    if isinstance(one, WaitlistEntry):
        return partial(accept_offer if yes else decline_offer, entry=one)
    return partial(say_one_comes if yes else say_one_stays_away, enrolment=one)


def _account(learner: Learner, phone: str) -> User | None:
    """The learner's own account, if it is this phone's; the phone of others acts for nobody."""
    user = learner.user
    return user if user and user.is_active and user.phone == phone else None


def _tell_refused(message: InboundMessage, entry: Asked, reason: Refusal) -> str:
    if reason in {Refusal.TOO_LATE, Refusal.NOT_WAITING}:
        return _tell_too_late(message, entry)
    if limits.count_reply(message.sender, at=message.received_at):
        notifications.tell_refused_reply(
            entry, reason, key=str(message.pk), at=message.received_at
        )
    return "refused"


def _tell_too_late(message: InboundMessage, entry: Asked) -> str:
    at = message.received_at
    if limits.count_reply(message.sender, at=at):
        place = None
        # Else the sweep is still to move it, or the draw gave it.
        if isinstance(entry, WaitlistEntry) and entry.state == WaitlistEntry.State.WAITING:
            place = ledger.places_in_line(learner=entry.learner, at=at)[entry.pk][0]
        notifications.tell_too_late(entry, place_in_line=place, key=str(message.pk), at=at)
    return "too_late"


def _write_back(message: InboundMessage, event: str) -> str:
    """Answer somebody of whom we know no more than the number, a few times a day at most."""
    if limits.count_reply(message.sender, at=message.received_at):
        notifications.write_back(
            event, to=message.sender, key=str(message.pk), at=message.received_at
        )
    return event
