"""The rules of a term, and what the database refuses about terms and places."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from campus.models import Holiday
from courses import wording
from courses.models import Course, TermPolicy
from courses.services import PolicyRefused, draft_policy, publish_policy
from tests.factories.accounts import StaffFactory
from tests.factories.campus import RoomFactory, TimeSlotFactory
from tests.factories.courses import ClassFactory, CourseFactory, SubjectFactory, TermFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


def published(term):
    policy = draft_policy(term=term)
    return publish_policy(policy=policy, notice="规则第一版", actor=StaffFactory(), at=TODAY)


def test_rules_are_published_once_and_then_amended_by_a_next_version():
    term = TermFactory()
    first = published(term)

    second = draft_policy(term=term)

    assert (first.version, second.version, second.rules) == (1, 2, first.rules)
    assert draft_policy(term=term) == second
    assert TermPolicy.objects.in_force(term, TODAY) == first
    assert AuditEvent.objects.get().details == {"version": 1}


def test_a_version_from_before_a_rule_has_the_usual_one_in_the_next():
    term = TermFactory()
    policy = draft_policy(term=term)
    policy.rules = {
        name: rule for name, rule in policy.rules.items() if name != "residence_needed"
    }
    policy.published_at = TODAY
    policy.save()

    second = draft_policy(term=term)

    assert second.rules["residence_needed"] is False
    assert publish_policy(policy=second, notice="", actor=StaffFactory(), at=TODAY).version == 2


def test_published_rules_cannot_be_published_again():
    policy = published(TermFactory())

    with pytest.raises(PolicyRefused) as refused:
        publish_policy(policy=policy, notice="", actor=StaffFactory(), at=TODAY)
    assert refused.value.names == ["version"]
    assert wording.policy_refused(["version"]) != wording.policy_refused(["hot_classes"])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"hot_classes": -1}, ["hot_classes"]),
        ({"hot_classes": True}, ["hot_classes"]),
        ({"residence_needed": 1}, ["residence_needed"]),
        ({"day_ends_at": 17}, ["day_ends_at"]),
        ({"colour": "red"}, ["colour"]),
        ({"reserves": {"N": 20}}, ["reserves"]),
        ({"reserves": {"N": 20, "C": 21, "M": 10}}, ["reserves"]),
    ],
)
def test_rules_that_are_not_rules_are_not_published(change, wrong):
    policy = draft_policy(term=TermFactory())
    policy.rules = policy.rules | change
    policy.save()

    with pytest.raises(PolicyRefused) as refused:
        publish_policy(policy=policy, notice="", actor=StaffFactory(), at=TODAY)
    assert refused.value.names == wrong


@pytest.mark.parametrize("act", [lambda rows: rows.update(rules={}), lambda rows: rows.delete()])
def test_the_database_freezes_published_rules(act):
    rows = TermPolicy.objects.filter(pk=published(TermFactory()).pk)

    with pytest.raises(IntegrityError, match="has been published"), transaction.atomic():
        act(rows)


def refused_by(name: str):
    return pytest.raises(IntegrityError, match=name)


def test_a_room_has_one_class_at_an_hour():
    first = ClassFactory()
    with refused_by("one_class_per_room_and_hour"), transaction.atomic():
        ClassFactory(campus=first.campus, room=first.room)


def test_a_class_called_off_frees_its_room():
    first = ClassFactory(status="cancelled")
    assert ClassFactory(campus=first.campus, room=first.room).pk


def test_a_class_in_a_room_has_one():
    with refused_by("a_class_in_a_room_has_one"), transaction.atomic():
        ClassFactory(room=None)
    assert ClassFactory(online=True).pk


def test_a_class_closes_after_it_opens():
    with refused_by("a_class_closes_after_it_opens"), transaction.atomic():
        ClassFactory(opens_at=TODAY, closes_at=TODAY - timedelta(hours=1))


def test_a_term_ends_after_it_starts():
    with refused_by("a_term_ends_after_it_starts"), transaction.atomic():
        TermFactory(starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 1))


def test_a_subject_has_one_course_a_level():
    first = CourseFactory(subject=SubjectFactory())
    with refused_by("one_course_per_subject_and_level"), transaction.atomic():
        Course.objects.create(subject=first.subject, level=first.level, slug="x", name="x")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "closed", "stands_in_for": date(2027, 5, 3)}, "only_a_working_day_stands_in"),
        ({"kind": "working", "stands_in_for": date(2027, 5, 5)}, "a_closed_day_is_made_up_for"),
    ],
)
def test_a_moved_working_day_stands_in_for_one_closed_day(fields, name):
    Holiday.objects.create(
        day=date(2027, 5, 8), kind="working", name="调休", stands_in_for=date(2027, 5, 5)
    )
    with refused_by(name), transaction.atomic():
        Holiday.objects.create(day=date(2027, 5, 9), name="调休", **fields)


def test_rooms_have_seats_and_slots_have_a_length():
    with refused_by("a_room_has_seats"), transaction.atomic():
        RoomFactory(seats=0)
    slot = TimeSlotFactory()
    with refused_by("a_slot_ends_after_it_starts"), transaction.atomic():
        type(slot).objects.filter(pk=slot.pk).update(ends_at=slot.starts_at)
