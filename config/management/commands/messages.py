"""Keep the catalogues of the screen's words complete."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import env
from config.translation import catalogue


class Command(BaseCommand):
    help = "Bring locale/ up to date with code and templates, then compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail if a string is missing")
        parser.add_argument("--compile", action="store_true", help="only compile")

    def handle(self, **options: Any) -> None:
        root = env.ROOT
        if not options["compile"]:
            self._update(check=options["check"])
        self.stdout.write(f"{catalogue.compile_all(root)} catalogues compiled")

    def _update(self, *, check: bool) -> None:
        root = env.ROOT
        found = catalogue.found_in(root)
        simplified_at = catalogue.path_of(root, "zh_Hans")
        traditional_at = catalogue.path_of(root, "zh_Hant")
        simplified = catalogue.completed(catalogue.read(simplified_at, "zh_Hans"), found)
        gaps = catalogue.missing(simplified, found)
        if check and gaps:
            listed = "\n".join(f"  {gap}" for gap in gaps)
            raise CommandError(f"{len(gaps)} strings have no Chinese:\n{listed}")
        if not check:
            written = catalogue.read(traditional_at, "zh_Hant")
            catalogue.write(simplified_at, simplified)
            catalogue.write(traditional_at, catalogue.in_traditional(simplified, written))
            self.stdout.write(f"{len(gaps)} strings still without Chinese")
