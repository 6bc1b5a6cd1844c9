"""Reconciliation from the clockwork: hours every hour, everything at night, with the income."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from enrolment.services import money


class Command(BaseCommand):
    help = (
        "Compare orders, books, drawers and notifications with each other and with the provider."
        " Runs every hour; --full, at night, over all time, and books what was earned."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="over all time, not over hours")

    @scope.as_system("reconcile_payments")
    def handle(self, *, full: bool, **options: Any) -> None:
        at = clock.now()
        done = money.reconcile_payments(at=at, full=full)
        months = money.recognise_income(at=at) if full else 0
        money.tell_of_differences()
        self.stdout.write(
            f"{done.found} found, {done.opened} new, {done.closed} closed, {done.mended} mended,"
            f" {done.posted} lines of the provider booked, {months} months of income"
            + (", provider away" if done.provider_was_away else "")
        )
