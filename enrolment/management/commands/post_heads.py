"""The end of a day while forms are open: how far their chain has come, how wanted classes are."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock
from enrolment import services


class Command(BaseCommand):
    help = "Post how far the chain of forms has come today, and how wanted each class is."

    def handle(self, **options: Any) -> None:
        at = clock.now()
        posted = services.post_heads(at=at)
        said = services.say_how_wanted(at=at)
        self.stdout.write(f"{posted} heads posted, {said} classes said how wanted")
