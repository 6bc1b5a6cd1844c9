"""Rebuilds the queue of films from the rows that say what is to be done."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from livestream import processing
from livestream.services import live


class Command(BaseCommand):
    help = (
        "Wake workers for films and units that wait and were forgotten, and end live lessons"
        " nobody came back to: while one is on, work waits. Runs every minute."
    )

    @scope.as_system("reconcile_films")
    def handle(self, **options: Any) -> None:
        at = clock.now()
        live.end_overdue(at=at)
        films, units = processing.reconcile(at=at)
        if films or units or options["verbosity"] > 1:
            self.stdout.write(f"{films} films and {units} units woken")
