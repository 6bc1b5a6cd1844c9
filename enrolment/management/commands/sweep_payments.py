"""One round over payments: read what was notified, end what has run out, send what is owed."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from enrolment.services import money


class Command(BaseCommand):
    help = (
        "Read notifications that no worker read, close pages of payment that ran out, close"
        " orders whose places went, and see refunds on their way. Runs every minute."
    )

    @scope.as_system("sweep_payments")
    def handle(self, **options: Any) -> None:
        swept = money.sweep_payments(at=clock.now())
        if swept.did_something or options["verbosity"] > 1:
            self.stdout.write(
                f"{swept.read} notifications read, {swept.answered} attempts looked for,"
                f" {swept.ended} pages ended, {swept.arrived} payments come in,"
                f" {swept.closed} orders closed, {swept.refunds} refunds seen to,"
                f" {swept.waived} waivers applied"
            )
