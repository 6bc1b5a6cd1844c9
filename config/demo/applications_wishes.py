"""Which classes a person may wish for, likes, and would take instead."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from config.demo import tables
from config.demo.chance import Wheel
from config.demo.records import CityPlan, LearnerPlan, SectionPlan
from config.demo.seating import WOMEN_IN, Sitter

MOST_LISTED = 8
HIGHER = frozenset({2, 3})
# How many throws until somebody settles for a shorter list.
_PATIENCE = 40
# An hour or a way that does not suit is wished for all the same, now and then.
_IN_SPITE_OF_THE_HOUR = 0.35
_IN_SPITE_OF_THE_WAY = 0.35
_WEEKDAY = 0.8
_PARTS = {"morning1": 0.62, "morning2": 0.8, "afternoon": 0.62}
_MINUTES = Wheel([(20, 15), (30, 35), (45, 30), (60, 15), (90, 5)])
_NEARER = {20: 20, 30: 20, 45: 30, 60: 45, 90: 60}
_GOES_LESS_FAR_FROM, _GOES_LESS_FAR = 70, 0.4
_GOES_ON_IF_IT_CAN, _AT_MOST = 0.85, 3
# What people with a story want most.
_DEAREST = {"wu-yulan": "PIANO", "lin-xiuying": "TCM", "chen-deshan": "POEM"}
_LOVES_BEGINNERS, _LOVES_HIGHER = 1.6, 0.5
# Where the weights of the table alone would not bring its wishes: a subject that meets in few
# universities, at hours that suit few, or only above the beginners.
_APPEAL = {
    "PIANO": 1.45, "AI": 0.99, "FOLKD": 1.38, "VOCAL": 0.78, "DRUM": 1.06, "YOGA": 1.19,
    "PHONE": 0.88, "CATWK": 1.44, "GUZHENG": 1.11, "VIDEO": 0.77, "CLASD": 1.18, "TAIJI": 0.81,
    "TCM": 0.73, "EKEY": 0.7, "PHOTO": 1.18, "LATIN": 0.97, "FLOWR": 0.81, "BADUAN": 0.81,
    "CALLI": 0.66, "LANDS": 0.89, "WATER": 0.65, "HULUSI": 0.63, "ENG": 0.87, "ERHU": 0.84,
    "CHOIR": 0.79, "OPERA": 0.54, "SEAL": 1.02, "POEM": 0.53,
}  # fmt: skip


@dataclass(slots=True)
class Wisher:
    """A person with a form before them."""

    person: LearnerPlan
    age: int
    levels: dict[str, int]
    renewed: SectionPlan | None
    no_hot: bool
    units: tuple[str, ...]
    days: frozenset[int] = frozenset()
    parts: frozenset[str] = frozenset()
    most_minutes: int = 0
    _sitter: Sitter = field(init=False)

    def __post_init__(self) -> None:
        held = [self.renewed] if self.renewed else []
        self._sitter = Sitter(self.person, self.age, sections=held)

    def may(self, section: SectionPlan) -> bool:
        """Whether the rules let this person wish for the class: level, age, what they hold."""
        has = self.levels.get(section.subject, 0)
        if section.level in HIGHER and has != section.level - 1:
            return False
        if section.level == tables.BEGINNER and has:
            return False  # a level that is learnt is not taken again for some terms
        last = _LAST_NEW_AGE[section.subject]
        if last and self.age > last and not has:
            return False
        return self._sitter.can_take(section) and not (section.hot and self.no_hot)

    def suits(self, section: SectionPlan) -> bool:
        """Whether the hour suits."""
        slot = tables.SLOTS[section.slot]
        return slot.weekday in self.days and slot.part in self.parts


_LAST_NEW_AGE = {subject.code: subject.last_new_age for subject in tables.SUBJECTS}
_VIGOROUS_PAST_70 = 0.35


class Prospectus:
    """The classes of the term, as people leaf through them."""

    def __init__(self, plan: CityPlan, rng: random.Random) -> None:
        self.rng = rng
        self.minutes = {(place, campus): minutes for place, campus, minutes in plan.travel}
        self.of_subject: dict[str, list[SectionPlan]] = {}
        self.of_unit: dict[str, list[SectionPlan]] = {}
        for section in plan.sections:
            if (section.unit, section.subject) == tables.EMPTY:
                continue
            self.of_subject.setdefault(section.subject, []).append(section)
            self.of_unit.setdefault(section.unit, []).append(section)
        demand = {subject.code: subject.demand for subject in plan.subjects}
        self.weight = {
            section.no: demand[section.subject] ** 1.25
            * _APPEAL.get(section.subject, 1.0)
            * (_LOVES_HIGHER if section.level in HIGHER else _LOVES_BEGINNERS)
            for section in plan.sections
        }  # fmt: skip
        self._wheels: dict[tuple[str, ...], Wheel[SectionPlan]] = {}

    def week_of(self, wisher: Wisher) -> None:
        """Throw the hours that suit a person, and how far they go."""
        rng = self.rng
        while not wisher.days:
            wisher.days = frozenset(day for day in range(5) if rng.random() < _WEEKDAY)
        while not wisher.parts:
            wisher.parts = frozenset(part for part, p in _PARTS.items() if rng.random() < p)
        minutes = _MINUTES.turn(rng)
        if wisher.age >= _GOES_LESS_FAR_FROM and rng.random() < _GOES_LESS_FAR:
            minutes = _NEARER[minutes]
        wisher.most_minutes = minutes

    def wishes_of(self, wishers: tuple[Wisher, ...], length: int) -> list[SectionPlan]:
        """Up to so many classes, the dearest first; of two who go together, for both."""
        first = wishers[0]
        wheel = self._wheel(first.units)
        wishes = self._dearest(first) if len(wishers) == 1 else []
        for _ in range(_PATIENCE * length):
            if len(wishes) >= length:
                break
            section = wheel.turn(self.rng)
            if section in wishes or not all(wisher.may(section) for wisher in wishers):
                continue
            if self.rng.random() < self._taste(first, section):
                wishes.append(section)
        del wishes[length:]
        if first.person.persona not in _DEAREST:
            self.rng.shuffle(wishes)  # what comes to mind first is not always the dearest
        return wishes or self._anything(wishers)

    def _anything(self, wishers: tuple[Wisher, ...]) -> list[SectionPlan]:
        """The nearest class they may wish for at all: a form has one wish at least."""
        able = [
            section
            for unit in wishers[0].units
            for section in self.of_unit[unit]
            if all(wisher.may(section) for wisher in wishers)
        ]
        return sorted(able, key=lambda section: self.way(wishers[0], section))[:1]

    def _wheel(self, units: tuple[str, ...]) -> Wheel[SectionPlan]:
        if units not in self._wheels:
            classes = [section for unit in units for section in self.of_unit[unit]]
            self._wheels[units] = Wheel([(s, self.weight[s.no]) for s in classes])
        return self._wheels[units]

    def _dearest(self, wisher: Wisher) -> list[SectionPlan]:
        """What is clear from the start: a story, or the level above the one just learnt."""
        subject = _DEAREST.get(wisher.person.persona)
        if subject is None:
            return self._higher(wisher)
        return [s for s in self.of_subject[subject] if s.unit in wisher.units and wisher.may(s)]

    def _higher(self, wisher: Wisher) -> list[SectionPlan]:
        """Who has learnt a level and has not renewed would often like the next one."""
        found = []
        for subject, level in wisher.levels.items():
            above = [
                section
                for section in self.of_subject[subject]
                if section.level == level + 1
                and section.unit in wisher.units
                and wisher.may(section)
            ]
            if above and self.rng.random() < _GOES_ON_IF_IT_CAN:
                found += self.rng.sample(above, min(_AT_MOST, len(above)))
        return found

    def _taste(self, wisher: Wisher, section: SectionPlan) -> float:
        """How gladly: 1 is as gladly as anybody."""
        women = WOMEN_IN.get(section.subject, 0.76)
        gladly = min(1.0, women / 0.76 if wisher.person.sex == "f" else (1 - women) / 0.24)
        if wisher.age > 70 and section.subject in tables.VIGOROUS - {"TAIJI"}:
            gladly *= _VIGOROUS_PAST_70
        if not wisher.suits(section):
            gladly *= _IN_SPITE_OF_THE_HOUR
        if self.way(wisher, section) > wisher.most_minutes:
            gladly *= _IN_SPITE_OF_THE_WAY
        return gladly

    def way(self, wisher: Wisher, section: SectionPlan) -> int:
        """Minutes one way."""
        return self.minutes[wisher.person.locality, section.campus]

    def instead_of(self, wisher: Wisher, wishes: list[SectionPlan]) -> list[SectionPlan]:
        """What would do as well: same subject, own level or mixed, hour and way that suit."""
        found: list[SectionPlan] = []
        known = set(wishes)
        for wish in wishes:
            for section in sorted(self._like(wish, wisher), key=lambda s: self.way(wisher, s)):
                if section not in known:
                    known.add(section)
                    found.append(section)
        return found

    def _like(self, wish: SectionPlan, wisher: Wisher) -> Iterator[SectionPlan]:
        for section in self.of_subject[wish.subject]:
            if (
                section.level in {wish.level, tables.MIXED}
                and wisher.suits(section)
                and self.way(wisher, section) <= wisher.most_minutes
                and wisher.may(section)
            ):
                yield section


def numbers(sections: Iterable[SectionPlan]) -> tuple[int, ...]:
    """The numbers of classes, in their order."""
    return tuple(section.no for section in sections)
