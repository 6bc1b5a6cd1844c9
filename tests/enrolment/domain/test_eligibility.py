"""The rule book by itself: facts in, an objection or silence out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain import eligibility
from enrolment.domain.eligibility import (
    Case,
    ClassFacts,
    Held,
    LearnerFacts,
    Rules,
    deciding,
    findings,
    objections,
)
from enrolment.domain.refusals import (
    PAPER_AGAINST,
    Advice,
    Finding,
    Objection,
    Paper,
    Refusal,
    Rule,
    Verdict,
)
from enrolment.domain.timetables import overlap

AT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def hours(start, length=90):
    begin = datetime(2027, 3, 2, 0, 0, tzinfo=UTC) + timedelta(minutes=start)
    return ((begin, begin + timedelta(minutes=length)),)


def a_class(**more):
    plain = {
        "section": 1, "course": 1, "subject": 1, "level": 0, "campus": 1,
        "term_starts_on": date(2027, 3, 1), "phase": "open_enrolment", "is_running": True,
        "opens_at": None, "closes_at": None, "meets": hours(0), "is_online": False,
        "counts": True, "hot": False, "has_fee": True, "min_age_f": 50, "min_age_m": 55,
        "vigorous": False, "max_new_age": None, "may_be_repeated": False,
    }  # fmt: skip
    return ClassFacts(**plain | more)


def held(**more):
    plain = {
        "section": 2, "subject": 2, "level": 0, "campus": 1, "same_term": True,
        "meets": hours(1000),
        "is_online": False, "counts": True, "hot": False, "is_hold": False,
    }  # fmt: skip
    return Held(**plain | more)


def case(section=None, *, rules=None, by_staff=False, at=AT, **learner):
    return Case(
        section=section or a_class(),
        learner=LearnerFacts(**{"sex": "f", "born_on": date(1960, 1, 1)} | learner),
        rules=rules or Rules(),
        at=at,
        by_staff=by_staff,
    )


def reasons(section=None, **more):
    return [objection.reason for objection in objections(case(section, **more))]


def said_by(rule, section=None, **more):
    """What one rule says: a verdict, and the objection or advice if there is one."""
    return [
        (found.verdict, found.said)
        for found in findings(case(section, **more))
        if found.rule is rule
    ]


OK = [(Verdict.OK, None)]


def block(reason, **more):
    return [(Verdict.BLOCK, Objection(reason, **more))]


def paper(reason, **more):
    return [(Verdict.NEEDS_DOCUMENT, Objection(reason, **more))]


def aged(years):
    """Somebody who is so old on the first day of the term."""
    return {"born_on": date(2027 - years, 3, 1)}


def test_nothing_speaks_against_the_dullest_case():
    assert reasons() == []


def test_every_reason_is_found_not_only_the_first():
    section = a_class(vigorous=True, hot=True, level=2)
    assert reasons(section, holds=(held(hot=True), held(section=3)), removed_for_absence=True) == [
        Refusal.LIMIT,
        Refusal.HOT_LIMIT,
        Refusal.ABSENCE,
        Refusal.LEVEL,
        Refusal.NEEDS_HEALTH_DECLARATION,
    ]


@pytest.mark.parametrize(
    "phase", ["draft", "published", "renewal_open", "wishes_open", "frozen", "drawn"]
)
def test_before_the_line_opens(phase):
    assert reasons(a_class(phase=phase)) == [Refusal.NOT_OPEN_YET]


def test_every_rule_speaks_once_and_in_order_when_nothing_is_wrong():
    assert list(findings(case())) == [Finding(rule) for rule in Rule]
    assert [found.verdict for found in findings(case())] == [Verdict.OK] * len(Rule)


def test_a_block_decides_before_a_paper_and_a_paper_before_advice():
    section = a_class(vigorous=True, hot=True)
    late = {"born_on": date(1955, 1, 1), "removed_for_absence": True}
    assert {found.verdict for found in findings(case(section, **late))} == set(Verdict)
    assert eligibility.objection(case(section, **late)) == Objection(Refusal.ABSENCE)

    late["removed_for_absence"] = False
    decides = eligibility.objection(case(section, **late))
    assert decides == Objection(Refusal.NEEDS_HEALTH_DECLARATION)
    assert decides.paper is Paper.HEALTH

    advised = list(findings(case(section, **late, declared_health=True)))
    assert deciding(advised) is None
    assert Finding(Rule.BEGINNING, Advice.TALK_FIRST) in advised


def test_a_block_decides_though_a_paper_was_missing_before_it():
    missing = Finding(Rule.HEALTH, Objection(Refusal.NEEDS_HEALTH_DECLARATION))
    block_after = Finding(Rule.FAMILY, Objection(Refusal.ABSENCE))
    assert deciding([missing, block_after]) == Objection(Refusal.ABSENCE)


def test_only_papers_take_an_objection_away():
    verdicts = {reason: Finding(Rule.AGE, Objection(reason)).verdict for reason in Refusal}
    needing = {reason for reason, said in verdicts.items() if said is Verdict.NEEDS_DOCUMENT}
    assert needing == set(PAPER_AGAINST)


def test_staff_bend_no_rule_and_record_the_papers_that_are_missing():
    section = a_class(vigorous=True, level=3, min_age_f=70)
    both = [reasons(section, by_staff=by, holds=(held(meets=hours(30)),)) for by in (True, False)]
    assert (
        both
        == [[Refusal.CLASH, Refusal.TOO_YOUNG, Refusal.LEVEL, Refusal.NEEDS_HEALTH_DECLARATION]]
        * 2
    )


def test_an_own_limit_goes_before_the_terms():
    assert reasons(holds=(held(), held(section=3)), room_limit=3) == []
    assert reasons(room_limit=0) == [Refusal.LIMIT]


def test_a_class_of_another_term_counts_for_the_timetable_only():
    assert reasons(holds=(held(same_term=False), held(section=3, same_term=False))) == []
    clash = held(same_term=False, meets=hours(60))
    assert objections(case(holds=(clash,))) == [Objection(Refusal.CLASH, 2)]


@pytest.mark.parametrize(("start", "far"), [(149, True), (150, False), (90, True)])
def test_the_way_between_two_campuses_takes_an_hour(start, far):
    other = held(campus=2, meets=hours(start))
    assert (reasons(holds=(other,)) == [Refusal.TRAVEL_GAP]) is far
    assert reasons(a_class(is_online=True), holds=(other,)) == []


def test_a_birthday_on_the_first_day_of_term_counts():
    assert reasons(born_on=date(1977, 3, 1)) == []
    assert reasons(born_on=date(1977, 3, 2)) == [Refusal.TOO_YOUNG]


@pytest.mark.parametrize(
    ("sex", "years", "stops"),
    [("f", 49, True), ("f", 50, False), ("m", 54, True), ("m", 55, False)],
)
def test_women_come_from_fifty_and_men_from_fifty_five(sex, years, stops):
    assert said_by(Rule.AGE, sex=sex, **aged(years)) == (block(Refusal.TOO_YOUNG) if stops else OK)


def test_a_course_has_ages_of_its_own():
    section = a_class(min_age_f=60, min_age_m=60)
    assert said_by(Rule.AGE, section, **aged(59)) == block(Refusal.TOO_YOUNG)
    assert said_by(Rule.AGE, section, sex="m", **aged(60)) == OK


TALK = [(Verdict.WARN, Advice.TALK_FIRST)]


@pytest.mark.parametrize(
    ("years", "lively", "hard"),
    [
        (70, OK, OK),
        (71, TALK, TALK),
        (75, TALK, TALK),
        (76, TALK, block(Refusal.TOO_OLD_TO_BEGIN, number=75)),
    ],
)
def test_who_begins_late_talks_to_the_teacher_and_the_hardest_courses_have_an_end(
    years, lively, hard
):
    assert said_by(Rule.BEGINNING, a_class(vigorous=True), **aged(years)) == lively
    with_end = a_class(vigorous=True, max_new_age=75)
    assert said_by(Rule.BEGINNING, with_end, **aged(years)) == hard
    assert said_by(Rule.BEGINNING, a_class(max_new_age=75), **aged(years)) == OK


def test_of_two_ages_at_which_beginning_ends_the_stricter_counts():
    section = a_class(vigorous=True, max_new_age=75)
    for course, term, last in ((75, 72, 72), (70, 75, 70)):
        section = a_class(vigorous=True, max_new_age=course)
        rules = Rules(vigorous_block_age=term)
        too_old = block(Refusal.TOO_OLD_TO_BEGIN, number=last)
        assert said_by(Rule.BEGINNING, section, rules=rules, **aged(last + 1)) == too_old
        assert said_by(Rule.BEGINNING, section, rules=rules, **aged(last)) != too_old


@pytest.mark.parametrize(
    "known",
    [
        {"levels_completed": {1: 0}},
        {"holds": (held(subject=1, same_term=False),)},
        {"placed": {1: 2}},
    ],
    ids=["completed a level", "sits in a class of it", "placed by the teacher"],
)
def test_who_has_learnt_it_is_never_cut_by_age(known):
    section = a_class(vigorous=True, max_new_age=75)
    assert said_by(Rule.BEGINNING, section, **aged(87)) != OK
    assert said_by(Rule.BEGINNING, section, **aged(87), **known) == OK


def test_a_declaration_is_asked_for_each_vigorous_course_of_anybody():
    section = a_class(vigorous=True)
    old_hand = {"levels_completed": {1: 3}, "is_newcomer": False}
    for person in ({}, old_hand):
        assert said_by(Rule.HEALTH, section, **person) == paper(Refusal.NEEDS_HEALTH_DECLARATION)
        assert said_by(Rule.HEALTH, section, declared_health=True, **person) == OK
    assert said_by(Rule.HEALTH, a_class()) == OK


def test_newcomers_past_eighty_bring_two_papers_to_a_room():
    missing = [Refusal.NEEDS_DECLARATION_AT_COUNTER, Refusal.NEEDS_FAMILY_CONSENT]
    assert reasons(**aged(80)) == []
    assert reasons(**aged(81)) == missing
    assert reasons(**aged(81), declared_health=True) == missing[1:]
    assert reasons(**aged(81), family_agreed=True) == missing[:1]
    assert reasons(**aged(81), family_agreed=True, declared_health=True) == []
    assert said_by(Rule.FAMILY, **aged(81)) == paper(Refusal.NEEDS_FAMILY_CONSENT, number=80)


def test_old_hands_and_online_learners_of_any_age_bring_none():
    assert reasons(**aged(93), is_newcomer=False) == []
    assert reasons(a_class(counts=False), **aged(93)) == []


def test_a_vigorous_class_asks_the_very_old_for_one_declaration_that_can_be_given_on_the_web():
    section = a_class(vigorous=True)
    assert reasons(section, **aged(81)) == [
        Refusal.NEEDS_HEALTH_DECLARATION,
        Refusal.NEEDS_FAMILY_CONSENT,
    ]


@pytest.mark.parametrize(
    ("level", "learnt", "stops"),
    [
        (0, None, False), (1, None, False), (9, None, False),
        (2, None, True), (2, 0, True), (2, 1, False), (2, 3, False),
        (3, 1, True), (3, 2, False),
    ],
)  # fmt: skip
def test_a_level_asks_for_the_one_below(level, learnt, stops):
    completed = {} if learnt is None else {1: learnt}
    said = said_by(Rule.LEVEL, a_class(level=level), levels_completed=completed)
    assert said == (paper(Refusal.LEVEL) if stops else OK)


@pytest.mark.parametrize(
    ("class_of_theirs", "stops"),
    [
        ({"level": 1}, False),
        ({"level": 9}, True),
        ({"level": 1, "same_term": True}, True),
        ({"level": 1, "is_hold": True}, True),
        ({"level": 1, "subject": 5}, True),
    ],
    ids=["in it now", "in a mixed class", "only next term", "only held", "in another subject"],
)
def test_who_is_learning_a_level_may_ask_for_the_next(class_of_theirs, stops):
    theirs = held(**{"subject": 1, "same_term": False, **class_of_theirs})
    said = said_by(Rule.LEVEL, a_class(level=2), holds=(theirs,))
    assert said == (paper(Refusal.LEVEL) if stops else OK)


@pytest.mark.parametrize(
    ("placed", "joins_intermediate", "joins_advanced"),
    [(1, False, False), (2, True, False), (3, True, True)],
)
def test_whom_a_teacher_placed_joins_that_level(placed, joins_intermediate, joins_advanced):
    for level, joins in ((2, joins_intermediate), (3, joins_advanced)):
        said = said_by(Rule.LEVEL, a_class(level=level), placed={1: placed})
        assert said == (OK if joins else paper(Refusal.LEVEL))
    elsewhere = said_by(Rule.LEVEL, a_class(level=2, subject=5), placed={1: placed})
    assert elsewhere == paper(Refusal.LEVEL)


def test_belonging_to_the_city_is_asked_only_where_the_term_says_so():
    asked = Rules(residence_needed=True)
    assert reasons() == []
    assert said_by(Rule.RESIDENCE, rules=asked) == paper(Refusal.NEEDS_RESIDENCE)
    assert said_by(Rule.RESIDENCE, rules=asked, belongs_here=True) == OK
    assert said_by(Rule.RESIDENCE, a_class(counts=False), rules=asked) == OK


@pytest.mark.parametrize(
    ("has", "counts", "stops"),
    [(0, True, False), (1, True, False), (2, True, True), (3, True, True), (2, False, False)],
)
def test_two_room_classes_a_term_and_as_many_online_as_one_likes(has, counts, stops):
    holds = tuple(held(section=10 + n) for n in range(has))
    said = said_by(Rule.LIMIT, a_class(counts=counts), holds=holds)
    assert said == (block(Refusal.LIMIT, number=2) if stops else OK)
    free = tuple(held(section=10 + n, counts=False) for n in range(has))
    assert said_by(Rule.LIMIT, a_class(counts=counts), holds=free) == OK


def test_one_of_the_most_wanted_classes_a_term():
    hot = held(hot=True)
    assert said_by(Rule.HOT_LIMIT, a_class(hot=True), holds=(held(),)) == OK
    assert said_by(Rule.HOT_LIMIT, a_class(), holds=(hot,)) == OK
    full = block(Refusal.HOT_LIMIT, number=1)
    assert said_by(Rule.HOT_LIMIT, a_class(hot=True), holds=(hot,)) == full
    before = held(hot=True, same_term=False)
    assert said_by(Rule.HOT_LIMIT, a_class(hot=True), holds=(before,)) == OK


def test_two_unpaid_places_at_a_time_and_free_classes_beside_them():
    two = (held(is_hold=True, counts=False), held(section=3, is_hold=True, counts=False))
    assert said_by(Rule.HOLDS, holds=two[:1]) == OK
    assert said_by(Rule.HOLDS, holds=two) == block(Refusal.TOO_MANY_HOLDS, number=2)
    assert said_by(Rule.HOLDS, a_class(has_fee=False), holds=two) == OK


def test_who_stayed_away_last_term_gets_no_hot_class():
    assert said_by(Rule.ABSENCE, a_class(hot=True), removed_for_absence=True) == block(
        Refusal.ABSENCE
    )
    assert said_by(Rule.ABSENCE, a_class(), removed_for_absence=True) == OK
    assert said_by(Rule.ABSENCE, a_class(hot=True)) == OK


@pytest.mark.parametrize(
    ("phase", "stops"),
    [("confirming", True), ("waitlisting", True), ("open_enrolment", False), ("teaching", False)],
)
def test_a_completed_course_is_taken_again_where_seats_are_left_over(phase, stops):
    done = frozenset({1})
    said = said_by(Rule.REPEAT, a_class(phase=phase), completed_recently=done)
    assert said == (block(Refusal.REPEAT) if stops else OK)
    freely = a_class(phase=phase, may_be_repeated=True)
    assert said_by(Rule.REPEAT, freely, completed_recently=done) == OK
    assert said_by(Rule.REPEAT, a_class(phase=phase), completed_recently=frozenset({7})) == OK


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (0, Refusal.CLASH), (89, Refusal.CLASH),
        (90, Refusal.TRAVEL_GAP), (149, Refusal.TRAVEL_GAP), (150, None),
    ],
)  # fmt: skip
def test_between_two_campuses_lies_an_hour(start, said):
    far = held(campus=2, meets=hours(start))
    assert said_by(Rule.TIME, holds=(far,)) == (block(said, other_section=2) if said else OK)


def test_one_after_the_other_at_one_campus_is_no_clash():
    assert said_by(Rule.TIME, holds=(held(meets=hours(90)),)) == OK


def test_the_class_itself_is_not_in_its_own_way():
    mine = held(section=1, meets=hours(0))
    assert said_by(Rule.TIME, holds=(mine,)) == OK
    assert said_by(Rule.OWN, holds=(mine,)) == block(Refusal.ALREADY_IN)


def test_what_one_has_of_a_class_already():
    assert said_by(Rule.OWN, waits_for=frozenset({1})) == block(Refusal.ALREADY_WAITING)
    assert said_by(Rule.OWN, leaving=frozenset({1})) == block(Refusal.JUST_WITHDRAWN)
    assert said_by(Rule.OWN, has_died=True) == block(Refusal.ACCOUNT_CLOSED)


def test_the_window_of_a_class_is_half_open():
    section = a_class(opens_at=AT, closes_at=AT + timedelta(hours=1))
    minute = timedelta(minutes=1)
    moments = (AT - minute, AT, AT + timedelta(minutes=59), AT + timedelta(hours=1))
    assert [said_by(Rule.WINDOW, section, at=at) for at in moments] == [
        block(Refusal.NOT_OPEN_YET),
        OK,
        OK,
        block(Refusal.CLOSED),
    ]


def test_a_class_called_off_or_a_term_that_is_over_takes_nobody():
    for section in (a_class(is_running=False), a_class(phase="closed"), a_class(phase="archived")):
        assert said_by(Rule.WINDOW, section) == block(Refusal.CLOSED)


@pytest.mark.parametrize(
    ("day", "by_learner", "by_staff"),
    [
        (1, block(Refusal.LATE), [(Verdict.WARN, Advice.LATE_JOIN)]),
        (28, block(Refusal.LATE), [(Verdict.WARN, Advice.LATE_JOIN)]),
        (29, block(Refusal.TOO_LATE_TO_JOIN), block(Refusal.TOO_LATE_TO_JOIN)),
    ],
)
def test_late_joining_goes_by_the_office_for_four_weeks(day, by_learner, by_staff):
    at = datetime(2027, 2, 28, 10, tzinfo=UTC) + timedelta(days=day)
    section = a_class(phase="teaching")
    assert said_by(Rule.WINDOW, section, at=at) == by_learner
    assert said_by(Rule.WINDOW, section, at=at, by_staff=True) == by_staff


def test_a_stored_policy_is_read_and_what_it_leaves_out_is_as_usual():
    rules = Rules.read({"room_classes": 5, "travel_gap_minutes": 30, "something_else": 1})
    assert rules == Rules(room_classes=5, travel_gap=timedelta(minutes=30))


def _apart(pairs):
    spans, end = [], 0
    for gap, length in pairs:
        start = end + gap % 50
        end = start + length
        spans.append((AT + timedelta(minutes=start), AT + timedelta(minutes=end)))
        end += 1
    return tuple(spans)


SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), max_size=8).map(_apart)


@given(SPANS, SPANS, st.integers(0, 30))
def test_overlap_is_what_comparing_everything_with_everything_says(one, other, minutes):
    gap = timedelta(minutes=minutes)
    slow = any(a[0] < b[1] + gap and b[0] < a[1] + gap for a in one for b in other)
    assert overlap(one, other, gap=gap) is slow
