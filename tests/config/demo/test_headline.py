"""The figures on the front page are those that the command works out."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.demo.market import season_of
from config.demo.plan import DEFAULT_SEED, plan_city
from config.management.commands.compare_rules import ASSUMPTIONS, BANDS, DAY
from enrolment.domain.simulation import DRAW_ALONE, LEVERS, Group, compare

README = Path(__file__).parents[3] / "README.md"
# The rows of the front page among the levers of the table.
SHOWN = [LEVERS[at] for at in (0, 1, 3, 4, 6, 8, 10)]


@pytest.fixture(scope="module")
def rows():
    plan = plan_city(today=DAY, phase="published")
    return compare(season_of(plan), lotteries=2, seed=str(DEFAULT_SEED), levers=SHOWN)


def printed():
    """Given a seat, first wish, fifties, over eighty: a row each, as the front page has them."""
    part = README.read_text(encoding="utf-8").partition("\n## Who gets a seat\n")[2]
    lines = [line for line in part.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[float(cell) for cell in re.findall(r"\| (\d+\.\d) ", line)] for line in lines[2:]]


def test_the_front_page_has_the_figures_of_the_city(rows):
    figures = printed()
    assert len(figures) == len(SHOWN)
    for row, (given, first, fifties, eighties) in zip(rows, figures, strict=True):
        assert row.given().mean == pytest.approx(given, abs=1), row.lever.name
        assert row.share("first").mean == pytest.approx(first, abs=1), row.lever.name
        assert row.share("given", BANDS[0]).mean == pytest.approx(fifties, abs=1), row.lever.name
        # Four hundred people: two lotteries may lie three points from twelve.
        assert row.share("given", BANDS[3]).mean == pytest.approx(eighties, abs=3), row.lever.name


def test_our_draw_leaves_no_age_more_than_three_points_behind(rows):
    draw = next(row for row in rows if row.lever is DRAW_ALONE)
    for band in BANDS:
        assert draw.share("given", band).mean > draw.given().mean - 3
    queue = rows[0]
    assert queue.share("given", BANDS[3]).mean < queue.share("given", BANDS[0]).mean - 20


def test_our_draw_gives_no_channel_an_advantage(rows):
    draw = next(row for row in rows if row.lever is DRAW_ALONE)
    channels = [group for group in draw.outcomes[0].groups if group.kind == "channel"]
    assert [group.name for group in channels] == ["counter", "helper", "phone", "web"]
    for channel in channels:
        assert draw.share("given", channel).mean == pytest.approx(draw.given().mean, abs=3)


def test_reserves_reach_those_they_are_for_and_cost_nobody_a_seat(rows):
    without, draw = rows[2], rows[3]
    assert draw.given().mean == pytest.approx(without.given().mean, abs=0.5)
    for group in (Group("missed", "missed two terms"), Group("newcomer", "newcomer"), BANDS[3]):
        assert draw.share("given", group).mean > without.share("given", group).mean


def test_the_command_prints_the_table_with_its_assumptions():
    out = StringIO()
    call_command("compare_rules", size="small", lotteries=2, groups=True, stdout=out)
    text = out.getvalue()
    assert text.endswith(f"{ASSUMPTIONS}\n")
    assert [line.partition("  ")[0] for line in text.splitlines()[4:15]] == [
        lever.name for lever in LEVERS
    ]
    assert "university: wenchuan" in text


def test_the_command_prints_tables_to_paste_and_the_same_twice():
    first, again = StringIO(), StringIO()
    for out in (first, again):
        call_command("compare_rules", size="small", lotteries=2, markdown=True, stdout=out)
    assert first.getvalue() == again.getvalue()
    table = [line for line in first.getvalue().splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(LEVERS)
    assert {line.count("|") for line in table} == {12}


def test_the_command_wants_a_lottery_at_least():
    with pytest.raises(CommandError, match="At least one lottery"):
        call_command("compare_rules", lotteries=0)
