"""Does what is published still follow from what is kept? Exit 1 and a list when it does not."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import scope
from courses.models import Term
from enrolment import queries
from enrolment.models import Roster

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Build the lists of a term anew from the rows, follow its chain, work its draw out again;"
        " name everything that differs from what was published, exit with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--term", metavar="CODE", help="one term; without it, all with a list")

    @scope.as_system("check_draw")
    def handle(self, *, term: str | None, **options: Any) -> None:
        terms = Term.objects.filter(pk__in=Roster.objects.values("term")).latest_first()
        if term is not None:
            terms = terms.filter(code=term)
            if not terms:
                raise CommandError(f"There is no term {term} with a list.")
        wrong = 0
        for one in terms:
            found = queries.what_differs(one)
            for line in found:
                log.error("broken draw: %s: %s", one.code, line)
                self.stdout.write(f"{one.code}: {line}")
            if not found:
                self.stdout.write(f"{one.code}: all right")
            wrong += len(found)
        if wrong:
            raise CommandError(f"{wrong} differences.")
