"""Build the demo city 青澜市 in an empty database."""

import logging
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from accounts import clock
from accounts.models import Unit
from config.demo import load
from config.demo.calendar import PHASES_ON_OFFER
from config.demo.plan import DEFAULT_SEED, SIZES, digest, plan_city


class Command(BaseCommand):
    help = "Build the demo city: the same seed and the same day give the same city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="the day it stands on")
        parser.add_argument(
            "--phase",
            choices=PHASES_ON_OFFER,
            default="open_enrolment",
            help="how far the next term has come",
        )
        parser.add_argument("--size", choices=SIZES, default="full")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="empty the WHOLE database first, people and pages included",
        )

    def handle(self, **options: Any) -> None:
        self.quiet = options["verbosity"] == 0
        if Unit.objects.exists() and not options["replace"]:
            raise CommandError(
                "This database already has its universities. --replace empties it first.",
                returncode=3,  # ./run goes on then
            )
        began = time.process_time()
        plan = plan_city(
            today=options["today"] or localdate(clock.now()),
            phase=options["phase"],
            size=options["size"],
            seed=options["seed"],
        )
        self._say(f"planned: {digest(plan)[:12]} ({time.process_time() - began:.1f} s)")
        for chatty in ("wagtail", "django_tasks"):
            logging.getLogger(chatty).setLevel(logging.WARNING)  # a line a page, otherwise
        load.load_city(
            plan,
            folder=Path(settings.VAR_DIR) / "demo",
            say=self._say,
            now=clock.now(),
            replace=options["replace"],
        )
        self._say(
            f"{plan.units[0].region}: {len(plan.units)} universities, "
            f"{len(plan.sections)} classes a term, {len(plan.learners)} people "
            f"({time.process_time() - began:.1f} s of this process)"
        )

    def _say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(f"  {line}")
            self.stdout.flush()
