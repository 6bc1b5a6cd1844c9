"""A term whose draw has been held: forms, the closed list, numbers, what came of each choice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Learner
from courses.models import ClassSection, Term, TermPhase
from enrolment.models import (
    Application,
    ApplicationVersion,
    Draw,
    DrawnNumber,
    Roster,
    RosterLine,
    Wish,
    WishResult,
)
from tests.factories.accounts import UserFactory
from tests.factories.times import TODAY

State = Application.State


@dataclass(frozen=True)
class Fate:
    """What the draw said of one choice; the default is a seat of the open ones."""

    section: ClassSection
    code: str = "ADMITTED"
    bucket: str = "open"
    place: int | None = None
    flags: str = ""
    round: int | None = 1
    bars: Sequence[Any] = ()
    blocked_by: Sequence[str] = ()
    rule: str = ""
    is_substitute: bool = False


@dataclass(frozen=True)
class Drawn:
    """One line of the list: who, with whom, their number, and their choices in order."""

    learner: Learner
    fates: Sequence[Fate]
    number: int | None = None
    partner: Learner | None = None  # who stands on this line as well
    goes_with: Learner | None = None  # who filled the form in, and stands on a line of their own
    max_seats: int = 1
    wants_better: bool = False
    application_number: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def name_of(section: ClassSection) -> str:
    """The name of a class in the public files."""
    return f"T{section.pk % 7}-{section.pk}"


def held_back(section: ClassSection, place: int | None = None, **more: Any) -> Fate:
    """A choice that was full, with a place on its list where one is given."""
    return Fate(section, code="FULL", bucket="", place=place, **more)


def confirming_until(term: Term, closes_at: datetime) -> None:
    """Date the days in which people answer."""
    TermPhase.objects.update_or_create(
        term=term,
        phase=Term.Phase.CONFIRMING,
        defaults={"opens_at": TODAY, "closes_at": closes_at},
    )


def draw_of(term: Term, lines: Iterable[Drawn], *, published_at: datetime | None = TODAY) -> Draw:
    """Write forms, list, numbers and results as the registrar's day leaves them; seats not yet."""
    people = [
        replace(line, number=line.number or turn, application_number=_number(term, turn))
        for turn, line in enumerate(lines, 1)
    ]
    forms = _forms_of(term, people)
    registrar = UserFactory()
    roster = Roster.objects.create(
        term=term, version=2, frozen_at=TODAY, frozen_by=registrar, sha256="0" * 64,
        count=len(people), entry=0, head="0" * 64,
    )  # fmt: skip
    rows = RosterLine.objects.bulk_create(
        RosterLine(
            roster=roster,
            application=form,
            max_seats=line.max_seats,
            size=2 if line.partner else 1,
            choices=[[name_of(fate.section), fate.flags] for fate in line.fates],
        )
        for form, line in zip(forms, people, strict=True)
    )
    Application.objects.of_term(term).update(state=State.IN_DRAW)
    draw = Draw.objects.create(
        term=term, roster=roster, seed_text="seed", seed="0" * 64, engine="python",
        code_sha256="0" * 64, result_sha256="0" * 64, drawn_at=TODAY, drawn_by=registrar,
        seconds=1.0, published_at=published_at,
    )  # fmt: skip
    DrawnNumber.objects.bulk_create(
        DrawnNumber(line=row, draw=draw, number=line.number)
        for row, line in zip(rows, people, strict=True)
    )
    WishResult.objects.bulk_create(
        WishResult(
            line=row,
            section=fate.section,
            rank=rank,
            code=fate.code,
            rule=fate.rule,
            round=fate.round,
            bucket=fate.bucket,
            bars=list(fate.bars),
            blocked_by=list(fate.blocked_by),
            place=fate.place,
        )
        for row, line in zip(rows, people, strict=True)
        for rank, fate in enumerate(line.fates, 1)
    )
    return draw


def _number(term: Term, turn: int) -> str:
    return f"{4829 + term.pk % 1000:04d}{turn:08d}"


def _forms_of(term: Term, people: Sequence[Drawn]) -> list[Application]:
    """Handed in before the list was closed, the companions' beside them."""
    forms = Application.objects.bulk_create(
        Application(
            term=term, learner=line.learner, unit_id=line.learner.unit_id,
            partner=line.partner or line.goes_with, number=line.application_number,
            begun_at=TODAY - timedelta(days=9),
        )
        for line in people
    )  # fmt: skip
    form_of = {line.learner.pk: form for form, line in zip(forms, people, strict=True)}
    filled_in = [line for line in people if line.goes_with is None]
    versions = ApplicationVersion.objects.bulk_create(
        ApplicationVersion(
            application=form_of[line.learner.pk], version=1,
            wanted=min(2, max(1, line.max_seats)), channel="web",
            begun_at=TODAY - timedelta(days=9), rule_version=1, wants_better=line.wants_better,
            **line.extra,
        )
        for line in filled_in
    )  # fmt: skip
    Wish.objects.bulk_create(
        Wish(
            version=version, rank=rank, section=fate.section, flags=fate.flags,
            is_substitute=fate.is_substitute,
        )
        for version, line in zip(versions, filled_in, strict=True)
        for rank, fate in enumerate(line.fates, 1)
    )  # fmt: skip
    ApplicationVersion.objects.filter(application__term=term).update(submitted_at=TODAY)
    for version in versions:
        version.application.current = version
    for form, line in zip(forms, people, strict=True):
        form.state = State.SUBMITTED
        form.goes_with = form_of[line.goes_with.pk] if line.goes_with else None
    Application.objects.bulk_update(forms, ["current", "state", "goes_with"], batch_size=2000)
    Application.objects.bulk_create(
        Application(
            term=term, learner=line.partner, unit_id=line.partner.unit_id, partner=line.learner,
            goes_with=form, state=State.SUBMITTED, begun_at=form.begun_at,
            number=f"9{form.number[1:]}",
        )
        for form, line in zip(forms, people, strict=True)
        if line.partner
    )  # fmt: skip
    return forms
