"""The chain of submissions: it holds, or names the first entry that does not."""

import doctest
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain import chain
from enrolment.domain.chain import ChainRefused, Entry, append, canonical, start, verify

TERM = "2027-spring"

text = st.text(st.characters(codec="utf-8"))
contents = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
submissions = st.lists(
    st.dictionaries(text.filter(lambda key: key != "entry"), contents, max_size=4), max_size=8
)


def chained(contents, *, after=None):
    entries, head = [], after or start(TERM)
    for number, content in enumerate(contents, 1):
        entries.append(append(content, number=number, after=head))
        head = entries[-1].head
    return entries


FILED = [
    {"application": "482915307116", "act": "submitted", "wishes": ["TJ-1", "GQ-2"]},
    {"application": "771203948561", "act": "submitted", "wishes": ["GQ-2"]},
    {"application": "482915307116", "act": "changed", "wishes": ["GQ-2"]},
    {"application": "771203948561", "act": "withdrawn", "wishes": []},
]


def problem_of(entries, **begin):
    with pytest.raises(ChainRefused) as refused:
        verify(entries, **(begin or {"after": start(TERM)}))
    return str(refused.value)


def test_the_examples_hold():
    assert doctest.testmod(chain).failed == 0


def test_a_head_is_worked_out_with_nothing_but_sha256():
    first, second, *_rest = chained(FILED)
    head = sha256(b"CHAIN/1\n2027-spring\n").digest()
    for number, entry in enumerate((first, second), 1):
        text = json.dumps(
            {**FILED[number - 1], "entry": number}, sort_keys=True, separators=(",", ":")
        )
        head = sha256(head + sha256(text.encode()).digest()).digest()
        assert entry.head == head.hex()


@given(submissions)
def test_what_was_chained_verifies_and_a_day_follows_the_day_before(contents):
    entries = chained(contents)
    heads = [start(TERM), *(entry.head for entry in entries)]
    assert verify(entries, after=start(TERM)) == heads[-1]
    for cut in range(len(entries) + 1):
        assert verify(entries[cut:], after=heads[cut], last=cut) == heads[-1]


def test_the_first_entry_that_was_changed_left_out_moved_or_slipped_in_is_named():
    entries = chained(FILED)
    changed = replace(entries[1], content={**FILED[1], "wishes": ["TJ-1"]})
    not_filed = "Entry {} is not what was filed: its head does not follow."
    assert problem_of([entries[0], changed, *entries[2:]]) == not_filed.format(2)
    assert problem_of([entries[0], *entries[2:]]) == "Entry 3 stands where entry 2 belongs."
    renumbered = [replace(entry, number=n) for n, entry in enumerate(entries[1:], 1)]
    assert problem_of(renumbered) == not_filed.format(1)
    swapped = [entries[0], replace(entries[2], number=2), replace(entries[1], number=3)]
    assert problem_of(swapped) == not_filed.format(2)
    twice = [entries[0], entries[0], *entries[1:]]
    assert problem_of(twice) == "Entry 1 stands where entry 2 belongs."
    forged = append(FILED[1], number=2, after=start(TERM))
    assert problem_of([entries[0], forged]) == not_filed.format(2)


def test_whoever_rewrites_the_whole_chain_is_caught_by_a_head_on_a_slip():
    entries = chained(FILED)
    rewritten = chained([{**FILED[0], "wishes": ["GQ-2"]}, *FILED[1:]])
    assert verify(rewritten, after=start(TERM)) != entries[-1].head
    posted = entries[1].head  # the head of the second evening
    assert "Entry 3" in problem_of(rewritten[2:], after=posted, last=2)


def test_a_chain_of_another_term_does_not_hold():
    entries = chained(FILED, after=start("2026-autumn"))
    assert "Entry 1" in problem_of(entries)


def test_the_order_of_keys_says_nothing_and_the_order_of_wishes_does():
    assert canonical({"a": 1, "b": [2, 3]}) == canonical({"b": [2, 3], "a": 1})
    assert canonical({"b": [2, 3]}) != canonical({"b": [3, 2]})
    assert canonical({"name": "太极"}) == '{"name":"太极"}'.encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"fee": 1.5}, "content.fee is 1.5; only text and whole numbers can be chained."),
        ({"wishes": [{"at": b"x"}]}, "content.wishes[0].at is b'x'; only text"),
        ({"wishes": {3: "TJ-1"}}, "The key 3 of content.wishes is no text."),
        ({"name": "\ud800"}, "The content holds half a character."),
        ({"entry": 9}, "Entry 1 says itself which entry it is."),
    ],
)
def test_what_could_be_written_in_two_ways_is_not_chained(content, sentence):
    with pytest.raises(ChainRefused) as refused:
        append(content, number=1, after=start(TERM))
    assert str(refused.value).startswith(sentence)


def test_entries_are_numbered_from_one():
    with pytest.raises(ChainRefused, match="Entry 0: entries are numbered"):
        append({}, number=0, after=start(TERM))
    assert problem_of([Entry(2, {}, "00" * 32)]) == "Entry 2 stands where entry 1 belongs."
