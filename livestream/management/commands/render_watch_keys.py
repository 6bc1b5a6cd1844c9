"""Tells nginx which keys open films, and which rights ended before their time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from livestream.delivery import nginx


class Command(BaseCommand):
    help = (
        "Write the keys of the days around today and the rights that ended for nginx in front."
        " Runs every 15 seconds. With --configuration: print the lines for nginx instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reload", action="store_true", help="let nginx read the keys when they have changed"
        )
        parser.add_argument(
            "--configuration", choices=["http", "server"], help="print the lines for this part"
        )

    def handle(self, *, reload: bool, configuration: str | None, **options: Any) -> None:
        if configuration:
            self.stdout.write(nginx.maps() if configuration == "http" else nginx.places())
            return
        if not nginx.render():
            return
        self.stdout.write("The keys of films have changed.")
        if reload:
            try:
                told = nginx.reload()
            except (OSError, ValueError) as error:
                raise CommandError(f"nginx was not told of new keys: {error}") from error
            self.stdout.write("nginx reads them." if told else "nginx has to be reloaded.")
