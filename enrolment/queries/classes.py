"""How classes stand with their seats, and for one learner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Learner
from campus.models import Locality
from courses.models import ClassSection, SectionAvailability
from courses.queries import ClassCard, class_cards
from enrolment.domain import eligibility
from enrolment.domain.refusals import Finding, Objection, Refusal
from enrolment.models import Enrolment, WaitlistEntry, ledger
from enrolment.queries.facts import Dossier

LIKE_IT = 3  # classes shown beside a full one
# Papers that a learner gives on a page of ours; all others are seen by people.
GIVEN_ON_THE_WEB = frozenset({Refusal.NEEDS_HEALTH_DECLARATION})


@dataclass(frozen=True)
class Offer:
    """A class as it stands for one person: the card, and what they have of it or may do."""

    card: ClassCard
    enrolment: Enrolment | None = None
    entry: WaitlistEntry | None = None
    objection: Objection | None = None
    other: ClassSection | None = None  # the class in the way
    findings: tuple[Finding, ...] = ()  # what every rule says
    others: Mapping[int, ClassSection] = field(default_factory=dict)  # all classes in the way

    @property
    def may_go_on(self) -> bool:
        """Whether to lead on to the check page, which leads to a paper that is missing."""
        open_to_all = self.card.seats.state in {"open", "few", "full"}
        return open_to_all and (self.objection is None or self.objection.paper is not None)

    @property
    def needs_the_counter(self) -> bool:
        """Whether a paper is missing that one cannot give on the web."""
        missing = {
            found.said.reason
            for found in self.findings
            if isinstance(found.said, Objection) and found.said.paper is not None
        }
        return self.may_go_on and bool(missing - GIVEN_ON_THE_WEB)


def with_live_seats(sections: Iterable[ClassSection], *, at: datetime) -> list[ClassSection]:
    """Put the counts of this moment in the place of the display rows; one query."""
    sections = list(sections)
    counts = ledger.seat_counts([section.pk for section in sections], at=at)
    for section in sections:
        left, waiting = counts[section.pk]
        section.availability = SectionAvailability(
            section=section, seats_left=left, waiting=waiting, warmth=_warmth(section)
        )
    return sections


def _warmth(section: ClassSection) -> str:
    """Return how wanted a class is, as it was said last; that is no count and grows no staler."""
    seen = getattr(section, "availability", None)
    return seen.warmth if seen else ""


def live_card(section: ClassSection, *, at: datetime) -> ClassCard:
    """Return one class as it stands this moment."""
    return class_cards(with_live_seats([section], at=at), locality=None, at=at)[0]


def live_cards(
    sections: Iterable[ClassSection], *, locality: Locality | None, at: datetime
) -> list[ClassCard]:
    """Return classes as they stand this moment, in the order given."""
    return class_cards(with_live_seats(sections, at=at), locality=locality, at=at)


def offers_for(
    cards: Iterable[ClassCard],
    learner: Learner,
    facts: Dossier,
    *,
    at: datetime,
    by_staff: bool = False,
    giving_up: int | None = None,
) -> list[Offer]:
    """Say what each class is to a learner: theirs, waited for, open, or why not.

    ``giving_up``: the class that would end for it, where one is to be changed.
    """
    cards = list(cards)
    ids = [card.section.pk for card in cards]
    mine = Enrolment.objects.of(learner).filter(section__in=ids)
    enrolments = {one.section_id: one for one in mine.that_may_be_undone(at)}
    enrolments |= {one.section_id: one for one in mine.holding_a_seat()}
    waits = WaitlistEntry.objects.of(learner).in_line().filter(section__in=ids)
    entries = {entry.section_id: entry for entry in waits}
    found = {pk: tuple(facts.findings(pk, by_staff=by_staff, giving_up=giving_up)) for pk in ids}
    objections = {pk: eligibility.deciding(findings) for pk, findings in found.items()}
    ways = {way for findings in found.values() for way in _classes_in_the_way(findings)}
    in_the_way = ClassSection.objects.with_all_to_show().in_bulk(ways) if ways else {}
    offers = []
    for card in cards:
        objection = objections[card.section.pk]
        other = objection.other_section if objection else None
        offers.append(
            Offer(
                card,
                enrolment=enrolments.get(card.section.pk),
                entry=entries.get(card.section.pk),
                objection=objection,
                other=in_the_way[other] if other else None,
                findings=found[card.section.pk],
                others=in_the_way,
            )
        )
    return offers


def _classes_in_the_way(findings: Iterable[Finding]) -> list[int]:
    said = [found.said for found in findings if isinstance(found.said, Objection)]
    return [one.other_section for one in said if one.other_section is not None]


def section_to_show(section_id: int) -> ClassSection:
    """Return a class with everything its name and hour need."""
    return ClassSection.objects.with_all_to_show().get(pk=section_id)


def like_it(section: ClassSection, *, at: datetime) -> list[ClassCard]:
    """Return up to three classes of the same course with seats: the same campus first."""
    others = (
        ClassSection.objects.listed()
        .running()
        .taught_in(section.term)
        .filter(course=section.course_id)
        .exclude(pk=section.pk)
        .with_seats_left()
        .with_all_to_show()
    )

    def distance(other: ClassSection) -> tuple[float, int]:
        here, there = section.campus, other.campus
        return (here.x_km - there.x_km) ** 2 + (here.y_km - there.y_km) ** 2, other.pk

    nearest = sorted(others, key=distance)[: 2 * LIKE_IT]
    cards = live_cards(nearest, locality=None, at=at)
    return [card for card in cards if card.seats.state in {"open", "few"}][:LIKE_IT]
