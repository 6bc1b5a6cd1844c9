"""A declaration and a wish to be reminded are kept once, whatever the taps, with a name."""

from datetime import timedelta

import pytest
from django.db import connections

from accounts.models import AuditEvent, ConsentRecord, OutboxMessage
from enrolment.services import declare_health, remind_of_opening
from tests.enrolment.rush import all_at_once
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.times import TODAY

TAPS = 6


def books():
    return list(AuditEvent.objects.values_list("actor", "learner", "action"))


def on_own_connection(work):
    def run():
        try:
            return work()
        finally:
            connections.close_all()

    return run


@pytest.mark.django_db
def test_a_declaration_said_again_the_same_day_is_the_same_and_next_year_a_new_one():
    anna = LearnerFactory()

    def declare(at):
        return declare_health(learner=anna, actor=anna.user, at=at)

    first = declare(TODAY)

    assert declare(TODAY + timedelta(hours=1)) == first
    assert books() == [(anna.user.pk, anna.pk, "health declared")]
    assert declare(TODAY + timedelta(days=364)) != first
    assert ConsentRecord.objects.count() == 2


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_many_taps_at_once_are_one_declaration_and_one_reminder():
    anna, section = LearnerFactory(), SectionFactory(not_open_yet=True)

    def tap():
        declare_health(learner=anna, actor=anna.user, at=TODAY)
        remind_of_opening(
            section=section, learner=anna, actor=anna.user, opens_at=section.opens_at, at=TODAY
        )

    assert all_at_once([on_own_connection(tap)] * TAPS) == [None] * TAPS

    assert ConsentRecord.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="tell_opening").count() == 1
    assert books() == [
        (anna.user.pk, anna.pk, "health declared"),
        (anna.user.pk, anna.pk, "reminder asked for"),
    ]
