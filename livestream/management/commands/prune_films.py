"""Makes room: originals, films that were taken back, files that were replaced, old rights."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock, scope
from livestream import queries, services


class Command(BaseCommand):
    help = (
        "Delete the originals of replays, and films that were taken back, after 30 days, files of"
        " replays that were replaced, after a day, and rights to watch, eight weeks after they ran"
        " out. A film that has a page in the CMS stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=services.KEPT.days,
            help=f"keep them longer than {services.KEPT.days} days",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    @scope.as_system("prune_films")
    def handle(self, *, days: int, dry_run: bool, **options: Any) -> None:
        if days < services.KEPT.days:
            raise CommandError(f"Teachers are promised {services.KEPT.days} days.")
        at = clock.now()
        before = at - timedelta(days=days)
        films = originals = 0
        for recording in queries.films_to_drop(before=before).iterator():
            if dry_run or services.drop_film(recording, before=before, at=at):
                films += 1
                self.stdout.write(f"film {recording.pk}, taken back {recording.taken_back_at:%F}")
        for recording in queries.originals_to_drop(before=before).iterator():
            size = recording.upload.size
            if dry_run or services.drop_original(recording, before=before, at=at):
                originals += 1
                self.stdout.write(f"original of film {recording.pk}, {size // 1024**2} MB")
        replaced = 0
        for generation in queries.generations_to_drop(before=at - services.REPLACED_KEPT):
            replaced += dry_run or services.drop_generation(
                generation, before=at - services.REPLACED_KEPT
            )
        rights = self._let_rights_go(at - services.RIGHTS_KEPT, dry_run=dry_run)
        verb = "would go" if dry_run else "gone"
        self.stdout.write(f"{rights} rights to watch {verb}")
        self.stdout.write(f"{films} films, {originals} originals and {replaced} replaced {verb}")

    @staticmethod
    def _let_rights_go(before: datetime, *, dry_run: bool) -> int:
        if dry_run:
            return services.rights_to_let_go(before=before)
        return services.let_rights_go(before=before)
