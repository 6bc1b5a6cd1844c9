"""The watch: every rule of seats that must hold at every moment, looked at night and noon."""

import logging
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime
from redis.exceptions import RedisError

from accounts import clock, health, scope
from courses.models import ClassSection, Term
from enrolment import queries
from enrolment.domain import deadlines
from enrolment.models import ledger

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Check the invariants of seats, enrolments and lines; list what is broken, exit with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mend-import",
            action="store_true",
            help="first complete counts and history of rows that were written in bulk",
        )
        parser.add_argument(
            "--again-after",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="look twice, and tell what is still so; a round of the clockwork takes 15",
        )

    @scope.as_system("check_seats")
    def handle(self, *, mend_import: bool, again_after: float, **options: Any) -> None:
        at = clock.now()
        if mend_import:
            noted = ledger.note_import(at=at, reason="import")
            self.stdout.write(f"{noted} movements noted")
        broken = _look(at)
        if broken and again_after:
            time.sleep(again_after)
            still = set(_look(clock.now()))
            broken = [finding for finding in broken if finding in still]
        for rule, subject in broken:
            log.error("broken rule of seats: %s: %s", rule, subject)
            self.stdout.write(f"{rule}: {subject}")
        _tell_the_site(len(broken))
        if broken:
            raise CommandError(f"{len(broken)} rules are broken.")
        self.stdout.write("all rules hold")


def _look(at: datetime) -> list[tuple[str, str]]:
    return ledger.broken_rules(at=at, offer_hours=_all_may_offer(at))


def _all_may_offer(at: datetime) -> bool:
    """Whether every class with a free seat and a line is inside its term's offer hours."""
    classes = ClassSection.objects.filter(pk__in=ledger.sections_to_offer())
    terms = Term.objects.filter(pk__in=classes.values("term"))
    return all(
        deadlines.in_offer_hours(localtime(at), queries.rules_of(term, at=at).terms)
        for term in terms
    )


def _tell_the_site(broken: int) -> None:
    """Leave the result where /readyz and /metrics find it; the log has it in any case."""
    try:
        health.note_seat_watch(broken)
    except RedisError as away:
        log.warning("the cache is away, the site does not learn of the watch: %s", away)
