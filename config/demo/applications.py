"""The forms of the next term: 12,600 people, some 41,900 wishes, written down before any draw.

A form follows from the person: where they live, what they have learnt, which hours suit, who
helps them. How a form came in, and how fast, is written beside it and enters no draw; it is there
to compare the draw with a queue.
"""

import random
from collections.abc import Iterable, Iterator

from config.demo import applications_held, tables
from config.demo.applications_wishes import MOST_LISTED, Prospectus, Wisher, numbers
from config.demo.chance import shares, stream
from config.demo.people import age_on
from config.demo.records import ApplicationPlan, CityPlan, LearnerPlan
from config.demo.seating import Sitter
from enrolment.domain.simulation import typical_minutes

# Of 100 lists, how many have 1, 2, 3, 4, 5 wishes: longer ones where two classes are wanted.
LENGTHS, LENGTHS_FOR_TWO = (10, 26, 33, 21, 10), (0, 10, 26, 34, 30)
WANTS_TWO = 0.42
TAKES_ANY_SUBSTITUTE = 0.6
HARDSHIP = 0.04
LINKED = 0.03
SPLIT_OK = 0.5
CROSSES_OVER = 0.25
NEAR_THE_CITY = frozenset({"luming", "oudong", "longqiao"})
CARE_FROM_AGE = 80
CHANNELS = ("web", "helper", "counter", "phone")
_CHANNELS = {
    "alone": (85, 9, 5, 1),
    "helped": (9, 55, 31, 5),
    "feature": (0, 35, 40, 25),
    "none": (0, 25, 50, 25),
}
HELPED_BELOW_70, HELPED_FROM_70 = 0.75, 0.45


def plan_applications(
    plan: CityPlan, seated: list[Sitter], applicants: list[LearnerPlan]
) -> list[ApplicationPlan]:
    """The forms of all applicants, in the order of their numbers."""
    desk = _Desk(plan, seated, applicants)
    return sorted(desk.forms(), key=lambda form: form.learner)


class _Desk:
    """Takes down the forms, one household after another."""

    def __init__(
        self, plan: CityPlan, seated: list[Sitter], applicants: list[LearnerPlan]
    ) -> None:
        self.plan, self.applicants = plan, applicants
        self.rng = stream(plan.seed, "applications")
        self.prospectus = Prospectus(plan, self.rng)
        self.levels = applications_held.levels_reached(seated)
        self.renewed = applications_held.one_renewal_each(
            plan.sections, seated, applicants, plan.seed
        )
        self.street = {campus.code: campus.locality for campus in plan.campuses}
        self.campus = {section.no: section.campus for section in plan.sections}
        self.missed = _missed_twice(plan)
        self.back = {row.learner for row in plan.term_records if row.room_seats}
        last = _closed_terms(plan)[-1]
        self.no_hot = {
            row.learner
            for row in plan.term_records
            if row.removed_for_absence and row.term == last
        }
        count = len(applicants)
        self.hardship = _some(applicants, HARDSHIP * count, self.rng)
        self.channel = {p.no: self._channel(p) for p in applicants}
        self.helped = self._helped()
        self.decks = [_deck(count, lengths, self.rng) for lengths in (LENGTHS, LENGTHS_FOR_TWO)]

    def forms(self) -> Iterator[ApplicationPlan]:
        """One form a person; two who go together have the same wishes."""
        couples = _couples(self.applicants, self.renewed, self.rng)
        linked = {person.no for couple in couples for person in couple}
        wants_two = self._who_wants_two(linked)
        for couple in couples:
            two = self.rng.random() < WANTS_TWO
            yield from self._take_down(couple, two, split_ok=self.rng.random() < SPLIT_OK)
        for person in self.applicants:
            if person.no not in linked:
                yield from self._take_down((person,), person.no in wants_two)

    def _who_wants_two(self, linked: set[int]) -> set[int]:
        """Whoever goes on in one class may win one more; of the others, so many want two."""
        free = [p for p in self.applicants if p.no not in linked and p.no not in self.renewed]
        return _some(free, WANTS_TWO * (len(self.applicants) - len(linked)), self.rng)

    def _take_down(
        self, household: tuple[LearnerPlan, ...], wants_two: bool, *, split_ok: bool = False
    ) -> Iterator[ApplicationPlan]:
        wishers = tuple(self._wisher(person) for person in household)
        for wisher in wishers:
            self.prospectus.week_of(wisher)
        wishes = self.prospectus.wishes_of(wishers, self.decks[wants_two].pop())
        would = []
        if self.rng.random() < TAKES_ANY_SUBSTITUTE:
            would = self.prospectus.instead_of(wishers[0], wishes)
            would = [s for s in would if all(wisher.may(s) for wisher in wishers)]
        alternatives = numbers(would)
        for at, wisher in enumerate(wishers):
            other = household[1 - at].no if len(household) == 2 else 0
            yield self._form(
                wisher,
                wishes=numbers(wishes),
                alternatives=alternatives,
                wanted=2 if wants_two else 1,
                linked_with=other,
                split_ok=split_ok,
            )

    def _wisher(self, person: LearnerPlan) -> Wisher:
        units = (person.unit,)
        if person.unit in NEAR_THE_CITY and self.rng.random() < CROSSES_OVER:
            units = (tables.CITY,)
        return Wisher(
            person=person,
            age=age_on(person.birth, self.plan.next_term.teaching_starts),
            levels=self.levels.get(person.no, {}),
            renewed=self.renewed.get(person.no),
            no_hot=person.no in self.no_hot,
            units=units,
        )

    def _form(
        self,
        wisher: Wisher,
        *,
        wishes: tuple[int, ...],
        alternatives: tuple[int, ...],
        wanted: int,
        linked_with: int,
        split_ok: bool,
    ) -> ApplicationPlan:
        person = wisher.person
        listed = wishes + alternatives
        has_helper = person.no in self.helped
        return ApplicationPlan(
            learner=person.no,
            wishes=wishes,
            substitutes=alternatives[: MOST_LISTED - len(wishes)],
            alternatives=alternatives,
            wanted=wanted,
            flags=self._flags(wisher),
            near=tuple(n for n in listed if self.street[self.campus[n]] == person.locality),
            hardship=person.no in self.hardship,
            channel=self.channel[person.no],
            with_helper=has_helper,
            minutes_to_send=typical_minutes(wisher.age, with_helper=has_helper),
            renewed=wisher.renewed.no if wisher.renewed else 0,
            linked_with=linked_with,
            split_ok=split_ok,
        )

    def _flags(self, wisher: Wisher) -> str:
        person = wisher.person
        cares = person.no in self.hardship or wisher.age >= CARE_FROM_AGE
        newcomer = not person.current and person.no not in self.back
        return "N" * newcomer + "C" * cares + "M" * (person.no in self.missed)

    def _channel(self, person: LearnerPlan) -> str:
        return self.rng.choices(CHANNELS, _CHANNELS[person.device])[0]

    def _helped(self) -> set[int]:
        """Who has somebody with quick fingers: all whom a helper serves, and some others."""
        day = self.plan.next_term.teaching_starts
        found: set[int] = set()
        for old, share in ((False, HELPED_BELOW_70), (True, HELPED_FROM_70)):
            group = [p for p in self.applicants if (age_on(p.birth, day) >= 70) is old]
            served = {p.no for p in group if self.channel[p.no] == "helper"}
            others = [p for p in group if p.no not in served]
            found |= served | _some(others, share * len(group) - len(served), self.rng)
        return found


def _some(people_: list[LearnerPlan], count: float, rng: random.Random) -> set[int]:
    """So many of them, by chance."""
    wanted = min(max(round(count), 0), len(people_))
    return {person.no for person in rng.sample(people_, wanted)}


def _deck(count: int, weights: Iterable[float], rng: random.Random) -> list[int]:
    """Numbers from 1 up, each as often as its weight says, shuffled."""
    parts = shares(count, list(weights))
    deck = [number for number, part in enumerate(parts, 1) for _ in range(part)]
    rng.shuffle(deck)
    return deck


def _closed_terms(plan: CityPlan) -> list[str]:
    """The terms that left records behind, the last one last."""
    recorded = {row.term for row in plan.term_records}
    terms = [*plan.earlier_terms, plan.current_term]
    return [term.code for term in terms if term.code in recorded]


def _missed_twice(plan: CityPlan) -> set[int]:
    """Who applied in the last two closed terms and had no seat in either."""
    terms = _closed_terms(plan)[-2:]
    times: dict[int, int] = {}
    for row in plan.term_records:
        if row.term in terms and row.applied and not row.room_seats:
            times[row.learner] = times.get(row.learner, 0) + 1
    return {learner for learner, count in times.items() if count == 2}


def _couples(
    applicants: list[LearnerPlan], renewed: Iterable[int], rng: random.Random
) -> list[tuple[LearnerPlan, LearnerPlan]]:
    """Who goes together: the married of whom both apply, then neighbours of about one age."""
    taken = set(renewed)
    free = {p.no: p for p in applicants if p.no not in taken}
    wanted = round(LINKED * len(applicants) / 2)
    couples = [
        (person, free[person.partner])
        for person in free.values()
        if person.partner in free and person.no < person.partner
    ][:wanted]
    married = {person.no for couple in couples for person in couple}
    women: dict[tuple[str, int], list[LearnerPlan]] = {}
    men = []
    for person in free.values():
        if person.no in married or person.persona:
            continue
        if person.sex == "f":
            women.setdefault((person.locality, person.birth.year // 5), []).append(person)
        else:
            men.append(person)
    rng.shuffle(men)
    for man in men:
        wives = women.get((man.locality, man.birth.year // 5))
        if len(couples) >= wanted:
            break
        if wives:
            couples.append((man, wives.pop()))
    return couples
