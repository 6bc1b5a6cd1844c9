"""The verifier for outsiders: agrees with what is right, names the first line of what is not."""

import ast
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from enrolment.domain import package, verify
from enrolment.domain.allocation import allocate
from enrolment.domain.allocation.reading import read_market
from tests.enrolment.domain.draws import (
    SOURCES,
    checked,
    market,
    person,
    published,
    random_market,
    section,
    wish,
    with_new_digests,
)

ONE, TWO, THREE, FOUR, FIVE, SIX = (f"{digit}0000000000{digit}" for digit in range(1, 7))

# Worked out on paper. The numbers are 4: 1, 5: 2, 3: 3, 2: 4, 1: 5.
# Round 1: 4 takes the open seat of A. 5 asks A in vain, then takes C. 3 comes after 4 and is new:
# the reserved seat of A. 2 and 1 ask A in vain and take two of the three seats of B.
# Round 2, backwards (1: 1, 2: 2, 5: 4, 4: 5), one seat left, in B: 1 and 2 hold B and want what is
# full; 5 holds C, which clashes with A, and takes B; 4 comes after 5.
SINGLES = market(
    [section("A", 2, ("*open*", 1), ("N", 1)), section("B", 3), section("C", 1)],
    [
        person(ONE, "A", "B", max_seats=2),
        person(TWO, "A", "B", "C", max_seats=2),
        person(THREE, wish("A", "N"), "C"),
        person(FOUR, wish("A", "N"), "B", max_seats=2),
        person(FIVE, "A", "C", "B", max_seats=2),
    ],
    [("A", "C")],
)
SINGLES_DRAWN = {
    "numbers.csv": [f"{ONE},5", f"{TWO},4", f"{THREE},3", f"{FOUR},1", f"{FIVE},2"],
    "result.csv": [
        f"{ONE},B,1,open",
        f"{TWO},B,1,open",
        f"{THREE},A,1,N",
        f"{FOUR},A,1,open-first",
        f"{FIVE},B,2,open",
        f"{FIVE},C,1,open",
    ],
    "cutoffs.csv": [
        "A,1,N,0,3",
        "A,1,open,closed,",
        "A,1,open-first,0,1",
        "A,2,open,closed,",
        "B,1,open,not_full,",
        "B,2,open,0,4",
        "C,1,open,0,2",
        "C,2,open,closed,",
    ],
}

# The numbers are 2: 1, 5: 2, 4: 3, 1: 4, 3: 5, 6: 6; 1 and 6 are pairs; two seats of G are for C
# alone. 2 takes one of them, the other stays empty. 5 takes the one open seat of G before 4, who
# is of the second tier there and goes to H. 1 finds one seat in G and one in H: a pair goes by,
# and 3 takes the one in H. Round 2: 5 asks H, which is full.
PAIRS = market(
    [section("G", 3, ("C", 2, True)), section("H", 2)],
    [
        person(ONE, "G", "H", size=2),
        person(TWO, wish("G", "C")),
        person(THREE, "H", "G"),
        person(FOUR, wish("G", tier=1), "H"),
        person(FIVE, "G", "H", max_seats=2),
        person(SIX, "H", "G", size=2),
    ],
)
PAIRS_DRAWN = {
    "numbers.csv": [f"{ONE},4", f"{TWO},1", f"{THREE},5", f"{FOUR},3", f"{FIVE},2", f"{SIX},6"],
    "result.csv": [f"{TWO},G,1,C", f"{THREE},H,1,open", f"{FOUR},H,1,open", f"{FIVE},G,1,open"],
    "cutoffs.csv": [
        "G,1,C,not_full,",
        "G,1,open,0,2",
        "G,2,C,not_full,",
        "G,2,open,closed,",
        "H,1,open,0,5",
        "H,2,open,closed,",
    ],
}

# The numbers are those of the names; 2 and 4 are pairs. 1 and 3 sit in X, 2 in Y, until 4, who is
# of a better tier in X, sends 1 and 3 away together. 1 comes before 3: Y has then one seat left,
# 2 goes by and takes W, 3 takes that seat. Had 3 asked Y first, it would have been sent on to V.
IN_LINE = market(
    [section("V", 1), section("W", 2), section("X", 2), section("Y", 2)],
    [
        person(ONE, wish("X", tier=1), "Y"),
        person(TWO, "Y", "W", size=2),
        person(THREE, wish("X", tier=1), "Y", "V"),
        person(FOUR, "X", size=2),
    ],
)
IN_LINE_DRAWN = {
    "numbers.csv": [f"{ONE},1", f"{TWO},2", f"{THREE},3", f"{FOUR},4"],
    "result.csv": [
        f"{ONE},Y,1,open",
        f"{TWO},W,1,open",
        f"{THREE},Y,1,open",
        f"{FOUR},X,1,open",
    ],
    "cutoffs.csv": ["V,1,open,not_full,", "W,1,open,0,2", "X,1,open,0,4", "Y,1,open,0,3"],
}
LUCKY = {"dice": "666666666666666666666661"}


@pytest.fixture(scope="module")
def files():
    """A draw with seats of every kind: open first, reserved, open, in both rounds; and pairs."""
    files = published(random_market(680, people=14, pairs=True))
    seats = [line.split(",")[2:] for line in files["result.csv"].decode().splitlines()[1:]]
    rounds, buckets = ({seat[field] for seat in seats} for field in (0, 1))
    assert (rounds, buckets) == ({"1", "2"}, {"open-first", "N", "C", "M", "open"})
    return files


def last_line(files):
    status, lines = checked(files)
    return status, lines[-1]


def edited(files, name, old, new):
    text = files[name].decode()
    assert old in text
    return {**files, name: text.replace(old, new, 1).encode()}


def said_by_the_engine(files):
    """Seats and cut-offs as the product's own engine works them out from a package."""
    market = package.read_files(files).market
    result = json.loads(allocate(read_market(json.dumps(market).encode())).to_json())
    return result["seats"], result["cutoffs"]


@pytest.mark.parametrize(
    ("market_", "drawn", "sources"),
    [
        (SINGLES, SINGLES_DRAWN, SOURCES),
        (PAIRS, PAIRS_DRAWN, SOURCES),
        (IN_LINE, IN_LINE_DRAWN, LUCKY),
    ],
    ids=["singles", "pairs", "in line"],
)
def test_draws_worked_out_on_paper_are_found_right(market_, drawn, sources):
    files = published(market_, sources=sources)
    read = package.read_files(files)
    assert said_by_the_engine(files) == (read.seats, read.cutoffs)
    assert {name: files[name].decode().splitlines()[1:] for name in drawn} == drawn
    status, lines = checked(files)
    digests = [f"{sha256(files[name]).hexdigest()}  {name}" for name in package.FILES]
    assert status == 0
    assert lines[:-1] == [
        f"报名 Applications: {len(market_['applicants'])}",
        f"班级 Classes: {len(market_['classes'])}, 座位 seats: "
        f"{sum(section['capacity'] for section in market_['classes'])}",
        "学期 Term: 2027-spring",
        f"种子 Seed: {sha256(files['seed.txt']).hexdigest()}",
        f"号码 Numbers: {len(drawn['numbers.csv'])}",
        f"录取 Result: {len(drawn['result.csv'])}",
        f"末位号码 Cut-offs: {len(drawn['cutoffs.csv'])}",
        *digests,
    ]


def agree(markets):
    """Have the product's engine and the verifier work out the same draws; count the seats."""
    seats = 0
    for seed in range(markets):
        files = published(random_market(seed, pairs=seed % 2 == 1, most_seats=3))
        read = package.read_files(files)
        assert said_by_the_engine(files) == (read.seats, read.cutoffs), seed
        assert checked(files)[0] == 0, seed
        seats += len(read.seats)
    return seats


def test_the_products_engine_says_the_same_though_it_shares_no_line():
    assert agree(200) > 500


@pytest.mark.deep("audit")
def test_the_products_engine_says_the_same_twenty_thousand_times():
    sys.stdout.write(f"20,000 draws, {agree(20_000)} seats: engine and verifier say the same\n")


# What is wrong is found


def test_swapped_seats_are_found():
    one, three = f"{ONE},B,1,open", f"{THREE},A,1,N"
    swapped = edited(published(SINGLES), "result.csv", one, f"{ONE},A,1,N")
    swapped = with_new_digests(edited(swapped, "result.csv", three, f"{THREE},B,1,open"))
    assert last_line(swapped) == (
        1,
        "不符 WRONG: result.csv 第 2 行 line 2: "
        f'公布 published "{ONE},A,1,N", 应为 must be "{one}"',
    )


def test_one_seat_too_many_is_found():
    line = f"{FIVE},C,1,open\n"
    more = edited(published(SINGLES), "result.csv", line, f"{line}{SIX},C,1,open\n")
    assert last_line(with_new_digests(more)) == (
        1,
        f'不符 WRONG: result.csv 第 8 行 line 8: 公布 published "{SIX},C,1,open", 应为 must be ""',
    )


def test_a_wrong_cutoff_is_found():
    wrong = edited(published(SINGLES), "cutoffs.csv", "A,1,N,0,3", "A,1,N,0,5")
    assert last_line(with_new_digests(wrong)) == (
        1,
        "不符 WRONG: cutoffs.csv 第 2 行 line 2: "
        '公布 published "A,1,N,0,5", 应为 must be "A,1,N,0,3"',
    )


def test_one_swapped_number_is_found():
    swapped = edited(published(SINGLES), "numbers.csv", f"{TWO},4", f"{TWO},3")
    swapped = with_new_digests(edited(swapped, "numbers.csv", f"{THREE},3", f"{THREE},4"))
    assert last_line(swapped) == (
        1,
        "不符 WRONG: numbers.csv 第 3 行 line 3: "
        f'公布 published "{TWO},3", 应为 must be "{TWO},4"',
    )


@pytest.mark.parametrize(
    ("name", "line", "published_"),
    [("numbers.csv", 4, f"{FOUR},1"), ("result.csv", 4, f"{FOUR},A,1,open-first")],
)
def test_a_person_left_out_of_a_file_is_found(name, line, published_):
    missing = f"{THREE},3\n" if name == "numbers.csv" else f"{THREE},A,1,N\n"
    without = with_new_digests(edited(published(SINGLES), name, missing, ""))
    assert last_line(without) == (
        1,
        f"不符 WRONG: {name} 第 {line} 行 line {line}: "
        f'公布 published "{published_}", 应为 must be "{missing.strip()}"',
    )


def test_a_person_left_out_of_every_file_is_found_by_the_seed():
    files = published(SINGLES)
    people = [one for one in SINGLES["applicants"] if one["id"] != THREE]
    without = published({**SINGLES, "applicants": people})
    forged = with_new_digests({**without, "seed.txt": files["seed.txt"]})
    status, line = last_line(forged)
    rosters = [sha256(one["roster.csv"]).hexdigest() for one in (files, forged)]
    assert (status, line) == (
        1,
        "不符 WRONG: seed.txt 第 3 行 line 3: "
        f'公布 published "{rosters[0]}", 应为 must be "{rosters[1]}"',
    )


@pytest.mark.parametrize("name", [*package.FILES, package.DIGESTS])
def test_every_single_byte_that_is_changed_is_found_and_a_file_named(files, name):
    for at in range(len(files[name])):
        changed = bytearray(files[name])
        changed[at] ^= 1
        status, line = last_line({**files, name: bytes(changed)})
        assert (status, line.startswith("不符 WRONG: ")) == (1, True), at


@pytest.mark.parametrize("name", ["numbers.csv", "result.csv", "cutoffs.csv", "roster.csv"])
def test_new_digests_hide_no_byte_of_what_the_seed_fixes(files, name):
    for at in range(len(files[name])):
        changed = bytearray(files[name])
        changed[at] ^= 1
        assert checked(with_new_digests({**files, name: bytes(changed)}))[0] == 1, at


def test_another_throw_is_another_draw(files):
    other = edited(files, "seed.txt", "dice=4", "dice=5")
    assert last_line(other)[1].startswith("不符 WRONG: digests.txt 第 7 行 line 7: ")
    assert last_line(with_new_digests(other))[1].startswith("不符 WRONG: numbers.csv 第 2 行")


FORM = "格式或次序不对 bad form or order"


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "why"),
    [
        ("sections.csv", "B,3,", "B,-3,", 3, f'{FORM} "B,-3,"'),
        ("sections.csv", "B,3,\nC,1,", "C,1,\nB,3,", 4, f'{FORM} "B,3,"'),
        ("sections.csv", "N:1:0", "*open*:1:0", 2, '重复 twice "*open*"'),
        ("clashes.csv", "A,C", "A,X", 2, '没有此班或次序不对 unknown or "A,X"'),
        ("clashes.csv", "A,C", "C,A", 2, '没有此班或次序不对 unknown or "C,A"'),
        ("roster.csv", "2,1,A:0:|B:0:\n", "2,1,A:0:|X:0:\n", 2, '没有此班 unknown "X"'),
        ("roster.csv", "2,1,A:0:|B:0:\n", "2,1,A:0:|A:0:\n", 2, '重复 twice "A:0:"'),
        ("roster.csv", "C:0:\n", "C:0:\r\n", 3, f'{FORM} "{TWO},2,1,A:0:|B:0:|C:0:\\x0d"'),
        ("roster.csv", "application,", "号,", 1, '公布 published "\\xe5\\x8f\\xb7,max_seats,'),
        ("seed.txt", "2027-spring\n", "\n", 2, '公布 published "", 应为 must be "TERM"'),
        ("seed.txt", "drand", "dice", 5, f'{FORM} "dice=8f3a'),
        (
            "digests.txt",
            "seed.txt\n",
            "seed.txt",
            8,
            '公布 published 没有 nothing, 应为 must be ""',
        ),
    ],
)
def test_what_is_not_as_agreed_is_named_by_file_and_line(name, old, new, line, why):
    status, said = last_line(edited(published(SINGLES), name, old, new))
    expected = f"不符 WRONG: {name} 第 {line} 行 line {line}: {why}"
    assert (status, said.startswith(expected)) == (1, True), said


def test_no_source_of_chance_is_no_draw():
    files = published(SINGLES)
    head = b"\n".join(files["seed.txt"].split(b"\n")[:3]) + b"\n"
    expected = "不符 WRONG: seed.txt 第 4 行 line 4: 没有随机源 no source of chance"
    assert last_line({**files, "seed.txt": head}) == (1, expected)
    torn = {**files, "seed.txt": b"LOT/1\n2027 \xe6\x98\n"}
    expected = "不符 WRONG: seed.txt 第 2 行 line 2: 不是 not UTF-8"
    assert last_line(torn) == (1, expected)


# One file, for anybody


def run(*arguments):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


def test_it_runs_alone_and_prints_the_same_bytes_everywhere(tmp_path, files):
    package.write(tmp_path / "draw", files)
    alone = shutil.copy(verify.__file__, tmp_path / "verify.py")
    status, lines = checked(files)
    expected = (status, "".join(f"{line}\n" for line in lines).encode(), "")
    assert expected[0] == 0
    assert run("-m", "enrolment.domain.verify", tmp_path / "draw") == expected
    assert run("-I", "-S", alone, tmp_path / "draw") == expected
    (tmp_path / "draw/result.csv").unlink()
    missing = "不符 WRONG: result.csv 第 1 行 line 1: 缺少文件 the file is missing\n".encode()
    assert run("-I", "-S", alone, tmp_path / "draw") == (1, missing, "")
    assert run(alone, tmp_path / "nowhere") == (2, b"", "python verify.py FOLDER\n")


def test_it_is_short_and_imports_the_standard_library_alone():
    text = Path(verify.__file__).read_text(encoding="utf-8")
    assert text.count("\n") < 300
    imported = [
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [node.names[0].name])
    ]
    assert set(imported) <= sys.stdlib_module_names
