"""Ask for a seat, give it back, change one's mind."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.utils.timezone import localtime

from accounts import scope
from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain import deadlines
from enrolment.models import Act, Channel, Claim, Enrolment, ledger
from enrolment.services.helped import AT_THE_OFFICE, by_the_office, ensure_may_help
from enrolment.services.refused import SeatRefused, answered
from enrolment.services.waiting_room import ensure_admitted

NO_PASSES: Mapping[int, str] = MappingProxyType({})


def hold_seat(
    *,
    section: ClassSection,
    learner: Learner,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
    passes: Mapping[int, str] = NO_PASSES,
) -> Claim:
    """Hold a seat until the learner pays, or join the line when none is free.

    A class without a fee is the learner's at once. ``key`` names one press of the button: the
    same key gives the same answer. ``reason`` is what staff write down; ``passes`` say that it
    is one's turn, where people wait for theirs. Raises ``SeatRefused`` when the rules say no,
    and ``ClassSection.DoesNotExist`` for a class the public does not see.
    """
    facts = queries.dossier([section.pk], learner=learner, actor=actor, at=at)
    if not facts.shows(section.pk):
        raise ClassSection.DoesNotExist
    try:
        objection = facts.objection(section.pk, by_staff=channel in AT_THE_OFFICE)
        if objection is not None:
            raise SeatRefused(objection.reason, other_section=objection.other_section)
        if not by_the_office(channel, reason):
            ensure_admitted(facts, [section.pk], learner=learner, passes=passes, at=at)
            ensure_may_help(facts, learner=learner, actor=actor, at=at)
    except SeatRefused:
        # A twin of this press may have been served a moment ago: then that is the answer.
        with scope.learners([learner.pk]):
            before = ledger.stored(learner=learner, key=key, act=Act.CLAIM, subject=section.pk)
        if before is None:
            raise
        return answered(before)
    return answered(
        ledger.claim(
            section=section,
            learner=learner,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            due_at=facts.hold_until(section.pk),
            reason=reason,
        )
    )


def withdraw(
    *,
    enrolment: Enrolment,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Leave a class; the seat is kept ten minutes for a change of mind.

    Raises ``SeatRefused`` when the learner is not in the class any more.
    """
    terms = queries.rules_of(enrolment.section.term, at=at).terms
    return answered(
        ledger.withdraw(
            enrolment=enrolment,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            undo_until=deadlines.undo_until(localtime(at), terms),
            reason=reason,
        )
    )


def undo_withdrawal(
    *,
    enrolment: Enrolment,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Take a seat back that was given up a moment ago, exactly as it was.

    Raises ``SeatRefused`` when it is no longer kept, or a new class stands in its hour.
    """
    return answered(
        ledger.undo(
            enrolment=enrolment, actor=actor, channel=channel, key=key, at=at, reason=reason
        )
    )


def yield_seat(
    *,
    enrolment: Enrolment,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
) -> Claim:
    """Let the next person have a seat that is still kept. Raises ``SeatRefused`` if it is not."""
    return answered(
        ledger.yield_now(
            enrolment=enrolment, actor=actor, channel=channel, key=key, at=at, reason=reason
        )
    )
