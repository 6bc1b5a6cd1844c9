from dataclasses import replace

import pytest

from livestream.domain.access import Facts, Refusal, refusal

STRANGER = Facts(
    is_signed_in=True,
    has_seat=False,
    gives_the_lesson=False,
    works_for_the_unit=False,
    is_public=False,
    is_made=True,
    is_published=True,
    is_failed=False,
)
LEARNER = replace(STRANGER, has_seat=True)
TEACHER = replace(STRANGER, gives_the_lesson=True)
STAFF = replace(STRANGER, works_for_the_unit=True)
VISITOR = replace(STRANGER, is_signed_in=False)
UNPUBLISHED = {"is_published": False}
UNFINISHED = {"is_published": False, "is_made": False}
FAILED = {**UNFINISHED, "is_failed": True}


@pytest.mark.parametrize(
    ("who", "published", "ready", "unfinished", "failed"),
    [
        (VISITOR, Refusal.SIGN_IN, Refusal.SIGN_IN, Refusal.SIGN_IN, Refusal.SIGN_IN),
        (STRANGER, *[Refusal.NOT_IN_CLASS] * 4),
        (LEARNER, None, Refusal.NOT_PUBLISHED, Refusal.BEING_MADE, Refusal.FAILED),
        (TEACHER, None, None, Refusal.BEING_MADE, Refusal.FAILED),
        (STAFF, None, None, Refusal.BEING_MADE, Refusal.FAILED),
    ],
)
def test_who_may_watch_what(who, published, ready, unfinished, failed):
    answers = [refusal(replace(who, **state)) for state in ({}, UNPUBLISHED, UNFINISHED, FAILED)]
    assert answers == [published, ready, unfinished, failed]


def test_a_public_replay_is_open_to_all_once_it_is_published():
    for who in (VISITOR, STRANGER, LEARNER, TEACHER, STAFF):
        assert refusal(replace(who, is_public=True)) is None
    assert refusal(replace(VISITOR, is_public=True, is_published=False)) is Refusal.SIGN_IN


def test_a_lecture_that_is_not_shown_belongs_to_no_class():
    for who in (VISITOR, STRANGER):
        lecture = replace(who, is_of_a_lecture=True)
        assert refusal(replace(lecture, **UNPUBLISHED)) is Refusal.NOT_PUBLISHED
        assert refusal(replace(lecture, **UNFINISHED)) is Refusal.BEING_MADE
        assert refusal(replace(lecture, is_public=True)) is None
