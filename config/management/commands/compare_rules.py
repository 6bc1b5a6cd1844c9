"""Compare ways of giving out seats on the forms of the demo city, without a database."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo.market import season_of
from config.demo.plan import DEFAULT_SEED, SIZES, plan_city
from enrolment.domain.simulation import (
    ALL_OF_IT,
    DRAW_ALONE,
    LEVERS,
    Group,
    Row,
    Season,
    Spread,
    compare,
)

DAY = date(2026, 12, 1)
"""The city stands on this day, so that the figures are the same on any."""

BANDS = tuple(Group("age", name) for name in ("50s", "60s", "70s", "80+"))
HEADINGS = ("per 100 applicants", "given a seat", "lowest-highest", "first wish", "its subject",
            "two classes", *(band.name for band in BANDS), "seats left")  # fmt: skip
SHOWN_APART = ("newcomer", "missed", "channel", "university", "first wish")
FIRST_COME = LEVERS[0]

ASSUMPTIONS = """\
Assumed. First come: minutes to send a form = typical (50s 1, 60s 1.5, 70s 3, 80s 6, 90+ 8) x
log-normal (sigma 1), / 3.3 with a helper (75 % of those under 70, 45 % from 70); each takes free
classes in rank order, up to the limit. Classes they would take instead: same subject, own level or
mixed, an hour that suits (each weekday 80 %; first morning 62 %, second 80 %, afternoon 62 %), at
most 20/30/45/60/90 minutes one way (15/35/30/15/5 %; from 70 on one step less for 40 %). 60 of 100
take any of theirs, the others none. 8 % of those with a seat, and of each later offer, let it go;
who does not confirm a seat of the draw has left. On a waitlist, a class gone on in without a draw
counts as a seat held. The people are invented; the draw is the engine of the public draw itself.
Every share is of all people who applied, or of all of their group; two who go together are two.
Given a seat: at least one was given, by the draw or offered later, kept or not. First wish: the
very class that stands first. Its subject: any class of that subject. Two classes: at one time.
Seats left: of those that went into the draw, the ones nobody holds in the end."""


class Command(BaseCommand):
    help = "Print what each way of giving out seats, and each lever after it, is worth to whom."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--lotteries", type=int, default=12, help="how often numbers are drawn"
        )
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument("--size", choices=SIZES, default="full")
        parser.add_argument("--markdown", action="store_true", help="tables to paste into a page")
        parser.add_argument("--groups", action="store_true", help="who is served, group by group")

    def handle(self, **options: Any) -> None:
        if options["lotteries"] < 1:
            raise CommandError("At least one lottery has to be drawn.")
        plan = plan_city(today=DAY, phase="published", size=options["size"], seed=options["seed"])
        season = season_of(plan)
        rows = compare(season, lotteries=options["lotteries"], seed=str(options["seed"]))
        self.markdown = options["markdown"]
        self.stdout.write(_about(season, options["lotteries"], options["seed"]) + "\n\n")
        self._table(HEADINGS, map(_levers_line, rows))
        if options["groups"]:
            self.stdout.write("\n")
            self._table(
                ("given a seat, per 100 of the group", "people", "queue", "draw", "all levers"),
                _group_lines(rows),
            )
        self.stdout.write(f"\n{_findings(rows)}\n\n{ASSUMPTIONS}\n")

    def _table(self, headings: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
        table = [headings, *lines]
        if self.markdown:
            table.insert(1, ["---", *("---:" for _ in headings[1:])])
            written = ["| " + " | ".join(line) + " |" for line in table]
        else:
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            written = [
                line[0].ljust(widths[0])
                + "".join(f"  {cell:>{width}}" for cell, width in zip(line[1:], widths[1:],
                                                                       strict=True))
                for line in table
            ]  # fmt: skip
        self.stdout.write("\n".join(written) + "\n")


def _about(season: Season, lotteries: int, seed: int) -> str:
    asked = season.asked_for()
    over = sum(asked[spec.id] > spec.capacity for spec in season.market.classes)
    return (
        f"{season.people:,} applicants, {sum(asked.values()):,} wishes, "
        f"{sum(spec.capacity for spec in season.market.classes):,} seats in "
        f"{len(season.classes)} classes, {over} of them asked for by more people than they have "
        f"seats.\nSeed {seed}, lotteries: {lotteries}; "
        "under every rule the same people with the same numbers."
    )


def _levers_line(row: Row) -> list[str]:
    given = row.given()
    left = Spread.of(float(outcome.seats_left) for outcome in row.outcomes)
    return [
        row.lever.name,
        f"{given.mean:.1f}",
        f"{given.low:.1f}-{given.high:.1f}",
        *(f"{row.share(figure).mean:.1f}" for figure in ("first", "subject", "two")),
        *(_given(row, band) for band in BANDS),
        f"{left.mean:,.0f}",
    ]


def _given(row: Row, group: Group) -> str:
    return f"{row.share('given', group).mean:.1f}" if group in row.outcomes[0].groups else "-"


def _group_lines(rows: list[Row]) -> Iterable[list[str]]:
    shown = [row for lever in (FIRST_COME, DRAW_ALONE, ALL_OF_IT) for row in rows
             if row.lever is lever]  # fmt: skip
    for group, tally in rows[0].outcomes[0].groups.items():
        if group.kind in SHOWN_APART:
            name = f"{group.kind}: {group.name}"
            yield [name, f"{tally.people:,}", *(_given(row, group) for row in shown)]


def _findings(rows: list[Row]) -> str:
    """What the table is asked most: is an age left behind, and how far chance moves a figure."""
    draw = next(row for row in rows if row.lever is DRAW_ALONE)
    average = draw.given().mean
    bands = [band for band in BANDS if band in draw.outcomes[0].groups]
    behind, band = min((draw.share("given", band).mean - average, band.name) for band in bands)
    widest = max(row.given().high - row.given().low for row in rows)
    piano = Group("first wish", "PIANO")
    lines = [
        f"In our draw the age least served is {band}: {behind:+.1f} points from all applicants.",
        f"Between lotteries no figure of the first column moves by more than {widest:.1f} points.",
    ]
    if piano in draw.outcomes[0].groups:
        share = draw.share("subject", piano).mean
        lines.append(
            f"Of those whose first wish is the piano, {share:.1f} of 100 get a piano class."
        )
    return "\n".join(lines)
