"""Several at once: classes in one press, two people who come together, one class for another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from accounts import limits, scope
from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment import queries
from enrolment.domain.refusals import Objection, Refusal
from enrolment.models import Act, Channel, Claim, Enrolment, Together, ledger
from enrolment.queries import Dossier
from enrolment.services.helped import AT_THE_OFFICE, by_the_office, ensure_may_help
from enrolment.services.refused import PressReused, SeatRefused, answered
from enrolment.services.seats import NO_PASSES
from enrolment.services.waiting_room import ensure_admitted


@dataclass(frozen=True)
class Part:
    """What one press came to for one learner in one class: an answer, or why none was asked."""

    learner: int
    section: int
    claim: Claim | None = None
    objection: Objection | None = None

    @property
    def reason(self) -> Refusal | None:
        """Why not, if not."""
        if self.claim is not None:
            return Refusal(self.claim.reason) if self.claim.was_refused else None
        return self.objection.reason if self.objection else None


class SeveralRefused(SeatRefused):
    """Nothing came about, for the sake of one class (and one learner, where that is known)."""

    def __init__(
        self,
        objection: Objection,
        *,
        section: int,
        learner: int | None = None,
        opens_at: datetime | None = None,
    ) -> None:
        super().__init__(
            objection.reason, other_section=objection.other_section, opens_at=opens_at
        )
        self.section = section
        self.learner = learner


def hold_several(
    *,
    sections: Sequence[ClassSection],
    learners: Sequence[Learner],
    mode: Together,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
    passes: Mapping[int, str] = NO_PASSES,
) -> list[Part]:
    """Ask for seats for every learner in every class with one press, in the order given.

    ``mode`` says how they hang together: each by itself, all or none, or all or a place in the
    line for all (two people who come together). Where people wait for their turn, ``passes``
    say that it is one's own; who comes as one comes in with the pass of either. Returns one part
    a learner and class. Raises ``SeveralRefused`` when all hang on one that is refused, and
    ``ClassSection.DoesNotExist`` for a class the public does not see. A press that was answered
    before is answered the same.
    """
    wanted = [section.pk for section in sections]
    dossiers = {
        learner.pk: queries.dossier(wanted, learner=learner, actor=actor, at=at)
        for learner in learners
    }
    gate = _Gate(learners, passes, actor=actor, channel=channel, reason=reason, at=at)
    objections = _objections(dossiers, wanted, gate)
    if not objections or mode is Together.EACH:
        objections |= _too_many(dossiers, wanted, objections, gate)
    # The seats that a first press gave would now be in their own way: the database remembers.
    request = ledger.hash_of_several(mode, list(dossiers), wanted)
    again = bool(objections) and _answered_before(learners, key, request)
    if objections and not again and mode is not Together.EACH:
        raise _for_all(objections, at)
    out = set() if again else {section_id for _learner, section_id in objections}
    claims = _claims(
        [section_id for section_id in wanted if section_id not in out],
        asked=wanted,
        dossiers=dossiers,
        mode=mode,
        actor=actor,
        channel=channel,
        key=key,
        at=at,
        reason=reason,
    )
    answers = {(claim.learner_id, claim.section_id): claim for claim in claims}
    return [
        Part(*pair, claim=answers.get(pair), objection=objections.get(pair))
        for pair in product(dossiers, wanted)
    ]


def _for_all(objections: Mapping[tuple[int, int], Objection], at: datetime) -> SeveralRefused:
    """Say no to all for the sake of the first that stands against it."""
    (learner_id, section_id), objection = next(iter(objections.items()))
    return SeveralRefused(
        objection,
        section=section_id,
        learner=learner_id,
        opens_at=_again_at(objection.reason, at),
    )


def _claims(sections: Sequence[int], *, dossiers: dict[int, Dossier], **press: Any) -> list[Claim]:
    """Ask the database; an answer that is the press's own says why nothing came about."""
    if not sections:
        return []
    dues = {pk: next(iter(dossiers.values())).hold_until(pk) for pk in sections}
    claims = ledger.claim_several(sections=sections, learners=list(dossiers), dues=dues, **press)
    head = claims[0]
    if head.act != Act.BASKET:
        return claims
    reason = Refusal(head.reason)
    if reason in {Refusal.NOT_YOURS, Refusal.OTHER_REQUEST}:
        answered(head)
    # A constraint that spoke up knows no class; the first stands for the press then.
    raise SeveralRefused(Objection(reason), section=head.section_id or sections[0])


def swap_class(
    *,
    enrolment: Enrolment,
    section: ClassSection,
    may_wait: bool,
    actor: User,
    key: UUID,
    at: datetime,
    channel: Channel = Channel.WEB,
    reason: str = "",
    passes: Mapping[int, str] = NO_PASSES,
) -> Claim:
    """Give the class of ``enrolment`` up for ``section``, if and only if that comes about.

    With ``may_wait`` a full class gives a place in its line; the old class then ends in the
    moment in which an offer is accepted. There is no undo: the old seat is the next person's.
    Raises ``SeatRefused``, and ``ClassSection.DoesNotExist`` for a class the public does not see.
    """
    learner = Learner(pk=enrolment.learner_id)  # the number alone: nobody reads the record here
    facts = queries.dossier([section.pk], learner=learner, actor=actor, at=at)
    if not facts.shows(section.pk):
        raise ClassSection.DoesNotExist
    gate = _Gate([learner], passes, actor=actor, channel=channel, reason=reason, at=at)
    objection = (
        facts.objection(section.pk, by_staff=gate.by_staff, giving_up=enrolment.section_id)
        or gate.stops(facts, section.pk)
        or gate.has_helped_enough(facts, learner)
    )
    request = ledger.request_hash(Act.SWAP, enrolment.pk, section.pk, may_wait)
    if objection is not None and not _answered_before([learner], key, request):
        raise SeatRefused(
            objection.reason,
            other_section=objection.other_section,
            opening=facts.opening(section.pk),
            opens_at=_again_at(objection.reason, at),
        )
    return answered(
        ledger.swap(
            enrolment=enrolment,
            section=section,
            may_wait=may_wait,
            actor=actor,
            channel=channel,
            key=key,
            at=at,
            due_at=facts.hold_until(section.pk),
            reason=reason,
        )
    )


@dataclass(frozen=True)
class _Gate:
    """The door of one press: whether its people may come in to a class now."""

    learners: Sequence[Learner]
    passes: Mapping[int, str]
    _: KW_ONLY
    actor: User
    channel: Channel
    reason: str
    at: datetime

    @property
    def by_staff(self) -> bool:
        """Whether the office acts."""
        return self.channel in AT_THE_OFFICE

    def stops(self, facts: Dossier, section_id: int) -> Objection | None:
        """Say to wait for one's turn, where it has come for none of the people."""
        if by_the_office(self.channel, self.reason):
            return None
        for learner in self.learners:
            try:
                ensure_admitted(
                    facts, [section_id], learner=learner, passes=self.passes, at=self.at
                )
            except SeatRefused:
                continue
            return None
        return Objection(Refusal.WAIT_YOUR_TURN)

    def has_helped_enough(self, facts: Dossier, learner: Learner) -> Objection | None:
        """Count the learner for the account that asks; say no where it has had enough."""
        if by_the_office(self.channel, self.reason):
            return None
        try:
            ensure_may_help(facts, learner=learner, actor=self.actor, at=self.at)
        except SeatRefused as refused:
            return Objection(refused.reason)
        return None


def _objections(
    dossiers: Mapping[int, Dossier], wanted: Iterable[int], gate: _Gate
) -> dict[tuple[int, int], Objection]:
    """Return what stands against a learner and a class, in the order given."""
    found = {}
    for learner_id, facts in dossiers.items():
        for section_id in wanted:
            if not facts.shows(section_id):
                raise ClassSection.DoesNotExist
            objection = facts.objection(section_id, by_staff=gate.by_staff)
            objection = objection or gate.stops(facts, section_id)
            if objection is not None:
                found[learner_id, section_id] = objection
    return found


def _too_many(
    dossiers: Mapping[int, Dossier],
    wanted: Sequence[int],
    objections: Mapping[tuple[int, int], Objection],
    gate: _Gate,
) -> dict[tuple[int, int], Objection]:
    """Return what a helper may not ask any more: for whom, and each class still open to them."""
    found: dict[tuple[int, int], Objection] = {}
    for learner in gate.learners:
        left = [pk for pk in wanted if (learner.pk, pk) not in objections]
        said = gate.has_helped_enough(dossiers[learner.pk], learner) if left else None
        if said is not None:
            found |= {(learner.pk, pk): said for pk in left}
    return found


def _again_at(reason: Refusal, at: datetime) -> datetime | None:
    return limits.helps_again_at(at) if reason is Refusal.HELPED_ENOUGH else None


def _answered_before(learners: Sequence[Learner], key: UUID, request: str) -> bool:
    """Whether this very press was served already: then the database has its answer.

    Raises ``PressReused`` where one of the people used the key for something else.
    """
    ids = [learner.pk for learner in learners]
    with scope.learners(ids):
        served = Claim.objects.filter(learner__in=ids, key=key)
        hashes = set(served.values_list("request_hash", flat=True))
    if hashes - {request}:
        raise PressReused
    return bool(hashes)
