"""Writes to those who subscribed to a series: one SMS before each lecture."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from livestream import services


class Command(BaseCommand):
    help = (
        "Write the letters about lectures that are due: the day before, and at once when one is"
        " moved or called off. Runs every 5 minutes; at night it writes nothing."
    )

    @scope.as_system("tell_subscribers")
    def handle(self, **options: Any) -> None:
        told = services.tell_subscribers(at=clock.now())
        if told or options["verbosity"] > 1:
            self.stdout.write(f"{told} letters about lectures written")
