"""Partners who show our films on their own channel: who they are, a new token, an end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts import clock, scope
from livestream import services
from livestream.models import FeedPartner


class Command(BaseCommand):
    help = "List partners who may read our lists for television; --add NAME, --end NAME."

    def add_arguments(self, parser: ArgumentParser) -> None:
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--add", metavar="NAME", help="make a token; it is shown this once")
        change.add_argument("--end", metavar="NAME", help="end the token, at once")

    @scope.as_system("feed_partners")
    def handle(self, *, add: str | None, end: str | None, **options: Any) -> None:
        if add:
            self._add(add)
        elif end:
            if not services.end_partner(name=end, at=clock.now()):
                raise CommandError(f"There is no partner called {end}.")
            self.stdout.write(f"{end} is ended")
        else:
            for partner in FeedPartner.objects.trusted():
                self.stdout.write(f"{partner.name}, since {partner.made_at:%F}")

    def _add(self, name: str) -> None:
        try:
            token = services.add_partner(name=name, at=clock.now())
        except services.PartnerKnown as error:
            raise CommandError(f"{name} has a token already. End it first.") from error
        self.stdout.write("Write these down: the token in them is not stored.")
        for page in ("partner-list", "partner-guide", "partner-titles"):
            self.stdout.write(reverse(f"livestream:{page}", args=[token]))
