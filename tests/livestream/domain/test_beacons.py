import json
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream.domain import beacons, ranges
from livestream.domain.beacons import Account, Beacon, BeaconRefused, Kept, together
from livestream.domain.tokens import TokenRefused
from tests.livestream.domain.test_ranges import TENTHS

SECRET = b"another secret of thirty-two bytes"
NOON = 1_800_000_000.0
ME = Account(watcher="00112233445566ff", asset="0a" * 16)
REPORT = {"session": "0f" * 8, "sequence": 7, "position": 61.5, "ranges": [[30, 61.5]]}

KEPT = st.builds(
    Kept,
    st.sampled_from([ME, replace(ME, watcher="f" * 16), replace(ME, asset="0b" * 16)]),
    st.integers(1, 9),
    st.integers(0, 600).map(float),
    st.lists(TENTHS, max_size=4).map(ranges.union),
    st.integers(0, 100).map(float),
    st.booleans(),
)


def body(**change):
    return json.dumps({**REPORT, **change}).encode()


def test_a_report_is_understood_and_what_it_says_besides_is_let_be():
    assert beacons.read(body(of_tomorrow=1)) == Beacon(7, 61.5, ranges.read([[30, 61.5]]), False)
    assert beacons.read(body(late=True)).late
    assert beacons.read(b'{"sequence": 1, "position": 5}') == Beacon(1, 5.0, ())
    assert beacons.read(body(position=-0.5)).position == 0.0


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{",
        b"[" * 8000,
        body(sequence=0),
        body(sequence=-1),
        body(sequence=2**31),
        body(sequence=True),
        body(sequence=1.5),
        body(sequence="1"),
        body(position=float("nan")),
        body(position=float("inf")),
        body(position=10**9),
        body(position=-5),
        body(position=None),
        body(position="5"),
        body(ranges=5),
        body(ranges={"a": 1}),
        body(ranges=[[5, 4]]),
        body(late=1),
    ],
)
def test_nonsense_is_refused(said):
    with pytest.raises(BeaconRefused):
        beacons.read(said)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_whatever_break_the_reader(said):
    with pytest.raises(BeaconRefused):
        beacons.read(said)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(KEPT, max_size=8), st.randoms())
def test_reports_are_made_one_in_any_order_and_however_often(reports, chance):
    again = [*reports, *chance.sample(reports, chance.randint(0, len(reports)))]
    chance.shuffle(again)
    assert together(again) == together(reports)
    half = chance.randint(0, len(reports))
    assert together([*together(reports[:half]), *together(reports[half:])]) == together(reports)
    for one in together(reports):
        mine = [report for report in reports if report.account == one.account]
        assert one.sequence == max(report.sequence for report in mine)
        assert one.stretches == ranges.union(*(report.stretches for report in mine))
        assert one.late == all(report.late for report in mine)


@settings(deadline=None)  # the machine may be busy
@given(KEPT)
def test_a_line_says_all_there_is(kept):
    assert Kept.from_line(kept.written()) == kept


def test_the_order_of_the_clock_moves_no_place():
    early = Kept.of(ME, Beacon(9, 500.0, ()), at=NOON)
    late = Kept.of(ME, Beacon(8, 20.0, ()), at=NOON + 100)
    assert {reduce(Kept.and_then, two).position for two in ([early, late], [late, early])} == {500}


def test_an_address_is_good_for_its_film_and_watcher_for_a_week():
    address = beacons.address_for(ME, expires=int(NOON), secret=SECRET)
    assert beacons.account_of(address, at=NOON + 6 * 86_400, secret=SECRET) == ME
    with pytest.raises(TokenRefused) as over:
        beacons.account_of(address, at=NOON + 8 * 86_400, secret=SECRET)
    assert over.value.expired


@pytest.mark.parametrize("place", [2, 3, 4, 5])
def test_no_part_of_an_address_can_be_changed(place):
    parts = beacons.address_for(ME, expires=int(NOON), secret=SECRET).split("/")
    parts[place] = parts[place][:-2] + ("11" if parts[place][-2:] != "11" else "22")
    with pytest.raises(TokenRefused) as refusal:
        beacons.account_of("/".join(parts), at=NOON, secret=SECRET)
    assert not refusal.value.expired


def test_another_learner_has_another_name_and_the_name_says_nothing():
    mine = beacons.watcher_of(5, "learner 7", secret=SECRET)
    assert mine == beacons.watcher_of(5, "learner 7", secret=SECRET)
    others = [(5, "learner 8"), (6, "learner 7"), (5, "user 7"), (5, "viewing 7")]
    assert mine not in {beacons.watcher_of(*one, secret=SECRET) for one in others}
