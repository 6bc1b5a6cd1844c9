"""Let somebody work here, in a post of an office, and let it end."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock, services
from accounts.models import StaffPost, Unit


class Command(BaseCommand):
    help = (
        "Give a person a post in an office (“give wang.min counter OFFICE --name NAME”), "
        "or end it. The first post makes the account and prints its first password once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["give", "end"])
        parser.add_argument("username")
        parser.add_argument("role", choices=StaffPost.Role.values)
        parser.add_argument("unit", help="name of the office, as its page says it")
        parser.add_argument("--name", default="", help="the person's name, for a new account")

    def handle(
        self, *, act: str, username: str, role: str, unit: str, name: str, **options: Any
    ) -> None:
        office = Unit.objects.filter(name=unit).first()
        if office is None:
            names = ", ".join(Unit.objects.in_order().values_list("name", flat=True))
            raise CommandError(f"No office is called {unit}. There are: {names}")
        if act == "give":
            self._give(username, role, office, name)
        else:
            self._end(username, role, office)

    def _give(self, username: str, role: str, office: Unit, name: str) -> None:
        password = secrets.token_urlsafe(12)
        user, made = services.staff_account(
            username=username, name=name, password=password, at=clock.now()
        )
        try:
            services.grant_post(user=user, unit=office, role=role, at=clock.now())
        except services.PostRefused:
            raise CommandError("This post belongs to the city's office.") from None
        self.stdout.write(f"{username}: {role}, {office.name}")
        if made:
            self.stdout.write(f"First password, shown once: {password}")
            self.stdout.write("The second factor is set up at the first sign-in.")

    def _end(self, username: str, role: str, office: Unit) -> None:
        posts = StaffPost.objects.held().filter(user__username=username, unit=office, role=role)
        post = posts.select_related("user", "unit").first()
        if post is None:
            raise CommandError("There is no such post. Look at the spelling of the username.")
        services.end_post(post=post, at=clock.now())
        self.stdout.write(f"{username}: {role}, {office.name} has ended, signed out everywhere")
