"""The waiting room without a database: the order, the pass, and the pace under failure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain import queueing
from enrolment.domain.queueing import (
    Limits,
    Measured,
    Pace,
    Pass,
    PassProblem,
    PassRefused,
    due,
    in_drawn_order,
    next_pace,
    share_out,
)

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = b"k" * 32
NUMBERS = [f"N{index:07}" for index in range(12)]
LIMITS = Limits(least=1.0, most=20.0)


def seed_of(number):
    return sha256(b"seed %d" % number).hexdigest()


# The order


def test_the_order_depends_on_numbers_and_seed_alone():
    once = in_drawn_order(NUMBERS, seed_of(1))
    assert once == in_drawn_order(reversed(NUMBERS), seed_of(1))
    assert once != in_drawn_order(NUMBERS, seed_of(2))
    assert sorted(once) == NUMBERS


def test_anybody_can_work_the_order_out_with_sha256_alone():
    seed = seed_of(7)
    by_hand = sorted((sha256(bytes.fromhex(seed) + n.encode()).hexdigest(), n) for n in NUMBERS)
    assert in_drawn_order(NUMBERS, seed) == [number for _digest, number in by_hand]


def test_who_stays_away_changes_nothing_between_the_others():
    whole = in_drawn_order(NUMBERS, seed_of(3))
    without = in_drawn_order([n for n in NUMBERS if n != NUMBERS[4]], seed_of(3))
    assert [number for number in whole if number != NUMBERS[4]] == without


def test_over_ten_thousand_seeds_nobody_is_favoured():
    seeds, size = 10_000, len(NUMBERS)
    place = {number: [0] * size for number in NUMBERS}
    before = dict.fromkeys(combinations(NUMBERS, 2), 0)
    for index in range(seeds):
        order = in_drawn_order(NUMBERS, seed_of(index))
        for position, number in enumerate(order):
            place[number][position] += 1
        rank = {number: position for position, number in enumerate(order)}
        for first, second in before:
            before[first, second] += rank[first] < rank[second]

    expected = seeds / size
    for counts in place.values():  # chi-square, 11 degrees of freedom: 1 in 10,000 is past 37.4
        assert sum((count - expected) ** 2 / expected for count in counts) < 37.4
    for count in before.values():  # five standard deviations of a fair coin
        assert abs(count - seeds / 2) < 5 * (seeds / 4) ** 0.5


def test_a_number_that_joins_first_is_not_favoured():
    """The control of the test above: the order in which people came is an unfair one."""
    place = [sorted(NUMBERS).index(NUMBERS[0]) for _seed in range(100)]
    assert set(place) == {0}


def test_the_digest_tells_whether_the_seed_was_the_promised_one():
    assert queueing.digest_of(seed_of(1)) != queueing.digest_of(seed_of(2))
    assert queueing.digest_of("AB" * 32) == queueing.digest_of("ab" * 32)


def test_the_draw_waits_for_presses_of_the_last_moment():
    assert not queueing.is_time_to_draw(opens_at=NINE, at=NINE + SECOND)
    assert queueing.is_time_to_draw(opens_at=NINE, at=NINE + 2 * SECOND)


# The pass

PASS = Pass(
    learner=7,
    opening=3,
    lane="people",
    position=812,
    nonce="Zm9vYmFy",
    active_until=NINE + queueing.ACTIVE_FOR,
)


def problem_of(token, *, key=KEY, at=NINE, learner=7, opening=3):
    with pytest.raises(PassRefused) as refused:
        queueing.read(token, key, at, learner=learner, opening=opening)
    return refused.value.problem


def test_a_pass_comes_back_as_it_was_written():
    token = queueing.write(PASS, KEY)
    assert queueing.read(token, KEY, NINE, learner=7, opening=3) == PASS
    assert set(token) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"learner": 8},
        {"opening": 4},
        {"lane": "office"},
        {"position": 1},
        {"nonce": "Zm9vYmFz"},
        {"active_until": PASS.active_until + SECOND},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_word_of_a_pass_can_be_changed(change):
    _said, _, signature = queueing.write(PASS, KEY).rpartition(".")
    forged = queueing.write(replace(PASS, **change), b"another key").rpartition(".")[0]
    assert problem_of(f"{forged}.{signature}") is PassProblem.FORGED


def test_a_pass_of_another_installation_is_forged():
    assert problem_of(queueing.write(PASS, b"another key")) is PassProblem.FORGED


@given(st.text(max_size=300) | st.binary(max_size=200).map(bytes.hex))
def test_whatever_is_sent_instead_of_a_pass_is_forged(text):
    assert problem_of(text) is PassProblem.FORGED


def test_somebody_elses_pass_and_one_for_another_opening_are_foreign():
    token = queueing.write(PASS, KEY)
    assert problem_of(token, learner=8) is PassProblem.FOREIGN
    assert problem_of(token, opening=4) is PassProblem.FOREIGN


def test_a_pass_ends_a_quarter_of_an_hour_after_the_last_sign_and_is_renewed_by_one():
    token = queueing.write(PASS, KEY)
    last = PASS.active_until
    assert queueing.read(token, KEY, last, learner=7, opening=3) == PASS
    assert problem_of(token, at=last + SECOND) is PassProblem.EXPIRED
    renewed = queueing.write(PASS.renewed(last), KEY)
    assert queueing.read(renewed, KEY, last + SECOND, learner=7, opening=3) == PASS.renewed(last)


def test_an_expired_pass_of_somebody_else_is_foreign_first():
    token = queueing.write(PASS, KEY)
    assert problem_of(token, learner=8, at=NINE + timedelta(days=1)) is PassProblem.FOREIGN


# How many at a time


@given(
    st.floats(0.3, 80),
    st.lists(st.floats(0.05, 1.9), min_size=1, max_size=80),
)
def test_ticks_of_any_length_let_in_what_the_rate_says_and_never_more(rate, ticks):
    settled, at, let_in = NINE, NINE, 0
    for length in ticks:
        at += timedelta(seconds=length)
        number, settled = due(rate, since=settled, at=at)
        let_in += number
        assert settled <= at + timedelta(microseconds=len(ticks))
    allowed = (at - NINE).total_seconds() * rate
    assert allowed - 1.001 <= let_in <= allowed + 0.001


def test_a_late_tick_catches_up_and_a_long_break_is_not_made_good():
    assert due(10, since=NINE, at=NINE + 1.8 * SECOND)[0] == 18
    assert due(10, since=NINE, at=NINE + 300 * SECOND)[0] == 21


def test_a_rate_of_less_than_one_a_second_lets_people_in_all_the_same():
    settled, let_in = NINE, 0
    for tick in range(1, 61):
        number, settled = due(0.2, since=settled, at=NINE + tick * SECOND)
        let_in += number
    assert let_in == 12


def test_two_pacers_in_the_same_moment_let_in_no_more_than_one():
    first, settled = due(10, since=NINE, at=NINE + SECOND)
    second, _settled = due(10, since=settled, at=NINE + SECOND)
    assert (first, second) == (10, 0)


def test_a_clock_that_was_put_back_begins_anew():
    assert due(10, since=NINE + timedelta(days=3), at=NINE) == (0, NINE)
    assert due(10, since=None, at=NINE) == (0, NINE)
    assert due(0, since=NINE, at=NINE + SECOND) == (0, NINE + SECOND)


@given(st.integers(0, 50), st.integers(0, 10_000), st.integers(0, 60), st.integers(0, 60))
def test_lanes_share_what_there_is_and_leave_no_turn_unused(number, served, people, office):
    from_people, from_office = share_out(number, served=served, people=people, office=office)
    assert 0 <= from_people <= people
    assert 0 <= from_office <= office
    assert from_people + from_office == min(number, people + office)


def test_every_fifth_comes_from_the_office_however_small_the_ticks():
    served = office = 0
    for _tick in range(100):
        from_people, from_office = share_out(2, served=served, people=500, office=500)
        served += from_people + from_office
        office += from_office
    assert (served, office) == (200, 40)


def test_an_office_that_comes_late_is_owed_nothing_for_the_time_before():
    assert share_out(10, served=10_000, people=500, office=500) == (8, 2)


# When to ask


@given(st.integers(1, 40_000), st.floats(0.5, 60))
def test_whoever_asks_when_told_never_misses_the_last_five_hundred_by_more_than_one_look(
    position, per_second
):
    """At a steady pace: a page that asks as it is told finds its turn within one short wait."""
    serving, waited = 0.0, 0
    while serving < position:
        wait = queueing.poll_after(position, int(serving), per_second=per_second)
        serving += wait * per_second
        waited = wait
    assert serving - position <= queueing.ASK_SOON * per_second
    assert position <= queueing.NEAR or waited == queueing.ASK_SOON


# The pace


class Machine:
    """A site that slows down as it nears its capacity, and fails past it."""

    def __init__(self, capacity):
        self.capacity = capacity

    def measure(self, rate):
        if self.capacity == 0:  # the database is away: every press ends in a fault
            return Measured(0, 0.0, errors=int(rate) + 1)
        load = rate / self.capacity
        slow = 60 / (1 - load) if load < 0.98 else 3_000
        return Measured(int(rate * 5), min(slow, 3_000), errors=0)


def run(machine, pace, seconds, *, at=NINE, silent=False):
    """Let the pacer look once a second; return its pace and the time."""
    for _second in range(seconds):
        at += SECOND
        pace = next_pace(pace, None if silent else machine.measure(pace.rate), LIMITS, at)
    return pace, at


def test_it_begins_with_seven_tenths_of_what_was_measured():
    assert LIMITS.start == 14.0
    assert Limits(least=1, most=0.2).start == 1


def test_on_a_machine_that_can_it_goes_up_gently_and_no_further_than_was_measured():
    pace, at = run(Machine(100), Pace(LIMITS.start, NINE), 6)
    assert pace.rate == pytest.approx(14 * 1.05**3)
    assert run(Machine(100), pace, 60, at=at)[0].rate == LIMITS.most


def test_when_claims_get_slow_it_goes_down_within_seconds_and_finds_a_rate_that_holds():
    machine = Machine(8)
    pace, at = run(machine, Pace(14.0, NINE), 1)
    assert pace.rate == pytest.approx(14 * 0.7)
    pace, at = run(machine, pace, 60, at=at)
    assert machine.measure(pace.rate).p99_ms < LIMITS.slow_ms
    assert pace.rate > machine.capacity / 2


def test_one_slow_moment_lowers_it_once_not_with_every_look():
    pace = Pace(14.0, NINE)
    slow = Measured(70, 900.0, 0)
    for tick in range(5):
        pace = next_pace(pace, slow, LIMITS, NINE + tick * SECOND)
    assert pace == Pace(14 * 0.7, NINE + queueing.SETTLES_DOWN)


def test_faults_lower_it_to_the_least_and_it_comes_back_when_they_end():
    machine = Machine(0)
    pace, at = run(machine, Pace(14.0, NINE), 60)
    assert pace.rate == LIMITS.least
    machine.capacity = 100
    pace, _at = run(machine, pace, 60, at=at)
    assert pace.rate == LIMITS.most


def test_with_nothing_measured_it_keeps_the_last_rate():
    pace = Pace(11.0, NINE)
    assert run(Machine(100), pace, 600, silent=True)[0] == pace
    nobody_pressed = Measured(0, 0.0, 0, door_ms=20.0)
    assert next_pace(pace, nobody_pressed, LIMITS, NINE + 60 * SECOND) == pace


def test_a_door_that_lets_people_wait_lowers_it_even_when_claims_themselves_are_quick():
    waited = Measured(70, 120.0, 0, door_ms=600.0)
    assert next_pace(Pace(10.0, NINE), waited, LIMITS, NINE + 5 * SECOND).rate == 7.0


def test_between_quick_and_slow_it_stays():
    middle = Measured(70, 320.0, 0)
    assert next_pace(Pace(10.0, NINE), middle, LIMITS, NINE + 60 * SECOND).rate == 10.0


def test_new_limits_are_kept_at_once():
    quick = Measured(70, 50.0, 0)
    assert next_pace(Pace(90.0, NINE), quick, LIMITS, NINE + SECOND).rate == LIMITS.most
    assert next_pace(Pace(0.0, NINE), quick, LIMITS, NINE + SECOND).rate == LIMITS.least


def test_a_clock_that_was_put_back_does_not_hold_the_pace_for_days():
    ahead = Pace(10.0, NINE + timedelta(days=3))
    assert next_pace(ahead, Measured(70, 50.0, 0), LIMITS, NINE).rate == pytest.approx(11.5)
