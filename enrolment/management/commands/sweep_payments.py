"""One round over payments: read what was notified, end what has run out, send what is owed."""

import logging
from typing import Any

from django.core.management.base import BaseCommand
from redis.exceptions import RedisError

from accounts import clock, health, scope
from enrolment.services import money

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Read notifications that no worker read, close pages of payment that ran out, close"
        " orders whose places went, and see refunds on their way. Runs every minute."
    )

    @scope.as_system("sweep_payments")
    def handle(self, **options: Any) -> None:
        swept = money.sweep_payments(at=clock.now())
        try:
            health.note_payment_sweep(swept.unread)
        except RedisError as away:
            log.warning("the round over payments is not noted: %s", away)
        if swept.did_something or options["verbosity"] > 1:
            self.stdout.write(
                f"{swept.read} notifications read and {swept.unread} left,"
                f" {swept.answered} attempts looked for, {swept.ended} pages ended,"
                f" {swept.arrived} payments come in, {swept.closed} orders closed,"
                f" {swept.refunds} refunds seen to, {swept.waived} waivers applied"
            )
