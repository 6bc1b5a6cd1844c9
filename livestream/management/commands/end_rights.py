"""Ends rights to watch that have lost their reason."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from livestream import services


class Command(BaseCommand):
    help = "End the rights to watch of whoever left the class or a post. Runs every 30 seconds."

    @scope.as_system("end_rights")
    def handle(self, **options: Any) -> None:
        ended = services.end_rights(at=clock.now())
        if ended or options["verbosity"] > 1:
            self.stdout.write(f"{ended} rights to watch ended")
