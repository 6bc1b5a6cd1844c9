"""A policy tried on forms that are there."""

from dataclasses import replace

from enrolment.domain.allocation import Applicant, Choice, ClassSpec, Market
from enrolment.domain.simulation import Form, Season
from enrolment.domain.simulation.policy import DrawUnder, Policy, try_out

SEATS, PEOPLE = 20, 60


def season() -> Season:
    """One class of twenty seats; of sixty people every third is a newcomer."""
    newcomers = {n for n in range(PEOPLE) if n % 3 == 0}
    return Season(
        market=Market(
            classes=(ClassSpec("A", SEATS),),
            applicants=tuple(
                Applicant(
                    f"{n:02d}", n,
                    (Choice("A", buckets=frozenset("N" if n in newcomers else "")),),
                )
                for n in range(PEOPLE)
            ),
        ),
        forms={
            f"{n:02d}": Form(
                f"{n:02d}", ({"newcomer": "yes" if n in newcomers else "no"},), own=1
            )
            for n in range(PEOPLE)
        },
    )  # fmt: skip


def given(told, name, group):
    rows = {(row["kind"], row["name"]): row for row in told["policies"][name]["groups"]}
    return rows["newcomer", group]["given"][0]


def test_reserve_helps_those_it_is_for_and_takes_no_seat_away():
    told = try_out(
        season(),
        {"as it is": Policy(), "tried": Policy(shares={"N": 50})},
        seed="1",
        lotteries=8,
    )
    assert given(told, "tried", "yes") > given(told, "as it is", "yes") + 15
    assert {told["policies"][name]["seats_left"] for name in told["policies"]} == {0}
    assert told["people"] == PEOPLE


def test_reserve_first_means_at_least_and_open_first_means_on_top():
    told = try_out(
        season(),
        {
            "on top": Policy(shares={"N": 20}),
            "at least": Policy(shares={"N": 20}, open_first=False),
        },
        seed="1",
        lotteries=8,
    )
    assert given(told, "on top", "yes") > given(told, "at least", "yes") + 5


def test_same_seed_tells_the_same():
    policies = {"draw": Policy(), "queue": Policy(rule="first come, first served")}
    assert try_out(season(), policies, seed="7") == try_out(season(), policies, seed="7")


def test_small_classes_keep_all_seats_open():
    rule = DrawUnder(shares=(("N", 50),), from_open=21)
    few = replace(season())
    seats = rule.seat(few).held
    assert sum(len(held) for held in seats.values()) == SEATS


def test_policy_of_a_term_is_read_as_it_is_kept():
    read = Policy.read({"reserves": {"N": 20}, "room_classes": 1, "reserve_from_open": 8})
    assert (read.shares, read.most, read.from_open, read.open_first) == ({"N": 20}, 1, 8, True)
