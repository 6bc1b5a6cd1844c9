"""The end of a term."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock, scope
from courses.models import Term
from enrolment import services


class Command(BaseCommand):
    help = "Close a term after its last day: completions, records for later terms, lines closed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the term's code, for example 2026-autumn")

    @scope.as_system("close_term")
    def handle(self, *, code: str, **options: Any) -> None:
        term = Term.objects.filter(code=code).first()
        if term is None:
            codes = ", ".join(Term.objects.latest_first().values_list("code", flat=True))
            raise CommandError(f"There is no term {code}. There are: {codes}")
        try:
            ended = services.close_term(term=term, at=clock.now())
        except services.TermStillTaught:
            raise CommandError(
                f"{code} is taught until {term.ends_on:%Y-%m-%d}. Close it on a later day."
            ) from None
        self.stdout.write(f"{code} is closed; {ended} enrolments ended")
