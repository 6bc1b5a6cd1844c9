"""A season of applications: the market, and beside it what only a comparison of rules may know.

Age, channel and speed decide nothing in a draw. They stand here, apart from the market, so that a
rule can be judged by whom it serves, and a queue can be played through beside it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from enrolment.domain.allocation import Applicant, Choice, ClassSpec, Market
from enrolment.domain.allocation.market import clashing
from enrolment.domain.lottery import number_applications

Groups = Mapping[str, str]
"""What a person belongs to, by kind: ``{"age": "70s", "channel": "counter"}``."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of an application beside its line in the market.

    ``people``: the groups of the one person or the two. ``own``: so many of the choices are
    wishes of their own, what follows are substitutes. ``minutes``: how long people like these
    typically take to send a form, were it first come, first served. ``holds_a_seat``: goes on in
    a class of this term without a draw. ``instead``: classes they would take if one were offered
    after the draw. ``drawn_as``: the application whose number they share; as a rule their own.
    """

    id: str
    people: tuple[Groups, ...]
    own: int
    minutes: float = 1.0
    holds_a_seat: bool = False
    instead: tuple[str, ...] = ()
    drawn_as: str = ""


@dataclass(frozen=True)
class Season:
    """A market with its forms; ``seed`` names the throw of the dice that numbered it.

    ``subjects``: the subject of each class, where several classes teach one.
    """

    market: Market
    forms: Mapping[str, Form]
    subjects: Mapping[str, str] = field(default_factory=dict)
    seed: str = ""

    @cached_property
    def applicants(self) -> dict[str, Applicant]:
        """The lines of the market by application."""
        return {applicant.id: applicant for applicant in self.market.applicants}

    @cached_property
    def classes(self) -> dict[str, ClassSpec]:
        """The classes of the market by name."""
        return {spec.id: spec for spec in self.market.classes}

    @cached_property
    def _clashes(self) -> dict[str, set[str]]:
        return clashing(self.market.clashes)

    def clashing_with(self, class_id: str) -> set[str]:
        """The classes that nobody can hold beside this one."""
        return self._clashes.get(class_id, set())

    @cached_property
    def ranks(self) -> dict[str, dict[str, int]]:
        """By application, the place of each listed class, from 0."""
        return {
            applicant.id: {choice.class_id: at for at, choice in enumerate(applicant.choices)}
            for applicant in self.market.applicants
        }

    @cached_property
    def people(self) -> int:
        """How many people apply; two who go together are two."""
        return sum(len(form.people) for form in self.forms.values())

    def subject_of(self, class_id: str) -> str:
        """What a class teaches; a class of which nothing is said is a subject of its own."""
        return self.subjects.get(class_id, class_id)

    def asked_for(self) -> dict[str, int]:
        """How many people have each class among their own wishes."""
        counts = dict.fromkeys(self.classes, 0)
        for applicant in self.market.applicants:
            for choice in self._own(applicant):
                counts[choice.class_id] += applicant.size
        return counts

    def chance(self, name: str) -> random.Random:
        """Chance of its own for one subject matter, the same for the same seed."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311  # a model of people, no secret

    def with_numbers(self, seed: str) -> "Season":
        """The same season, numbered by another throw of the dice.

        Numbers come from LOT/1, as in a public draw. Two who may be seated apart have numbers
        that follow one another.
        """
        drawn_as = {form.id: form.drawn_as or form.id for form in self.forms.values()}
        numbers = number_applications(set(drawn_as.values()), seed=seed.encode())
        order = sorted(self.market.applicants, key=lambda a: (numbers[drawn_as[a.id]], a.id))
        return replace(
            self,
            seed=seed,
            market=replace(
                self.market,
                applicants=tuple(
                    replace(applicant, lottery=number) for number, applicant in enumerate(order, 1)
                ),
            ),
        )

    def own_wishes_only(self) -> "Season":
        """The same season without the substitutes that people wrote below their wishes."""
        return replace(
            self,
            market=replace(
                self.market,
                applicants=tuple(
                    replace(applicant, choices=self._own(applicant))
                    for applicant in self.market.applicants
                ),
            ),
        )

    def _own(self, applicant: Applicant) -> tuple[Choice, ...]:
        return applicant.choices[: self.forms[applicant.id].own]
