"""The rules of a term, tried on forms that are there: what a policy would have come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from enrolment.domain import wishes
from enrolment.domain.allocation import Bucket, ClassSpec
from enrolment.domain.simulation.levers import Lever, Row, compare
from enrolment.domain.simulation.outcome import Group
from enrolment.domain.simulation.rules import PRESETS, Draw, Rule
from enrolment.domain.simulation.season import Season
from enrolment.domain.simulation.seating import Seating

OF_THE_HOUSE = "draw"
LOTTERIES = 5
FIGURES = ("given", "first", "two")
TWO_CLASSES = 2


@dataclass(frozen=True)
class DrawUnder:
    """RDA/1 with other reserves, another order or another limit than the market's own.

    ``shares``: letter and per cent, in the order in which the reserves are filled.
    ``open_first``: the seats of all before the reserves, as here; or after them, as elsewhere.
    """

    shares: tuple[tuple[str, int], ...]
    from_open: int
    open_first: bool = True
    most: int = TWO_CLASSES

    def seat(self, season: Season) -> Seating:
        """Cut the seats anew, and draw."""
        classes = tuple(self._cut(spec) for spec in season.market.classes)
        market = replace(season.market, classes=classes)
        return Draw(most=self.most).seat(replace(season, market=market))

    def _cut(self, spec: ClassSpec) -> ClassSpec:
        cut = wishes.reserves(spec.capacity, dict(self.shares), from_open=self.from_open)
        buckets = tuple(
            Bucket(str(one["name"]), int(str(one["seats"])))
            for one in wishes.buckets(spec.capacity, cut)
        )
        if not self.open_first:
            buckets = buckets[1:]  # what reserves leave, and all the rest, is open to everybody
        return replace(spec, buckets=buckets)


@dataclass(frozen=True)
class Policy:
    """What a registrar can change before rules are published. ``rule``: one of ``PRESETS``."""

    rule: str = OF_THE_HOUSE
    shares: Mapping[str, int] = field(default_factory=dict)
    from_open: int = 12
    open_first: bool = True
    most: int = TWO_CLASSES
    substitutes: bool = True

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> "Policy":
        """Read the policy of a term; what it leaves out is as ``domain.md`` says."""
        return cls(
            rule=rules.get("rule", OF_THE_HOUSE),
            shares=rules.get("reserves", {}),
            from_open=rules.get("reserve_from_open", 12),
            open_first=rules.get("open_first", True),
            most=rules.get("room_classes", TWO_CLASSES),
            substitutes=rules.get("substitutes", True),
        )

    def lever(self, name: str) -> Lever:
        """The policy as something that can be compared."""
        return Lever(name, self._rule(), substitutes=self.substitutes)

    def _rule(self) -> Rule:
        if self.rule != OF_THE_HOUSE:
            return PRESETS[self.rule]
        return DrawUnder(
            shares=tuple(self.shares.items()),
            from_open=self.from_open,
            open_first=self.open_first,
            most=self.most,
        )


def try_out(
    season: Season, policies: Mapping[str, Policy], *, seed: str, lotteries: int = LOTTERIES
) -> dict[str, Any]:
    """Play policies through on one season, the same people and numbers under each.

    Returns, for each policy, shares of 100 people with the lowest and highest lottery: given a
    seat, the first wish, two classes; by group; and seats left and people waiting on average.
    The draw alone: nothing that happens after it.
    """
    rows = compare(
        season,
        lotteries=lotteries,
        seed=seed,
        levers=[policy.lever(name) for name, policy in policies.items()],
    )
    return {
        "people": season.people,
        "lotteries": lotteries,
        "policies": {row.lever.name: _told(row) for row in rows},
    }


def _told(row: Row) -> dict[str, Any]:
    groups = sorted(row.outcomes[0].groups)
    count = len(row.outcomes)
    return {
        "everybody": _spreads(row, None),
        "groups": [
            {"kind": group.kind, "name": group.name, **dict(_of_group(row, group))}
            for group in groups
        ],
        "seats_left": round(sum(one.seats_left for one in row.outcomes) / count),
        "waiting": round(sum(one.waiting for one in row.outcomes) / count),
    }


def _of_group(row: Row, group: Group) -> Iterator[tuple[str, Any]]:
    yield "people", row.outcomes[0].groups[group].people
    yield from _spreads(row, group).items()


def _spreads(row: Row, group: Group | None) -> dict[str, list[float]]:
    spreads = {figure: row.share(figure, group) for figure in FIGURES}
    return {
        figure: [round(spread.mean, 1), round(spread.low, 1), round(spread.high, 1)]
        for figure, spread in spreads.items()
    }
