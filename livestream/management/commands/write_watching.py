"""Writes what players report: places, watched stretches, counts of viewers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from accounts import clock
from livestream import services


class Command(BaseCommand):
    help = "Write what players have reported since the last round. Runs every 30 seconds."

    def handle(self, **options: Any) -> None:
        try:
            written = services.write_watching(at=clock.now())
        except RedisError as away:
            raise CommandError(
                f"Nothing was written, the next round makes it good: {away}"
            ) from away
        if written.reports or options["verbosity"] > 1:
            self.stdout.write(
                f"{written.reports} reports of {written.watchers} watchers written,"
                f" {written.films} films are watched"
            )
