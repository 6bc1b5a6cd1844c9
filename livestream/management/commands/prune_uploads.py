"""Sees to films on their way that nobody sees to: those given up, and those all here."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from livestream import packaging, services


class Command(BaseCommand):
    help = (
        "Delete films that nobody went on sending, and look into those whose last byte came"
        " while the web was being stopped; sweep copies of live lessons that nobody waits for."
        " Runs every minute."
    )

    @scope.as_system("prune_uploads")
    def handle(self, **options: Any) -> None:
        at = clock.now()
        finished = services.take_up_finished(at=at)
        gone = services.drop_expired(at=at)
        swept = services.sweep_uploads() + packaging.sweep()
        if finished or gone or swept or options["verbosity"] > 1:
            self.stdout.write(f"{finished} uploads taken up, {gone} gone, {swept} files swept")
