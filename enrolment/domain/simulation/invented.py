"""People who do not exist, for a school that has no forms yet.

Nobody knows beforehand what people will wish for. What is assumed is little, stands here, and is
said beside every figure that comes of it: ages, how many wishes, that subjects are wanted unevenly
(Zipf), that four in five wishes stay at one's own school. Chance is fixed by a seed: the same
question has the same answer.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from enrolment.domain.allocation import Applicant, Choice, ClassSpec, Market
from enrolment.domain.simulation.season import Form, Season
from enrolment.domain.simulation.speed import typical_minutes
from enrolment.domain.statistics import band_of
from enrolment.domain.wishes import MOST_LISTED

Kind = TypeVar("Kind", int, str)

AGES = {55: 22, 65: 46, 75: 25, 85: 7}
"""Typical ages, with how many of 100 people they stand for."""
WISHES = {2: 20, 3: 35, 4: 25, 5: 20}
TWO_CLASSES_WANTED = 40
AT_HOME = 80
HELPED = {55: 5, 65: 15, 75: 40, 85: 70}
"""Of 100 people of an age, so many have somebody who helps with the form."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A class that people could wish for."""

    id: str
    seats: int
    subject: str
    unit: str


@dataclass(frozen=True)
class Crowd:
    """How many people apply, and what they are like.

    ``reserves``: by letter, how many of 100 people a reserve is open to. ``uneven``: the exponent
    of Zipf with which subjects are wanted; 0 is all alike, 0.8 what cities of this kind have seen.
    """

    people: int
    reserves: Mapping[str, int] = field(default_factory=dict)
    uneven: float = 0.8


def invent(
    crowd: Crowd,
    classes: Sequence[Taught],
    clashes: Sequence[tuple[str, str]],
    *,
    seed: str,
) -> Season:
    """Return a season of invented people who wish for these classes."""
    every = sorted(classes, key=lambda one: one.id)
    wishing = _Wishing(crowd, every, random.Random(seed))  # noqa: S311  # a model, no secret
    made = [wishing.somebody(number) for number in range(1, crowd.people + 1)] if every else []
    return Season(
        market=Market(
            classes=tuple(ClassSpec(one.id, one.seats) for one in every),
            applicants=tuple(applicant for applicant, _form in made),
            clashes=tuple(clashes),
        ),
        forms={form.id: form for _applicant, form in made},
        subjects={one.id: one.subject for one in every},
    )


class _Wishing:
    """Makes up one person after another."""

    def __init__(self, crowd: Crowd, classes: Sequence[Taught], chance: random.Random) -> None:
        self.crowd = crowd
        self.chance = chance
        self.seats: dict[str, int] = {}
        self.everywhere: dict[str, list[str]] = {}
        self.at: dict[str, dict[str, list[str]]] = {}
        for one in classes:
            self.seats[one.unit] = self.seats.get(one.unit, 0) + one.seats
            self.everywhere.setdefault(one.subject, []).append(one.id)
            self.at.setdefault(one.unit, {}).setdefault(one.subject, []).append(one.id)
        self.subject_of = {one.id: one.subject for one in classes}
        order = sorted(self.everywhere)
        chance.shuffle(order)
        self.wanted = {
            subject: (place + 1) ** -crowd.uneven for place, subject in enumerate(order)
        }

    def somebody(self, number: int) -> tuple[Applicant, Form]:
        """Return an application and what is known of the person."""
        age = self._one_of(AGES)
        home = self._one_of(self.seats)
        own = list(self._wishes(home))
        letters = frozenset(
            letter for letter, share in self.crowd.reserves.items() if self._in_100(share)
        )
        listed = (own + self._like(own, home))[:MOST_LISTED]
        groups = {
            "age": band_of(age),
            "newcomer": "newcomer" if "N" in letters else "continuing",
            "missed": "missed_before" if "M" in letters else "not_missed",
            "unit": home,
        }
        minutes = typical_minutes(age, with_helper=self._in_100(HELPED[age]))
        applicant = Applicant(
            id=f"{number:07d}",
            lottery=number,
            choices=tuple(Choice(name, buckets=letters) for name in listed),
            max_seats=2 if self._in_100(TWO_CLASSES_WANTED) else 1,
        )
        return applicant, Form(applicant.id, (groups,), own=len(own), minutes=minutes)

    def _wishes(self, home: str) -> Iterator[str]:
        """Classes of different subjects, as a rule at the person's own school."""
        left = dict(self.wanted)
        for _rank in range(self._one_of(WISHES)):
            taught = self.at[home] if self._in_100(AT_HOME) else self.everywhere
            weights = {subject: weight for subject, weight in left.items() if subject in taught}
            if not weights:
                return
            subject = self._one_of(weights)
            del left[subject]
            yield self.chance.choice(taught[subject])

    def _like(self, own: Sequence[str], home: str) -> list[str]:
        """Other classes of the same subjects at the person's own school."""
        subjects = [self.subject_of[name] for name in own]
        return [
            name
            for subject in subjects
            for name in self.at[home].get(subject, ())
            if name not in own
        ]

    def _in_100(self, share: float) -> bool:
        return self.chance.random() * 100 < share

    def _one_of(self, weights: Mapping[Kind, float]) -> Kind:
        return self.chance.choices(list(weights), list(weights.values()))[0]
