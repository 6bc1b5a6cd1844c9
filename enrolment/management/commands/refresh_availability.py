"""Bring the numbers that catalogue and cards show up to date, now."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock, scope
from enrolment import services


class Command(BaseCommand):
    help = "Write how many seats are left and how many people wait, for catalogue and search."

    @scope.as_system("refresh_availability")
    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{services.refresh_availability(at=clock.now())} rows changed")
