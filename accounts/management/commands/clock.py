"""Show or move the one clock of demo and tests."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import clock
from accounts.domain import moments


class Command(BaseCommand):
    help = (
        "Show the product's clock, move it (“+3d 09:00”, “+2h”, “tue 10:00”, “2027-01-05 10:00”) "
        "or put it back (“reset”)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("to", nargs="*", help="where to move it; nothing: only show it")

    def handle(self, *, to: list[str], **options: Any) -> None:
        words = " ".join(to).strip()
        try:
            if words == "reset":
                now = clock.set_to(None)
            elif words:
                here = timezone.localtime(clock.now())
                now = clock.set_to(moments.moved(here, words))
            else:
                now = clock.now()
        except (moments.NotAMoment, clock.ClockRefused) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{timezone.localtime(now):%A %Y-%m-%d %H:%M:%S %Z}")
