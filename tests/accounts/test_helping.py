"""Letting somebody act for one: once, however often the button is pressed."""

import pytest
from django.db import connections

from accounts import scope, services
from accounts.models import ConsentRecord, HelperGrant
from tests.enrolment.rush import all_at_once
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.times import TODAY


def grant(learner, helper, **rights):
    with scope.learners([learner.pk]):
        return services.grant_help(
            learner=learner,
            helper=helper,
            kind=HelperGrant.Kind.FAMILY,
            how_consented=HelperGrant.Consent.SMS,
            actor=learner.user,
            at=TODAY,
            **rights,
        )


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_many_taps_at_once_are_one_grant():
    learner, helper = LearnerFactory(), UserFactory()

    def tap():
        try:
            return grant(learner, helper)
        finally:
            connections.close_all()

    answers = all_at_once([tap] * 8)

    assert answers == [HelperGrant.objects.get()] * 8
    assert ConsentRecord.objects.filter(learner=learner).count() == 1


@pytest.mark.django_db
def test_other_rights_replace_the_grant_there_is():
    learner, helper = LearnerFactory(), UserFactory()
    first = grant(learner, helper)
    second = grant(learner, helper, may_withdraw=True)
    first.refresh_from_db()
    assert (first.revoked_at, second.revoked_at) == (TODAY, None)
