"""Rules by which seats can be given out, behind one interface: what other institutions do.

A rule reads a season and writes a seating; nothing else. So each can be tried on the same
people, and a school that works otherwise takes another preset, not another program.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from enrolment.domain.allocation import (
    Applicant,
    Bucket,
    ClassSpec,
    Market,
    allocate,
)
from enrolment.domain.allocation.market import OPEN, OPEN_FIRST
from enrolment.domain.simulation.season import Season
from enrolment.domain.simulation.seating import ANYBODY, Seating


class Rule(Protocol):
    """A way of giving out the seats of a season. The same season gives the same seating."""

    def seat(self, season: Season) -> Seating:
        """Give out the seats."""


@dataclass(frozen=True)
class Draw:
    """RDA/1, the rule of this house: rounds of one seat each, one number for everything.

    ``reserves``: keep those of the market. ``order``: the buckets in the order in which they are
    filled (``*open*`` for the seats of all), where it differs from the market's. ``most``: seats
    that anybody may win at most.
    """

    reserves: bool = True
    order: tuple[str, ...] = ()
    most: int | None = None

    def seat(self, season: Season) -> Seating:
        """Work out the draw with the engine that a public draw runs on."""
        result = allocate(self.market(season.market))
        seats = {
            applicant.id: {
                class_id: _label(bucket)
                for class_id, (_round, bucket) in result.seats(applicant.id).items()
            }
            for applicant in season.market.applicants
        }
        return Seating.of(
            season, seats, {class_id: result.waitlist(class_id) for class_id in season.classes}
        )

    def market(self, market: Market) -> Market:
        """The market as this policy has it."""
        return replace(
            market,
            classes=tuple(self._class(spec) for spec in market.classes),
            applicants=tuple(self._limited(market.applicants)),
        )

    def _class(self, spec: ClassSpec) -> ClassSpec:
        if not self.reserves:
            return replace(spec, buckets=())
        if not self.order or not spec.buckets:
            return spec
        known: Mapping[str, Bucket] = {bucket.name: bucket for bucket in spec.buckets}
        return replace(spec, buckets=tuple(known[n] for n in self.order if n in known))

    def _limited(self, applicants: Iterable[Applicant]) -> Iterable[Applicant]:
        if self.most is None:
            return applicants
        most = self.most
        return (replace(one, max_seats=min(one.max_seats, most)) for one in applicants)


def _label(bucket: str) -> str:
    return ANYBODY if bucket in {OPEN, OPEN_FIRST} else bucket


@dataclass(frozen=True)
class FirstCome:
    """First come, first served: whoever sends the form sooner takes free classes in rank order.

    How long somebody takes is what is typical of people like them, spread log-normally.
    """

    spread: float = 1.0

    def seat(self, season: Season) -> Seating:
        """Let everybody send the form, and serve them in that order."""
        chance = season.chance("speed of hands")
        sent_after = {
            form.id: form.minutes * chance.lognormvariate(0.0, self.spread)
            for form in sorted(season.forms.values(), key=lambda form: form.id)
        }
        shelf = _Shelf(season)
        order = sorted(season.applicants, key=lambda name: (sent_after[name], name))
        for name in order:
            for choice in season.applicants[name].choices:
                shelf.take(name, choice.class_id)
        return Seating.of(season, shelf.seats)


@dataclass(frozen=True)
class DrawPerClass:
    """A separate draw for each class among all who listed it, and no second look.

    Who wins more than they may keep keeps what they like best; what they give back stays empty.
    """

    def seat(self, season: Season) -> Seating:
        """Draw class by class, then let everybody keep what they may."""
        chance = season.chance("a draw per class")
        won: dict[str, set[str]] = {}
        for class_id, names in _asked_for(season).items():
            chance.shuffle(names)
            left = season.classes[class_id].capacity
            for name in names:
                if season.applicants[name].size <= left:
                    left -= season.applicants[name].size
                    won.setdefault(name, set()).add(class_id)
        shelf = _Shelf(season)
        for name, classes in won.items():
            for choice in season.applicants[name].choices:
                if choice.class_id in classes:
                    shelf.take(name, choice.class_id)
        return Seating.of(season, shelf.seats)


@dataclass(frozen=True)
class SuccessNumber:
    """In the manner of U3A Cambridge: by wishes, and whoever has won before stands back.

    First all first wishes, class after class in the order of the programme, then all second ones,
    and so on. Where more ask than there are seats, the fewer somebody has won so far (their
    success number), the sooner they are served; among equals a draw of that class decides. It
    is our own definition: of theirs no more is published than the idea.
    """

    def seat(self, season: Season) -> Seating:
        """Go through the wishes, rank by rank."""
        chance = season.chance("success numbers")
        longest = max((len(a.choices) for a in season.market.applicants), default=0)
        shelf = _Shelf(season)
        for rank in range(longest):
            for class_id, names in _asked_for(season, rank=rank).items():
                chance.shuffle(names)
                for name in sorted(names, key=lambda one: len(shelf.seats.get(one, ()))):
                    shelf.take(name, class_id)
        return Seating.of(season, shelf.seats)


class _Shelf:
    """Seats from which people take while there are some, as far as limit and clashes allow."""

    def __init__(self, season: Season) -> None:
        self.season = season
        self.left = {spec.id: spec.capacity for spec in season.market.classes}
        self.seats: dict[str, dict[str, str]] = {}

    def take(self, name: str, class_id: str) -> None:
        """Take a seat, two for a pair, if that is possible."""
        applicant = self.season.applicants[name]
        held = self.seats.get(name, {})
        clashing = self.season.clashing_with(class_id)
        if (
            applicant.size <= self.left[class_id]
            and len(held) < applicant.max_seats
            and class_id not in held
            and not any(other in clashing for other in held)
        ):
            self.left[class_id] -= applicant.size
            self.seats.setdefault(name, {})[class_id] = ANYBODY


def _asked_for(season: Season, *, rank: int | None = None) -> dict[str, list[str]]:
    """Who asks for each class, at one rank or at any; classes and people in order of name."""
    asked: dict[str, list[str]] = {class_id: [] for class_id in sorted(season.classes)}
    for name in sorted(season.applicants):
        for at, choice in enumerate(season.applicants[name].choices):
            if rank in {None, at}:
                asked[choice.class_id].append(name)
    return asked


PRESETS: Mapping[str, Rule] = {
    "draw": Draw(),
    "draw without reserves": Draw(reserves=False),
    "first come, first served": FirstCome(),
    "a separate draw per class": DrawPerClass(),
    "success number": SuccessNumber(),
}
"""What institutions do, by name."""
