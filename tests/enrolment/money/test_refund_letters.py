"""Letters about money that goes back the way it came: one when it is quick, two when it is not."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import Message, OutboxMessage
from enrolment import tasks
from enrolment.services.money.sending import look_at_refund, send_refund
from tests.enrolment.money.test_refunds_sent import LEFT, MINUTE, owed

pytestmark = pytest.mark.django_db


def told(at):
    """Do the errands that are due; return which letters were written about refunds so far."""
    clock.set_to(at)
    for row in OutboxMessage.objects.due(at).filter(kind="tell_refund"):
        tasks.tell_refund(row.object_id, row.pk)
    written = Message.objects.filter(template__startswith="enrolment/refund_")
    return [one.template.partition("/")[2] for one in written.order_by("created_at")]


def test_what_arrives_at_once_is_told_once(standin):
    refund = owed(standin)
    assert told(LEFT) == [], "it is just being sent"
    send_refund(refund_id=refund.pk, at=LEFT)
    assert told(LEFT) == ["refund_done"]
    assert told(LEFT + 2 * MINUTE) == ["refund_done"]


def test_what_takes_days_is_told_when_it_goes_and_when_it_is_there(standin):
    standin.switch(refunds="pending")
    refund = owed(standin)
    send_refund(refund_id=refund.pk, at=LEFT)
    assert told(LEFT + 2 * MINUTE) == ["refund_origin"]
    refund.refresh_from_db()
    standin.end_refund(refund.provider_ref, "succeeded")
    later = LEFT + timedelta(days=1)
    look_at_refund(refund.provider_ref, provider="stripe", at=later)
    assert told(later) == ["refund_origin", "refund_done"]


def test_a_provider_that_is_away_keeps_nobody_uninformed(standin):
    owed(standin)
    assert told(LEFT + 2 * MINUTE) == ["refund_origin"]


def test_what_could_not_be_delivered_at_once_lies_at_the_counter(standin):
    standin.switch(refunds="failed")
    refund = owed(standin)
    send_refund(refund_id=refund.pk, at=LEFT)
    assert told(LEFT + 2 * MINUTE) == ["refund_counter"]
