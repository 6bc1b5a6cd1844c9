"""The round of refunds: what ended is worked out, what was decided is sent, what is late asked."""

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from enrolment.models import OrderLine, Refund
from enrolment.services.money import papers
from enrolment.services.money.choosing import take_the_money
from enrolment.services.money.ended import see_to_ended, see_to_lessons_lost
from enrolment.services.money.rounds import each
from enrolment.services.money.sending import look_at_refund, send_refund

ERRAND_HAS = timedelta(seconds=60)  # what an errand should have sent by then, the round sends
ASKED_EVERY = timedelta(minutes=10)


def sweep(*, at: datetime) -> int:
    """Go round once; return how much was done. What one row throws keeps no other from its turn.

    Everything is found in the rows as they stand, so it does not matter what was missed before.
    """
    lines, refunds = OrderLine.objects, Refund.objects
    return (
        each(lines.whose_places_ended(at), lambda one: see_to_ended(line_id=one.pk, at=at))
        + each(
            lines.with_lessons_lost(localdate(at)),
            lambda one: see_to_lessons_lost(line_id=one.pk, at=at),
        )
        + each(refunds.chosen_by_time(at), lambda one: take_the_money(refund=one, at=at))
        + each(
            refunds.to_send().filter(decided_at__lte=at - ERRAND_HAS),
            lambda one: bool(send_refund(refund_id=one.pk, at=at)),
        )
        + each(refunds.on_the_way().select_related("payment"), lambda one: _ask(one, at))
        + papers.delete_what_was_decided(at=at)
    )


def _ask(refund: Refund, at: datetime) -> bool:
    """Ask about a refund on its way, every ten minutes: its notification may be lost."""
    waited = at - (refund.sent_at or at)
    is_its_turn = waited % ASKED_EVERY < timedelta(minutes=1)
    return is_its_turn and look_at_refund(
        refund.provider_ref, provider=refund.payment.provider, at=at
    )
