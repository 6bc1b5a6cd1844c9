"""Gives up all keys of signed paths at once: for the day on which one may have got out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from livestream import services
from livestream.delivery import nginx


class Command(BaseCommand):
    help = (
        "Give up the keys of films in use: every path that is out ends at once. Players of those"
        " who may watch ask for a new one by themselves."
    )

    def handle(self, **options: Any) -> None:
        series = services.drop_keys(at=clock.now())
        self.stdout.write(f"The keys were given up; series {series} is in use.")
        if settings.WATCH_FRONT != "nginx":
            return
        nginx.render()
        try:
            told = nginx.reload()
        except (OSError, ValueError) as error:
            raise CommandError(f"Reload nginx by hand, it was not told: {error}") from error
        self.stdout.write("nginx knows." if told else "Reload nginx now.")
