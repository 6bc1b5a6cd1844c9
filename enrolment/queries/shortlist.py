"""A learner's list of classes as it stands this moment, and what a press for them came to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from accounts.models import Learner, User
from courses.models import ClassSection
from enrolment.domain.eligibility import in_each_others_way
from enrolment.domain.refusals import Objection, Refusal
from enrolment.models import Act, Claim, ShortlistedClass
from enrolment.models.claims import part_key
from enrolment.queries.classes import Offer, live_cards, offers_for
from enrolment.queries.facts import Dossier, dossier


@dataclass(frozen=True)
class Wanted:
    """A class of a list: how it stands for the learner, and what on the list is in its way."""

    offer: Offer
    beside: Objection | None = None
    neighbour: ClassSection | None = None

    @property
    def section(self) -> ClassSection:
        """The class."""
        return self.offer.card.section

    @property
    def is_open(self) -> bool:
        """Whether the rules and the class would let the learner in now, or into the line."""
        return self.offer.objection is None and self.offer.card.seats.state in {
            "open",
            "few",
            "full",
        }


@dataclass(frozen=True)
class Shortlist:
    """All classes of a list, in its order, and the facts about them; None for an empty one."""

    wanted: list[Wanted]
    facts: Dossier | None


def shortlist_of(learner: Learner, *, actor: User, at: datetime) -> Shortlist:
    """Return a learner's list with the seats and rules of this moment."""
    rows = ShortlistedClass.objects.of(learner).still_wanted()
    ids = list(rows.values_list("section", flat=True))
    if not ids:
        return Shortlist([], None)
    found = ClassSection.objects.with_all_to_show().in_bulk(ids)
    cards = live_cards([found[pk] for pk in ids], locality=None, at=at)
    facts = dossier(ids, learner=learner, actor=actor, at=at)
    offers = offers_for(cards, learner, facts, at=at)
    within_reach = [offer.card.section.pk for offer in offers if _is_within_reach(offer)]
    beside = _beside_each_other(facts, within_reach)
    return Shortlist(
        [
            Wanted(
                offer,
                beside=(said := beside.get(offer.card.section.pk)),
                neighbour=found[said.other_section] if said and said.other_section else None,
            )
            for offer in offers
        ],
        facts,
    )


def listed_sections(learner: Learner) -> set[int]:
    """Return the classes on a learner's list."""
    return set(
        ShortlistedClass.objects.of(learner).still_wanted().values_list("section", flat=True)
    )


def answers_to(learners: Iterable[int], key: UUID) -> list[Claim]:
    """Return what a press for several classes came to, class by class; nothing for no such press.

    The press's own row says when it was; its answers bear keys made of its own.
    """
    head = Claim.objects.filter(learner__in=learners, key=key, act=Act.BASKET).first()
    if head is None:
        return []
    of_that_moment = Claim.objects.filter(
        learner=head.learner_id, at=head.at, request_hash=head.request_hash
    )
    parts = of_that_moment.exclude(act=Act.BASKET).select_related("enrolment", "entry")
    return [part for part in parts if part.key == part_key(key, part.section_id)]


def answers_together(learners: Iterable[int], section: ClassSection, key: UUID) -> list[Claim]:
    """Return what one press for several people came to in one class, one answer a person."""
    parts = Claim.objects.filter(learner__in=learners, key=part_key(key, section.pk))
    return list(
        parts.select_related("learner", "enrolment", "entry").order_by("learner__name_pinyin")
    )


def _is_within_reach(offer: Offer) -> bool:
    """Whether the class can be had now, later, or with a paper; others are in nobody's way."""
    said = offer.objection
    return said is None or said.paper is not None or said.reason is Refusal.NOT_OPEN_YET


def _beside_each_other(facts: Dossier, ids: list[int]) -> dict[int, Objection]:
    """Return, for each class of a list, the first other one that cannot be had beside it."""
    classes = {pk: facts.section(pk) for pk in ids}
    found: dict[int, Objection] = {}
    for one, other in combinations(ids, 2):
        gap = facts.rules(one).rules.travel_gap
        reason = in_each_others_way(classes[one], classes[other], gap=gap)
        if reason is not None:
            found.setdefault(one, Objection(reason, other))
            found.setdefault(other, Objection(reason, one))
    return found
