"""The watch over money: every rule that must hold at every moment, looked at night and noon."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from accounts import health, scope
from enrolment.queries.money.checks import broken_invariants

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Check the invariants of fees and books; list what is broken, exit with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again-after",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="look twice, and tell what is still so",
        )

    @scope.as_system("check_money")
    def handle(self, *, again_after: float, **options: Any) -> None:
        broken = broken_invariants()
        if broken and again_after:
            time.sleep(again_after)
            still = set(broken_invariants())
            broken = [finding for finding in broken if finding in still]
        for rule, subject in broken:
            log.error("broken rule of money: %s: %s", rule, subject)
            self.stdout.write(f"{rule}: {subject}")
        try:
            health.note_money_watch(len(broken))
        except RedisError as away:
            log.warning("the cache is away, the site does not learn of the watch: %s", away)
        if broken:
            raise CommandError(f"{len(broken)} rules are broken.")
        self.stdout.write("all rules hold")
