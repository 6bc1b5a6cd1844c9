"""One round of the clockwork: free what is due, offer what is free, show how it stands."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from enrolment import services


class Command(BaseCommand):
    help = (
        "Free seats whose time has run out and offer free seats to those who wait."
        " Runs every 15 seconds."
    )

    @scope.as_system("lapse_and_promote")
    def handle(self, **options: Any) -> None:
        at = clock.now()
        swept = services.lapse_and_promote(at=at)
        shown = services.refresh_availability(at=at)
        if any(
            (
                swept.freed,
                swept.offered,
                swept.laid_out,
                swept.begun,
                swept.emptied,
                swept.closed,
                swept.kept,
                shown,
            )
        ) or (options["verbosity"] > 1):
            self.stdout.write(
                f"{swept.freed} seats freed, {swept.offered} offered,"
                f" {swept.laid_out} classes given seats, {swept.begun} learners begun,"
                f" {swept.emptied} ended, {swept.closed} told that their line has closed,"
                f" {swept.kept} kept until they are called,"
                f" {shown} display rows changed"
            )
