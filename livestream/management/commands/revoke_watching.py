"""Ends rights to watch at once, of a learner, of a film, or one path that was passed on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from livestream import services
from livestream.models import Recording


class Command(BaseCommand):
    help = (
        "End rights to watch at once. Who may watch gets a new one when the player asks; to keep"
        " a film from everybody, take it back on its page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--learner", type=int, help="all that this learner watches")
        which.add_argument("--film", type=int, help="all that is watched of this film")
        which.add_argument("--audience", help="one right, by its name: the third part of a path")

    def handle(
        self, *, learner: int | None, film: int | None, audience: str | None, **options: Any
    ) -> None:
        at = clock.now()
        if learner is not None:
            ended = services.revoke(at=at, learner_id=learner)
        elif film is not None:
            ended = services.revoke(at=at, recording=_film(film))
        else:
            ended = services.revoke(at=at, audience=audience or "")
        self.stdout.write(f"{ended} rights to watch ended")


def _film(number: int) -> Recording:
    found = Recording.objects.filter(pk=number).first()
    if found is None:
        raise CommandError(f"There is no film {number}.")
    return found
