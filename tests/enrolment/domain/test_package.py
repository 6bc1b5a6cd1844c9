"""The public package: one way to write it, and a sentence with file and line for anything else."""

import doctest
import importlib
import json
import subprocess
import sys
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrolment.domain import package
from enrolment.domain.package import PackageRefused
from tests.enrolment.domain.draws import (
    drawn,
    market,
    person,
    published,
    random_market,
    section,
    wish,
    with_new_digests,
)

SMALL = market(
    [section("GQ-2", 1), section("TJ-1", 2, ("*open*", 1), ("N", 1, True))],
    [
        person("482915307116", wish("TJ-1", "NC"), wish("GQ-2", "NC", 1), max_seats=2),
        person("104827736450", "GQ-2", size=2),
        person("771203948561"),
    ],
    [("TJ-1", "GQ-2")],
)


def refusal_of(files):
    with pytest.raises(PackageRefused) as refused:
        package.read_files(files)
    return str(refused.value)


@pytest.mark.parametrize("module", ["frozen", "drawn"])
def test_the_examples_hold(module):
    assert (
        doctest.testmod(importlib.import_module(f"enrolment.domain.package.{module}")).failed == 0
    )


def test_the_files_are_as_the_rules_say():
    files = published(SMALL)
    assert files["roster.csv"].decode().splitlines() == [
        "application,max_seats,size,wishes",
        "104827736450,1,2,GQ-2:0:",
        "482915307116,2,1,TJ-1:0:CN|GQ-2:1:CN",
        "771203948561,1,1,",
    ]
    assert files["sections.csv"] == b"section,capacity,buckets\nGQ-2,1,\nTJ-1,2,*open*:1:0|N:1:1\n"
    assert files["clashes.csv"] == b"section,section\nGQ-2,TJ-1\n"
    assert files["result.csv"].decode().splitlines() == [
        "application,section,round,bucket",
        "482915307116,TJ-1,1,open-first",
    ]
    assert files["cutoffs.csv"].decode().splitlines() == [
        "section,round,bucket,tier,number",
        "GQ-2,1,open,not_full,",
        "GQ-2,2,open,not_full,",
        "TJ-1,1,N,not_full,",
        "TJ-1,1,open,closed,",
        f"TJ-1,1,open-first,0,{number_in(files, '482915307116')}",
        "TJ-1,2,N,not_full,",
        "TJ-1,2,open,closed,",
    ]
    assert files["digests.txt"].decode().splitlines() == [
        f"{sha256(files[name]).hexdigest()}  {name}"
        for name in sorted(set(files) - {"digests.txt"})
    ]


def number_in(files, application):
    rows = dict(line.split(",") for line in files["numbers.csv"].decode().splitlines())
    return rows[application]


def test_a_package_comes_back_as_it_was_written():
    numbered, text = drawn(SMALL)
    files = published(SMALL)
    read = package.read_files(files)
    people = {person["id"]: person for person in numbered["applicants"]}
    for found in read.market["applicants"]:
        expected = people[found["id"]]
        choices = [{**one, "buckets": sorted(one["buckets"])} for one in expected["choices"]]
        assert found == {**expected, "choices": choices}
    assert read.seats == {"482915307116|TJ-1": [1, "open-first"]}
    assert read.seed.roster_sha256 == sha256(files["roster.csv"]).hexdigest()
    again = package.drawn_files(read.market, {"seats": read.seats, "cutoffs": read.cutoffs}, text)
    assert again == files


@given(st.integers(0, 10**6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_input_changes_no_byte_and_writing_what_was_read_changes_none(
    seed, chance
):
    market_ = random_market(seed, pairs=True, most_seats=3)
    files = published(market_)
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in market_.items()}
    for person_ in shuffled["applicants"]:
        for one in person_["choices"]:
            one["buckets"] = chance.sample(one["buckets"], len(one["buckets"]))
    assert published(shuffled) == files
    read = package.read_files(files)
    result = {"seats": read.seats, "cutoffs": read.cutoffs}
    assert package.drawn_files(read.market, result, files["seed.txt"]) == files


CHANGES = [
    ("roster.csv", b"application,max", b"number,max", "line 1: must be the header application"),
    ("roster.csv", b"application,max", b"\xef\xbb\xbfapplication,max", "line 1: begins with"),
    ("roster.csv", b"2,GQ-2:0:\n", b"2,GQ-2:0:\r\n", "line 2: ends with CR LF"),
    ("roster.csv", b"104827736450", b"\xff", "line 2: is not UTF-8."),
    ("roster.csv", b"771203948561,1,1,\n", b"771203948561,1,1,", "line 4: has no line end (LF)."),
    ("roster.csv", b"2,GQ-2:0:", b'2,"GQ-2:0:"', "line 2: '104827736450,1,2,\"GQ-2:0:\"' is"),
    ("roster.csv", b"1,2,GQ-2:0:", b"1,3,GQ-2:0:", "line 2: '104827736450,1,3,GQ-2:0:' is not of"),
    ("roster.csv", b"1,2,GQ-2:0:", b"-1,2,GQ-2:0:", "line 2: '104827736450,-1,2,GQ-2:0:' is not"),
    ("roster.csv", b"2,GQ-2:0:", b"2,GQ-2:00:", "line 2: '104827736450,1,2,GQ-2:00:' is not of"),
    ("roster.csv", b"2,GQ-2:0:", b"2,XX-9:0:", "line 2: class XX-9 is not in sections.csv."),
    ("roster.csv", b"GQ-2:1:CN", b"TJ-1:1:CN", "line 3: class TJ-1 is wished twice."),
    ("roster.csv", b"GQ-2:1:CN", b"GQ-2:1:NN", "line 3: GQ-2:1:NN names a bucket twice."),
    ("roster.csv", b"771203948561", b"482915307116", "line 4: 482915307116 stands there twice"),
    ("roster.csv", b"771203948561", b"182915307116", "line 4: 182915307116 is out of order"),
    ("sections.csv", b"GQ-2,1,", b"GQ-2,-1,", "line 2: 'GQ-2,-1,' is not of the form TJ-1,24,"),
    ("sections.csv", b"GQ-2,1,", "古琴,1,".encode(), "line 2: '古琴,1,' is not of the form"),
    ("sections.csv", b"N:1:1", b"N:1:2", "line 3: 'TJ-1,2,*open*:1:0|N:1:2' is not of the form"),
    ("sections.csv", b"*open*:1:0", b"N:1:0", "line 3: the bucket N stands there twice."),
    ("sections.csv", b"GQ-2,1,\n", b"GQ-2,1,\nGQ-2,1,\n", "line 3: GQ-2 stands there twice"),
    ("clashes.csv", b"GQ-2,TJ-1", b"TJ-1,GQ-2", "line 2: GQ-2 must stand before TJ-1."),
    ("clashes.csv", b"GQ-2,TJ-1", b"GQ-2,XX-9", "line 2: class XX-9 is not in sections.csv."),
    ("clashes.csv", b"GQ-2,TJ-1\n", b"GQ-2,TJ-1\n\n", "line 3: '' is not of the form"),
    ("numbers.csv", b"771203948561", b"771203948562", "line 4: 771203948562 is not on"),
    ("result.csv", b"TJ-1", b"XX-9", "line 2: class XX-9 is not in sections.csv."),
    ("result.csv", b"482915307116", b"482915307117", "line 2: 482915307117 is not on the roster."),
    ("result.csv", b"TJ-1,1", b"TJ-1,0", "line 2: '482915307116,TJ-1,0,open-first' is not of"),
    ("cutoffs.csv", b"GQ-2,1,open,not_full,", b"XX-9,1,open,not_full,", "line 2: class XX-9 is"),
    ("cutoffs.csv", b"GQ-2,1,open,not_full,", b"GQ-2,1,open,not_full,3", "line 2: a number goes"),
    ("cutoffs.csv", b"GQ-2,1,open,not_full,", b"GQ-2,1,open,0,", "line 2: a number goes with a"),
    ("seed.txt", b"LOT/1", b"LOT/2", ": line 1 must be LOT/1."),
    ("digests.txt", b"  numbers", b"  number5", "line 3: numbers.csv has another digest."),
    ("digests.txt", b"seed.txt\n", b"seed.txt\n\n", "line 8: must end here."),
    ("digests.txt", b"seed.txt\n", b"seed.txt", "line 8: must end here."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"), CHANGES, ids=[f"{c[0]} {c[2][:20]!r}" for c in CHANGES]
)
def test_whatever_is_not_as_agreed_is_refused_by_file_and_line(name, old, new, sentence):
    files = published(SMALL)
    assert old in files[name]
    changed = {**files, name: files[name].replace(old, new, 1)}
    if name not in ("roster.csv", "digests.txt"):
        changed = with_new_digests(changed)
    separator = "" if sentence.startswith(":") else " "
    assert refusal_of(changed).startswith(f"{name}{separator}{sentence}")


def test_a_file_sound_in_itself_is_told_by_its_digest():
    files = published(SMALL)
    roster = files["roster.csv"].replace(b"2,1,TJ-1", b"1,1,TJ-1")
    assert refusal_of({**files, "roster.csv": roster}) == (
        "seed.txt line 3: is not the SHA-256 of roster.csv."
    )
    seed = files["seed.txt"].replace(b"dice=4", b"dice=5")
    another = "digests.txt line 7: seed.txt has another digest."
    assert refusal_of({**files, "seed.txt": seed}) == another


def test_a_number_twice_or_none_is_refused():
    files = published(SMALL)
    first, second, *_rest = files["numbers.csv"].decode().splitlines()[1:]
    twice = files["numbers.csv"].replace(second.encode(), f"{second[:13]}{first[13:]}".encode())
    has_too = f"482915307116 has the number {first[13:]}, which 104827736450 has too."
    assert refusal_of({**files, "numbers.csv": twice}) == f"numbers.csv line 3: {has_too}"
    without = files["numbers.csv"].replace(f"{first}\n".encode(), b"")
    sentence = "numbers.csv: 104827736450 of the roster has no number."
    assert refusal_of({**files, "numbers.csv": without}) == sentence


def test_what_could_not_be_read_back_is_not_written():
    strange = market([section("太极", 1)], [])
    with pytest.raises(PackageRefused, match=r"sections.csv line 2: '太极,1,' is not of the form"):
        package.frozen_files(strange)
    unknown = market([section("TJ-1", 1)], [person("482915307116", "GQ-2")])
    with pytest.raises(PackageRefused, match=r"roster.csv line 2: class GQ-2 is not in"):
        package.frozen_files(unknown)
    numbered, text = drawn(SMALL)
    late = {**numbered, "applicants": numbered["applicants"][:2]}
    with pytest.raises(PackageRefused, match=r"seed.txt line 3: is not the SHA-256 of roster.csv"):
        package.drawn_files(late, {"seats": {}, "cutoffs": {}}, text)


def test_a_published_file_is_written_again_but_never_replaced(tmp_path):
    folder, files = tmp_path / "draw", published(SMALL)
    package.write(folder, package.frozen_files(SMALL))
    package.write(folder, files)
    package.write(folder, files)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    other = {**files, "result.csv": b"application,section,round,bucket\n"}
    with pytest.raises(PackageRefused, match=r"result.csv: is published already, with other"):
        package.write(folder, {"result.csv": other["result.csv"]})
    with pytest.raises(PackageRefused, match=r"digests.txt: is published already, with other"):
        package.write(folder, with_new_digests(other))
    assert package.read(folder) == package.read_files(files)


def test_a_missing_file_is_named(tmp_path):
    for missing in published(SMALL):
        folder = tmp_path / missing
        files = published(SMALL)
        files.pop(missing)
        package.write(folder, files)
        with pytest.raises(PackageRefused) as refused:
            package.read(folder)
        assert str(refused.value) == f"{missing}: is missing."


@given(st.integers(0, 10**6), st.sampled_from(sorted(package.FILES)), st.binary(max_size=3))
@settings(max_examples=150, deadline=None)
def test_spoiled_files_are_refused_in_words(seed, name, rubbish):
    files = published(random_market(seed, people=4, classes=3))
    chance = Random(seed)
    cut, end = sorted(chance.choices(range(len(files[name]) + 1), k=2))
    spoiled = files[name][:cut] + rubbish + files[name][end:]
    if spoiled != files[name]:
        assert refusal_of({**files, name: spoiled})


def run(module, *arguments, text=None):
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], input=text, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_the_command_turns_a_package_into_the_market_of_the_allocation(tmp_path):
    files = published(SMALL)
    package.write(tmp_path / "draw", files)
    status, printed, said = run("enrolment.domain.package", tmp_path / "draw")
    assert (status, said) == (0, "")
    assert json.loads(printed) == package.read_files(files).market
    status, result, said = run("enrolment.domain.allocation", text=printed)
    assert (status, said) == (0, "")
    assert json.loads(result)["seats"] == {"482915307116|TJ-1": [1, "open-first"]}
    (tmp_path / "draw/numbers.csv").unlink()
    missing = (2, b"", "numbers.csv: is missing.\n")
    assert run("enrolment.domain.package", tmp_path / "draw") == missing
