"""The night watch: every rule that must hold at every moment."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock, scope
from enrolment.models import ledger


class Command(BaseCommand):
    help = "Check the invariants of seats, enrolments and lines; list what is broken, exit with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mend-import",
            action="store_true",
            help="first complete counts and history of rows that were written in bulk",
        )

    @scope.as_system("check_seats")
    def handle(self, *, mend_import: bool, **options: Any) -> None:
        at = clock.now()
        if mend_import:
            noted = ledger.note_import(at=at, reason="import")
            self.stdout.write(f"{noted} movements noted")
        broken = ledger.broken_rules(at=at, offer_hours=False)
        for rule, subject in broken:
            self.stdout.write(f"{rule}: {subject}")
        if broken:
            raise CommandError(f"{len(broken)} rules are broken.")
        self.stdout.write("all rules hold")
