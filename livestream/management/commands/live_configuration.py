"""What the server that takes live lessons in is configured with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from livestream import ingest


class Command(BaseCommand):
    help = "Print the configuration of LIVE_INGEST: nginx.conf or mediamtx.yml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--hooks",
            default="http://127.0.0.1:8000/hooks/live/",
            help="where this product answers on this machine, without a proxy between",
        )

    def handle(self, *, hooks: str, **options: Any) -> None:
        if settings.LIVE_INGEST != "embedded" and not settings.LIVE_HOOK_SECRET:
            raise CommandError("Set LIVE_HOOK_SECRET first: without it every camera is refused.")
        self.stdout.write(ingest.chosen().configuration(hooks=hooks))
