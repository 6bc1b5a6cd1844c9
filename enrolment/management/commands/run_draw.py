"""The draw day from the keyboard: from the closed list to the published package."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError

from accounts import clock, scope
from accounts.models import StaffPost, User
from courses.models import Term
from enrolment import queries, services
from enrolment.domain import entropy, package
from enrolment.domain.draws import DrawRefused
from enrolment.domain.entropy import SourceRefused
from enrolment.models import Draw, EntropySource, Roster, Witness

Made = TypeVar("Made")


class Command(BaseCommand):
    help = (
        "Close the list of a term, draw, publish. Each step is kept: run again, it goes on where"
        " it stopped. A step whose hour has not come is refused; the demo's clock can be moved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--term", metavar="CODE", help="the term; without it, the coming one")
        parser.add_argument("--rehearse", action="store_true", help="in memory; keep nothing")
        parser.add_argument("--dice", metavar="DIGITS", help="the witnesses' 24 throws")
        parser.add_argument(
            "--source", action="append", default=[], metavar="NAME=VALUE",
            help="what another source gave; one that can be read by machine is read",
        )  # fmt: skip
        parser.add_argument("--proof", default="", help="where it can be seen what was thrown")
        parser.add_argument("--witness", default="", help="who saw it, and signs list and results")
        parser.add_argument("--actor", default="", help="whose name stands in the book")
        parser.add_argument("--out", type=Path, metavar="DIR", help="write the package here, too")

    @scope.as_system("run_draw")
    def handle(self, *, rehearse: bool, out: Path | None, **options: Any) -> None:
        term = self._term(options["term"])
        if rehearse:
            files = self._rehearse(term)
        else:
            files = self._day(term, self._actor(options["actor"]), options)
        if out is not None:
            package.write(out, files)
            self.stdout.write(f"{len(files)} files in {out}")

    def _term(self, code: str | None) -> Term:
        terms = Term.objects.latest_first()
        term = terms.filter(code=code).first() if code else terms.published().first()
        if term is None:
            codes = ", ".join(terms.values_list("code", flat=True))
            raise CommandError(f"There is no term {code or 'yet'}. There are: {codes}")
        return term

    def _actor(self, name: str) -> User:
        looks_after = StaffPost.objects.held().filter(role=StaffPost.Role.REGISTRAR)
        people = User.objects.filter(pk__in=looks_after.values("user")).order_by("pk")
        actor = people.filter(username=name).first() if name else people.first()
        if actor is None:
            raise CommandError("Nobody of that name looks after terms (--actor).")
        return actor

    def _rehearse(self, term: Term) -> dict[str, bytes]:
        rehearsal = self._step(
            "rehearsed", lambda at: services.rehearse(term=term, at=at), clock.now()
        )
        for name, number in vars(rehearsal.figures).items():
            self.stdout.write(f"  {name.replace('_', ' ')}: {number:,}")
        return dict(rehearsal.drawn.files)

    def _day(self, term: Term, actor: User, options: dict[str, Any]) -> dict[str, bytes]:
        roster = self._step(
            "list closed",
            lambda at: services.freeze_roster(term=term, actor=actor, at=at),
            clock.now(),
        )
        self._say_list(roster)
        roster = self._step(
            "list final",
            lambda at: services.finalise_roster(term=term, actor=actor, at=at),
            clock.now(),
        )
        self._say_list(roster)
        self._read_sources(term, actor, options)
        self._sign(term, actor, options["witness"])
        draw = self._step(
            "drawn",
            lambda at: services.run_draw(term=term, actor=actor, at=at),
            clock.now(),
        )
        self.stdout.write(f"  seed {draw.seed}\n  results {draw.result_sha256}")
        self._sign(term, actor, options["witness"])
        draw = self._step(
            "published",
            lambda at: services.publish_draw(term=term, actor=actor, at=at),
            clock.now(),
        )
        return queries.package_of(Draw.objects.with_its_list().get(pk=draw.pk))

    def _step(self, name: str, act: Callable[[datetime], Made], at: datetime) -> Made:
        """Do one step, say how long it took; what stops it ends the command in words."""
        begun = monotonic()
        try:
            made = act(at)
        except (DrawRefused, SourceRefused) as refused:
            raise CommandError(
                f"{name}: not possible: {' '.join(map(str, refused.args))}"
            ) from None
        self.stdout.write(f"{name}: {monotonic() - begun:.1f} s")
        return made

    def _say_list(self, roster: Roster) -> None:
        self.stdout.write(
            f"  version {roster.version}: {roster.count:,} lines, sha256 {roster.sha256}"
        )

    def _read_sources(self, term: Term, actor: User, options: dict[str, Any]) -> None:
        given = dict(one.split("=", 1) for one in options["source"] if "=" in one)
        for source in EntropySource.objects.of_term(term).unread():
            typed = given.get(source.name)
            if source.kind == entropy.DICE and typed is None:
                typed = options["dice"]
            if typed is not None:
                self._step(
                    f"source {source.name}",
                    lambda at, source=source, typed=typed: services.read_source(  # type: ignore[misc]
                        source=source, typed=typed, proof=options["proof"], actor=actor, at=at
                    ),
                    clock.now(),
                )
            else:
                self._fetch(source, actor)

    def _fetch(self, source: EntropySource, actor: User) -> None:
        try:
            services.fetch_source(
                source=source, actor=actor, at=clock.now(), readers=services.READERS
            )
        except services.SourceAway as away:
            raise CommandError(
                f"{away}. Run the command again later, or give what counts instead:"
                f" --source {source.name}=..."
            ) from None
        except SourceRefused as refused:
            raise CommandError(f"{source.name}: {refused.problem}") from None

    def _sign(self, term: Term, actor: User, name: str) -> None:
        digest = services.digest_to_sign(term)
        if not name or services.has_signed(term, digest):
            return
        at = clock.now()
        witness = Witness.objects.of_term(term).called(name)
        if witness is None:
            witness = services.name_witness(term=term, name=name, office="", actor=actor, at=at)
        services.sign(witness=witness, actor=actor, at=at)
        self.stdout.write(f"  {name} signs {digest}")
