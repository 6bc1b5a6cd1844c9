"""What each lever is worth: the same people under one rule after another, over many lotteries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from enrolment.domain.allocation import WaitlistOrder
from enrolment.domain.simulation.afterwards import LETS_GO, move_lines, offer_elsewhere
from enrolment.domain.simulation.outcome import Group, Outcome, Tally, outcome_of
from enrolment.domain.simulation.rules import (
    Draw,
    DrawPerClass,
    FirstCome,
    Rule,
    SuccessNumber,
)
from enrolment.domain.simulation.season import Season
from enrolment.domain.simulation.seating import Seating


@dataclass(frozen=True)
class Lever:
    """A rule, and what is done after it.

    ``substitutes``: the classes people would take instead stand on the form and take part.
    ``lines``: unconfirmed seats go down the waitlists in that order; None: the draw alone.
    ``elsewhere``: what is left then is offered to people without a seat who would go there.
    """

    name: str
    rule: Rule
    substitutes: bool = False
    lines: WaitlistOrder | None = None
    elsewhere: bool = False


LEVERS: Sequence[Lever] = (
    Lever("first come, first served", FirstCome()),
    Lever("a separate draw per class, no refill", DrawPerClass()),
    Lever("wish by wish, past winners stand back", SuccessNumber()),
    Lever("our draw without reserves", Draw(reserves=False)),
    Lever("our draw: open seats first, reserves N C M", Draw()),
    Lever("+ waitlists in order of rank", Draw(), lines=WaitlistOrder.RANK),
    Lever("+ waitlists, no seat first", Draw(), lines=WaitlistOrder.NO_SEAT_FIRST),
    Lever("+ rank, re-offers elsewhere", Draw(), lines=WaitlistOrder.RANK, elsewhere=True),
    Lever(
        "+ no seat first, re-offers elsewhere",
        Draw(),
        lines=WaitlistOrder.NO_SEAT_FIRST,
        elsewhere=True,
    ),
    Lever("substitutes on the form: the draw alone", Draw(), substitutes=True),
    Lever(
        "substitutes, no seat first, re-offers",
        Draw(),
        substitutes=True,
        lines=WaitlistOrder.NO_SEAT_FIRST,
        elsewhere=True,
    ),
)
"""From a queue to all that can be done with the rooms and teachers there are."""

DRAW_ALONE, ALL_OF_IT = LEVERS[4], LEVERS[-1]


@dataclass(frozen=True)
class Row:
    """A lever and what came of it in each lottery."""

    lever: Lever
    outcomes: tuple[Outcome, ...]

    def given(self) -> "Spread":
        """Of 100 applicants, those given at least one seat."""
        return self.share("given")

    def share(self, figure: str, group: Group | None = None) -> "Spread":
        """Of 100 people, or of 100 of a group, those of a figure of the tally."""
        tallies = [outcome.groups[group] if group else outcome.everybody
                   for outcome in self.outcomes]  # fmt: skip
        return Spread.of(_share(tally, figure) for tally in tallies)


def _share(tally: Tally, figure: str) -> float:
    return tally.share(getattr(tally, figure))


@dataclass(frozen=True)
class Spread:
    """A figure over several lotteries: on average, and at its lowest and highest."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> "Spread":
        """Sum some figures up; there must be one at least."""
        known = list(figures)
        return cls(fmean(known), min(known), max(known))


def compare(
    season: Season,
    *,
    lotteries: int,
    seed: str = "",
    levers: Sequence[Lever] = LEVERS,
    lets_go: float = LETS_GO,
) -> list[Row]:
    """Play every lever through in so many lotteries; the same seed gives the same figures.

    In one lottery all levers meet the same people with the same numbers, so that what differs
    between two rows comes of the rules.
    """
    found: list[list[Outcome]] = [[] for _ in levers]
    for number in range(1, lotteries + 1):
        night = _Night(season.with_numbers(f"{seed}/{number}"), lets_go)
        for at, lever in enumerate(levers):
            found[at].append(night.outcome(lever))
    return [Row(lever, tuple(outcomes)) for lever, outcomes in zip(levers, found, strict=True)]


class _Night:
    """One lottery. What several levers begin with is worked out once."""

    def __init__(self, season: Season, lets_go: float) -> None:
        self.seasons = {True: season, False: season.own_wishes_only()}
        self.lets_go = lets_go
        self.seated: dict[tuple[Rule, bool], Seating] = {}
        self.moved: dict[tuple[Rule, bool, WaitlistOrder], Seating] = {}

    def outcome(self, lever: Lever) -> Outcome:
        seating = self._seated(lever)
        if lever.lines is not None:
            seating = self._moved(lever, seating, lever.lines)
        if lever.elsewhere:
            seating = seating.copy()
            offer_elsewhere(
                seating, chance=seating.season.chance("elsewhere"), lets_go=self.lets_go
            )
        return outcome_of(seating)

    def _seated(self, lever: Lever) -> Seating:
        key = lever.rule, lever.substitutes
        if key not in self.seated:
            self.seated[key] = lever.rule.seat(self.seasons[lever.substitutes])
        return self.seated[key]

    def _moved(self, lever: Lever, seating: Seating, order: WaitlistOrder) -> Seating:
        key = lever.rule, lever.substitutes, order
        if key not in self.moved:
            self.moved[key] = moved = seating.copy()
            chance = moved.season.chance("who lets go")
            move_lines(moved, order=order, chance=chance, lets_go=self.lets_go)
        return self.moved[key]
