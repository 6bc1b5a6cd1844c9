"""Every bad market is refused with the sentence that names the place."""

import json
from copy import deepcopy

import pytest

from enrolment.domain.allocation import MarketRefused, allocate
from enrolment.domain.allocation.reading import read_market

GOOD = {
    "classes": [
        {"id": "c1", "capacity": 2, "buckets": [{"name": "N", "seats": 1}]},
        {"id": "c2", "capacity": 1},
    ],
    "applicants": [
        {"id": "a", "lottery": 1, "choices": [{"class": "c1"}, {"class": "c2"}]},
        {"id": "b", "lottery": 2, "choices": []},
    ],
    "clashes": [["c1", "c2"]],
}
REMOVED = object()

SPOILED = [
    # the classes
    (["classes"], REMOVED, 'The market: "classes" is missing.'),
    (["classes"], {}, 'The market: "classes" must be a list.'),
    (["classes", 0], 7, "Class 1 of the list is not a JSON object."),
    (["classes", 0, "id"], 7, 'Class 1 of the list: "id" must be text in quotes.'),
    (["classes", 0, "id"], "", 'Class "" has an empty name.'),
    (["classes", 0, "id"], "a|b", 'Class "a|b" has a name with "|" or an invisible sign in it.'),
    (["classes", 1, "id"], "c1", 'Class "c1" stands twice in the list of classes.'),
    (["classes", 0, "capacity"], REMOVED, 'Class "c1": "capacity" is missing.'),
    (["classes", 0, "capacity"], -1, 'Class "c1" has a capacity of -1, which is below 0.'),
    (["classes", 0, "capacity"], 2.0, 'Class "c1": "capacity" must be a whole number.'),
    (["classes", 0, "capacity"], True, 'Class "c1": "capacity" must be a whole number.'),
    (["classes", 0, "capacity"], None, 'Class "c1": "capacity" must be a whole number.'),
    (["classes", 0, "buckets"], "N", 'Class "c1": "buckets" must be a list.'),
    (["classes", 0, "buckets", 0], "N", 'Class "c1", bucket 1 is not a JSON object.'),
    (["classes", 0, "buckets", 0, "name"], REMOVED, 'Class "c1", bucket 1: "name" is missing.'),
    (
        ["classes", 0, "buckets", 0, "seats"],
        -2,
        'Class "c1", bucket "N" has -2 seats, which is below 0.',
    ),
    (
        ["classes", 0, "buckets", 0, "hard"],
        "yes",
        'Class "c1", bucket "N": "hard" must be true or false.',
    ),
    (
        ["classes", 0, "buckets", 0, "name"],
        "open",
        'Class "c1" calls a bucket "open", a name that results use for other seats.',
    ),
    (
        ["classes", 0, "buckets"],
        [{"name": "N", "seats": 1}, {"name": "N", "seats": 1}],
        'Class "c1" has the bucket "N" twice.',
    ),
    # the applicants
    (["applicants"], REMOVED, 'The market: "applicants" is missing.'),
    (["applicants", 1], None, "Applicant 2 of the list is not a JSON object."),
    (["applicants", 1, "id"], REMOVED, 'Applicant 2 of the list: "id" is missing.'),
    (["applicants", 1, "id"], "a", 'Applicant "a" stands twice in the list of applicants.'),
    (["applicants", 1, "lottery"], REMOVED, 'Applicant "b": "lottery" is missing.'),
    (["applicants", 1, "lottery"], "2", 'Applicant "b": "lottery" must be a whole number.'),
    (
        ["applicants", 1, "lottery"],
        1,
        'Applicant "b" has the lottery number 1, which applicant "a" has too.',
    ),
    (["applicants", 1, "max_seats"], -1, 'Applicant "b" wants -1 seats; it must be 0 to 255.'),
    (["applicants", 1, "max_seats"], 256, 'Applicant "b" wants 256 seats; it must be 0 to 255.'),
    (["applicants", 1, "size"], 3, 'Applicant "b" has the size 3; it must be 1 or 2.'),
    (["applicants", 1, "choices"], REMOVED, 'Applicant "b": "choices" is missing.'),
    (["applicants", 0, "choices", 1], [], 'Applicant "a", choice 2 is not a JSON object.'),
    (
        ["applicants", 0, "choices", 1, "class"],
        "c9",
        'Applicant "a", choice 2 names class "c9", which is unknown.',
    ),
    (
        ["applicants", 0, "choices", 1, "class"],
        "c1",
        'Applicant "a", choice 2 names class "c1" a second time.',
    ),
    (
        ["applicants", 0, "choices", 1, "tier"],
        -1,
        'Applicant "a", choice 2 has the tier -1, which is below 0.',
    ),
    (
        ["applicants", 0, "choices", 1, "buckets"],
        [1],
        'Applicant "a", choice 2: "buckets" must be a list of names.',
    ),
    # the rest
    (["clashes", 0, 1], "c9", 'Clash 1 names class "c9", which is unknown.'),
    (["clashes", 0], ["c1"], "Clash 1 must be a list of two classes."),
    (["clashes", 0], "c1", "Clash 1 must be a list of two classes."),
    (["lottery_rounds"], "random", 'The market: "lottery_rounds" must be reverse or same.'),
    (["waitlist_order"], [], 'The market: "waitlist_order" must be rank or no_seat_first.'),
]


def refusal(file):
    with pytest.raises(MarketRefused) as refused:
        read_market(file)
    return str(refused.value)


@pytest.mark.parametrize(("place", "value", "sentence"), SPOILED, ids=[s[2] for s in SPOILED])
def test_a_spoiled_market_is_refused_by_its_place(place, value, sentence):
    market = deepcopy(GOOD)
    *way, last = place
    inner = market
    for step in way:
        inner = inner[step]
    if value is REMOVED:
        del inner[last]
    else:
        inner[last] = value
    assert refusal(json.dumps(market).encode()) == sentence


def test_the_good_market_is_none_of_them():
    result = allocate(read_market(json.dumps(GOOD).encode()))
    assert result.assignment() == {"a": ["c1"], "b": []}


def test_what_nobody_asks_for_is_passed_over():
    noted = GOOD | {"term": "2027 spring"}
    assert read_market(json.dumps(noted).encode()) == read_market(json.dumps(GOOD).encode())


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "The market is not JSON: expecting value at line 1, column 1."),
        (b'{"classes": [', "The market is not JSON: expecting value at line 1, column 14."),
        (b"\xff{}", "The market is not UTF-8: byte 1."),
        (b"[]", "The market is not a JSON object."),
        (b'{"classes": NaN}', "The market is not JSON: NaN is no number."),
        (b"[" * 100_000, "The market is not JSON that can be read: too deep or long."),
        (b"1" * 10_000, "The market is not JSON that can be read: too deep or long."),
        (
            b'{"classes": [], "classes": []}',
            'The market has the key "classes" twice in one object.',
        ),
        (
            b'{"classes": [{"id": "\\ud800", "capacity": 1}], "applicants": []}',
            'Class "\ud800" has a name with "|" or an invisible sign in it.',
        ),
    ],
    ids=["empty", "cut off", "not UTF-8", "a list", "NaN", "deep", "long", "twice", "surrogate"],
)
def test_a_file_that_is_no_market_is_refused(file, sentence):
    assert refusal(file) == sentence


def test_a_byte_order_mark_is_no_mistake():
    assert read_market(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).classes[0].id == "c1"
