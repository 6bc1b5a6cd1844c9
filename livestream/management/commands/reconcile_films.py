"""Rebuilds the queue of films from the rows that say what is to be done."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from livestream import processing


class Command(BaseCommand):
    help = "Wake workers for films and units that wait and were forgotten. Runs every minute."

    @scope.as_system("reconcile_films")
    def handle(self, **options: Any) -> None:
        films, units = processing.reconcile(at=clock.now())
        if films or units or options["verbosity"] > 1:
            self.stdout.write(f"{films} films and {units} units woken")
