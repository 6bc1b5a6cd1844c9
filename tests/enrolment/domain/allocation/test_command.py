"""The command: files in, files out, without Django, and the same bytes everywhere."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from enrolment.domain.allocation import Market, allocate
from tests.enrolment.domain.allocation.markets import random_market

ROOT = Path(__file__).resolve().parents[4]
# What the command may not need: importing any of it ends the process.
WITHOUT_SITE = """
import runpy, sys
for name in ("django", "wagtail", "celery"{more}):
    sys.modules[name] = None
sys.argv[0] = "allocation"
runpy.run_module("enrolment.domain.allocation", run_name="__main__")
"""
MARKET = {
    "classes": [
        {
            "id": "太极-1",
            "capacity": 2,
            "buckets": [{"name": "*open*", "seats": 1}, {"name": "N", "seats": 1, "hard": True}],
        },
        {"id": "c2", "capacity": 1},
    ],
    "applicants": [
        {
            "id": "a",
            "lottery": 30,
            "max_seats": 2,
            "choices": [{"class": "太极-1", "tier": 0, "buckets": ["N"]}, {"class": "c2"}],
        },
        {"id": "b", "lottery": 10, "choices": [{"class": "太极-1", "tier": 0, "buckets": []}]},
        {"id": "d", "lottery": 20, "choices": [{"class": "太极-1", "tier": 0, "buckets": []}]},
    ],
    "clashes": [["太极-1", "c2"]],
    "lottery_rounds": "reverse",
}
RESULT = """{
"assignment":{
"a":["太极-1"],
"b":["太极-1"],
"d":[]
},
"cutoffs":{
"c2|1|open":null,
"c2|2|open":null,
"太极-1|1|N":[0,30],
"太极-1|1|open":"closed",
"太极-1|1|open-first":[0,10],
"太极-1|2|open":"closed"
},
"seats":{
"a|太极-1":[1,"N"],
"b|太极-1":[1,"open-first"]
},
"waitlists":{
"c2":[],
"太极-1":["d"]
}
}
"""


def run(market, *options, hash_seed="0", without=()):
    """The command in a process of its own, Django and its like out of reach."""
    more = "".join(f', "{name}"' for name in without)
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_SITE.format(more=more), *options],
        input=market if isinstance(market, bytes) else json.dumps(market).encode(),
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": hash_seed, "PATH": os.environ["PATH"]},
        check=False,
    )


@pytest.mark.parametrize("engine", ["python", "numpy"])
def test_a_market_becomes_a_result_without_django(engine):
    done = run(MARKET, "--engine", engine)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, RESULT, b"")


def test_nothing_but_python_is_needed():
    done = run(MARKET, without=["numpy"])
    assert (done.returncode, done.stdout.decode()) == (0, RESULT)
    refused = run(MARKET, "--engine", "numpy", without=["numpy"])
    sentence = b"numpy is not installed here; --engine python needs nothing.\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, b"", sentence)


@pytest.mark.parametrize("engine", ["python", "numpy"])
def test_neither_the_hash_seed_nor_the_order_of_lines_enters(engine):
    market = as_file(random_market(5, people=60, classes=6))
    results = {run(market, "--engine", engine, hash_seed=seed).stdout for seed in ("1", "77")}
    for at in range(3):
        random.Random(at).shuffle(market["applicants"])
        random.Random(at).shuffle(market["classes"])
        market["clashes"] = [pair[::-1] for pair in reversed(market["clashes"])]
        results.add(run(market, "--engine", engine, hash_seed="5").stdout)
    assert len(results) == 1
    assert json.loads(results.pop())["seats"]


def test_the_command_says_what_the_function_says():
    market = random_market(11, people=40, classes=5)
    assert run(as_file(market)).stdout == allocate(market).to_json()


def test_bad_input_ends_with_2_and_one_sentence():
    twice = json.loads(json.dumps(MARKET))
    twice["applicants"][1]["lottery"] = 20
    done = run(twice)
    sentence = 'Applicant "d" has the lottery number 20, which applicant "b" has too.\n'
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", sentence)


def test_a_published_result_is_checked_by_its_cutoffs(tmp_path):
    published = tmp_path / "result.json"
    published.write_text(RESULT)
    right = run(MARKET, "--check", str(published))
    assert (right.returncode, right.stdout) == (0, b"")

    published.write_text(RESULT.replace('"d":[]', '"e":[]'))
    wrong = run(MARKET, "--check", str(published))
    assert (wrong.returncode, wrong.stdout.decode().splitlines()) == (
        1,
        [
            "d: has applied and is missing from the assignment.",
            "e: is assigned and has not applied.",
        ],
    )

    published.write_text("{")
    unreadable = run(MARKET, "--check", str(published))
    assert (unreadable.returncode, unreadable.stdout) == (2, b"")
    assert unreadable.stderr.decode() == f"The result {published} cannot be read as JSON.\n"


def test_an_applicant_is_told_what_became_of_each_wish():
    done = run(MARKET, "--explain", "d")
    assert [json.loads(line) for line in done.stdout.decode().splitlines()] == [
        {
            "class_id": "太极-1",
            "code": "FULL",
            "round": 1,
            "bucket": None,
            "blocked_by": [],
            "bars": [
                {"round": 1, "bucket": "open-first", "yours": [0, 20], "last": [0, 10]},
                {"round": 1, "bucket": "open", "yours": [0, 20], "last": "closed"},
            ],
            "place": 1,
        }
    ]
    stranger = run(MARKET, "--explain", "z")
    assert (stranger.returncode, stranger.stderr.decode()) == (
        2,
        'There is no applicant "z" in the market.\n',
    )


def as_file(market: Market):
    """A market as the JSON that the command reads."""
    return {
        "classes": [
            {
                "id": spec.id,
                "capacity": spec.capacity,
                "buckets": [
                    {"name": bucket.name, "seats": bucket.seats, "hard": bucket.hard}
                    for bucket in spec.buckets
                ],
            }
            for spec in market.classes
        ],
        "applicants": [
            {
                "id": person.id,
                "lottery": person.lottery,
                "max_seats": person.max_seats,
                "size": person.size,
                "choices": [
                    {"class": choice.class_id, "tier": choice.tier, "buckets": [*choice.buckets]}
                    for choice in person.choices
                ],
            }
            for person in market.applicants
        ],
        "clashes": [list(pair) for pair in market.clashes],
        "lottery_rounds": str(market.lottery_rounds),
        "waitlist_order": str(market.waitlist_order),
    }
