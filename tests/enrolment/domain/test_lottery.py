"""Lottery numbers: fixed by the seed alone, fair over all seeds, refused if unclear."""

import doctest
import hmac
import subprocess
import sys
import time
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain import lottery
from enrolment.domain.lottery import (
    LotteryRefused,
    SeedText,
    number_applications,
    numbers_csv,
    read_receipts,
    read_seed_text,
    seed_of,
    seed_text,
)

ROSTER = "3f" * 32
TEXT = f"LOT/1\n2027-spring\n{ROSTER}\ndice=415263\ndrand=8f3a\n".encode()

receipts = st.lists(st.from_regex(r"[0-9]{4}", fullmatch=True), unique=True, max_size=40)


def test_the_examples_hold():
    assert doctest.testmod(lottery).failed == 0


# The numbers


@given(receipts, st.binary(max_size=100))
def test_a_number_is_the_rank_of_the_hmac_as_the_library_has_it(applications, seed):
    order = sorted(applications, key=lambda one: (hmac.digest(seed, one.encode(), "sha256"), one))
    expected = {one: number for number, one in enumerate(order, 1)}
    assert number_applications(applications, seed=seed) == expected


@given(receipts.filter(bool), st.binary(min_size=32, max_size=32), st.data())
def test_taking_applications_out_keeps_the_order_of_all_others(applications, seed, data):
    out = data.draw(st.sets(st.sampled_from(applications)))
    before = [one for one in number_applications(applications, seed=seed) if one not in out]
    after = number_applications([one for one in applications if one not in out], seed=seed)
    assert list(after) == before
    assert list(after.values()) == list(range(1, len(before) + 1))


@given(receipts, st.binary(min_size=32, max_size=32), st.randoms())
def test_the_order_in_which_they_came_says_nothing(applications, seed, chance):
    shuffled = chance.sample(applications, len(applications))
    numbers, again = (number_applications(some, seed=seed) for some in (applications, shuffled))
    assert numbers_csv(numbers) == numbers_csv(again)


def test_an_application_twice_is_refused():
    with pytest.raises(LotteryRefused, match="stands in the list twice"):
        number_applications(["4829", "1173", "4829"], seed=b"seed")


def chi_square(seeds, people=10):
    """How unevenly the numbers 1 to ``people`` fall on the applications, over many seeds.

    Every person gets one number and every number one person, so of ``people`` squared cells
    (people - 1) squared are free.
    """
    applications = [f"{482915307116 + 7919 * index}" for index in range(people)]
    cells = dict.fromkeys([(one, n) for one in applications for n in range(1, people + 1)], 0)
    for seed in range(seeds):
        text = TEXT.replace(b"415263", f"{seed:06d}".encode())
        for cell in number_applications(applications, seed=seed_of(text)).items():
            cells[cell] += 1
    expected = seeds / people
    spread = sum((count - expected) ** 2 / expected for count in cells.values())
    return spread * (people - 1) / people, (people - 1) ** 2


def between(freedom):
    """The values between which chi-square lies 998 times in 1,000 (Wilson and Hilferty)."""
    middle, width = 1 - 2 / (9 * freedom), 3.09 * (2 / (9 * freedom)) ** 0.5
    return freedom * (middle - width) ** 3, freedom * (middle + width) ** 3


def test_over_many_throws_everybody_has_every_number_equally_often():
    spread, freedom = chi_square(500)
    low, high = between(freedom)
    assert low < spread < high


@pytest.mark.deep("audit")
def test_over_ten_thousand_throws_everybody_has_every_number_equally_often():
    spread, freedom = chi_square(10_000)
    low, high = between(freedom)
    sys.stdout.write(f"chi-square over 10,000 seeds: {spread:.1f}, {freedom} free cells\n")
    assert low < spread < high


@pytest.mark.deep("audit")
def test_a_million_numbers_and_the_digest_of_the_roster_in_four_seconds():
    applications = [str(one) for one in Random(1).sample(range(10**11, 10**12), 1_000_000)]
    roster = "".join(f"{one},2,1,TJ-1:0:N|GQ-2:0:|SF-3:0:\n" for one in applications).encode()
    began = time.process_time()
    text = TEXT.replace(ROSTER.encode(), sha256(roster).hexdigest().encode())
    numbers = number_applications(applications, seed=seed_of(text))
    took = time.process_time() - began
    sys.stdout.write(f"numbers and roster digest for 1,000,000: {took:.2f} CPU seconds\n")
    assert len(numbers) == 1_000_000
    assert took < 4


# The seed


def test_a_seed_text_is_written_sorted_and_read_back():
    sources = {"drand": "8f3a", "dice": "415263"}
    text = seed_text(
        term="2027-spring", roster_sha256=ROSTER, sources=sources, named=["drand", "dice"]
    )
    assert text.encode() == TEXT
    assert read_seed_text(TEXT) == SeedText("2027-spring", ROSTER, sources)
    assert seed_of(TEXT) == sha256(TEXT).digest()


def test_names_and_values_may_be_chinese_and_are_sorted_as_their_bytes_are():
    sources = {"骰子": "4 1 5 2", "双色球": "2026151 期", "dice": "1", "𠮷": "2"}
    text = seed_text(term="2027 春", roster_sha256=ROSTER, sources=sources, named=sources)
    names = [line.partition("=")[0] for line in text.splitlines()[3:]]
    assert names == sorted(sources, key=str.encode)
    assert read_seed_text(text.encode()).sources == sources


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sources": {"dice": "415263"}}, "The source drand was named beforehand and has no"),
        ({"sources": {"dice": "1", "drand": ""}}, "The source drand was named beforehand"),
        ({"named": ["dice"]}, "The source drand was not named beforehand."),
        ({"named": [], "sources": {}}, "seed.txt line 4 must be a source of chance"),
        ({"term": ""}, "seed.txt line 2 must name the term."),
        ({"roster_sha256": ROSTER.upper()}, "seed.txt line 3 must be the SHA-256 of roster.csv"),
        ({"sources": {"dice": "1\ndo=2", "drand": "8"}}, "holds an equals sign or a line end"),
        ({"term": f"t\n{ROSTER}\nx=1"}, "seed.txt line 5 must be name=value"),
    ],
)  # fmt: skip
def test_a_seed_that_somebody_could_choose_or_misread_is_not_written(change, sentence):
    given_ = {
        "term": "2027-spring",
        "roster_sha256": ROSTER,
        "sources": {"dice": "1", "drand": "8"},
        "named": ["dice", "drand"],
    }
    with pytest.raises(LotteryRefused, match=sentence):
        seed_text(**{**given_, **change})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"LOT/1", b"LOT/2", "line 1 must be LOT/1."),
        (b"LOT/1", b"\xef\xbb\xbfLOT/1", "line 1 must be LOT/1."),
        (b"LOT/1\n", b"LOT/1\r\n", "line 1 must be LOT/1."),
        (b"2027-spring", b"2027\xff", "line 2 is not UTF-8."),
        (b"2027-spring", b" 2027", "line 2 must name the term."),
        (b"3f3f", b"3f3", "line 3 must be the SHA-256 of roster.csv, 64 digits 0-9 a-f."),
        (b"dice=415263", b"dice=", "line 4 must be name=value, neither empty."),
        (b"dice=415263", b"dice", "line 4 must be name=value, neither empty."),
        (b"dice=415263", b"dice=415263\r", "line 4 must be name=value, neither empty."),
        (b"dice=415263\n", b"dice=415263\n\n", "line 5 must be name=value, neither empty."),
        (b"dice", b"drand", "line 5 names the source drand a second time."),
        (b"dice", b"euro", "line 5 drand must stand before euro: sources by name."),
        (b"8f3a\n", b"8f3a", "line 5 has no line end (LF)."),
        (TEXT, b"", "line 1 has no line end (LF)."),
    ],
)
def test_a_seed_text_has_one_form(old, new, sentence):
    with pytest.raises(LotteryRefused) as refused:
        read_seed_text(TEXT.replace(old, new, 1))
    assert str(refused.value) == f"seed.txt {sentence}"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_at_all_are_read_or_refused(text):
    try:
        read = read_seed_text(text)
    except LotteryRefused:
        return
    again = seed_text(
        term=read.term, roster_sha256=read.roster_sha256, sources=read.sources, named=read.sources
    )
    assert again.encode() == text


# The command


def run(tmp_path, seed, receipts):
    (tmp_path / "seed.txt").write_bytes(seed)
    (tmp_path / "receipts.txt").write_bytes(receipts)
    command = [sys.executable, "-m", "enrolment.domain.lottery"]
    done = subprocess.run(
        [*command, tmp_path / "seed.txt", tmp_path / "receipts.txt"],
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_the_command_prints_numbers_by_application(tmp_path):
    numbers = number_applications(["9051", "4829", "1173"], seed=seed_of(TEXT))
    lines = "".join(f"{one},{numbers[one]}\n" for one in ("1173", "4829", "9051"))
    expected = (0, f"receipt,number\n{lines}".encode(), "")
    assert run(tmp_path, TEXT, b"9051\n4829\n1173\n") == expected
    assert run(tmp_path, TEXT, b"4829\n9051\n1173") == expected
    assert run(tmp_path, TEXT, b"") == (0, b"receipt,number\n", "")


def test_the_command_refuses_with_one_sentence(tmp_path):
    twice = "receipts.txt line 3: 4829 stands there twice.\n"
    assert run(tmp_path, TEXT, b"4829\n1173\n4829\n") == (2, b"", twice)
    wrong = "seed.txt line 4 must be a source of chance, name=value; there is none.\n"
    assert run(tmp_path, TEXT[: TEXT.index(b"dice")], b"4829\n") == (2, b"", wrong)


@pytest.mark.parametrize(
    "line", [b"", b" 4829", b"48,29", b"4829\r", "４８２９".encode(), b"x" * 65]
)
def test_a_line_that_is_no_application_number_is_refused(line):
    with pytest.raises(LotteryRefused, match="line 2 is no application number"):
        read_receipts(b"1173\n" + line + b"\n9051\n")
