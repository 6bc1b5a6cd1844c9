"""How far the draw of a term has come: for the registrar's desk, and for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from accounts.models import Unit
from courses.models import ClassSection, Department, Term
from courses.models.terms import TermQuerySet
from enrolment.domain import package
from enrolment.models import (
    Amendment,
    Application,
    CutOff,
    Draw,
    DrawFile,
    EntropySource,
    Objection,
    PostedHead,
    Roster,
    WishResult,
    Witness,
)
from enrolment.queries.draw import classes_in, file_of
from enrolment.queries.rosters import section_of

PAST_FORMS = frozenset(
    {Term.Phase.FROZEN, Term.Phase.DRAWN, Term.Phase.CONFIRMING, Term.Phase.WAITLISTING}
)


@dataclass(frozen=True)
class DrawDay:
    """Everything a draw consists of until now."""

    term: Term
    rosters: list[Roster]
    sources: list[EntropySource]
    witnesses: list[Witness]
    draw: Draw | None

    @property
    def last(self) -> Roster | None:
        """The list that counts."""
        return self.rosters[-1] if self.rosters else None

    @property
    def is_final(self) -> bool:
        """Whether a draw may be made with the list."""
        return self.last is not None and self.last.is_final

    @property
    def unread(self) -> list[EntropySource]:
        """Sources that have given nothing yet."""
        return [source for source in self.sources if not source.value]

    @property
    def is_published(self) -> bool:
        """Whether everybody may see the results."""
        return self.draw is not None and self.draw.published_at is not None

    def has_signed(self, digest: str) -> bool:
        """Whether a witness has signed this digest."""
        return any(witness.has_signed(digest) for witness in self.witnesses)

    def yet_to_sign(self, digest: str) -> list[Witness]:
        """The witnesses who have not signed this digest."""
        return [witness for witness in self.witnesses if not witness.has_signed(digest)]


def is_sealed(term: Term) -> bool:
    """Whether classes and rules of a term stay as they are: its list is closed, its draw not out.

    The database's own answer, by which it refuses to change them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_sealed(%s)", [term.pk])
        return bool(cursor.fetchone()[0])


def draw_day(term: Term) -> DrawDay:
    """Return how far the draw of a term has come."""
    return DrawDay(
        term=term,
        rosters=list(Roster.objects.of_term(term).select_related("amendment")),
        sources=list(EntropySource.objects.of_term(term)),
        witnesses=list(Witness.objects.of_term(term).with_signatures()),
        draw=Draw.objects.with_its_list().made_of(term),
    )


@dataclass(frozen=True)
class FormsNow:
    """How many forms are in which state, and objections still to be answered."""

    by_state: Mapping[str, int]
    objections: int
    undecided: int

    @property
    def handed_in(self) -> int:
        """Forms that will be, or are, on the list."""
        return self.by_state.get("submitted", 0) + self.by_state.get("in_draw", 0)


def forms_now(term: Term) -> FormsNow:
    """Count the forms of a term. Needs a scope for the whole city."""
    states = Application.objects.of_term(term).values("state").annotate(number=Count("pk"))
    objections = Objection.objects.of_term(term)
    return FormsNow(
        by_state={row["state"]: row["number"] for row in states.order_by()},
        objections=objections.count(),
        undecided=objections.open().count(),
    )


def objections_to(term: Term) -> "QuerySet[Objection]":
    """Return the objections to a list, those to be answered first."""
    return (
        Objection.objects.filter(application__term=term)
        .select_related("application__learner", "application__term", "filed_by", "decided_by")
        .order_by("decided_at", "filed_at", "pk")
    )


# For everybody


@dataclass(frozen=True)
class ClassOutcome:
    """One class in a draw: its seats, how many were given, and who came in last."""

    section: ClassSection
    code: str
    seats: int
    given: int
    cutoffs: list[CutOff]

    def last_in(self, bucket: str) -> CutOff | None:
        """The last of the first round in a kind of seat; of open seats the final ones."""
        names = ("open", "open-first") if bucket == "open" else (bucket,)
        for name in names:
            for one in self.cutoffs:
                if one.round == 1 and one.bucket == name and one.end != CutOff.End.CLOSED:
                    return one
        return next((one for one in self.cutoffs if one.bucket == names[0]), None)


def departments_in(draw: Draw) -> dict[Unit, list[Department]]:
    """Return the universities with classes in a draw, and the departments of those classes.

    By key: universities and departments were entered in their order.
    """
    last = CutOff.objects.of_draw(draw).filter(section=OuterRef("pk"))
    drawn = ClassSection.objects.filter(Exists(last))
    pairs = sorted(set(drawn.values_list("unit", "course__subject__department")))
    units = Unit.objects.in_bulk({unit for unit, _department in pairs})
    departments = Department.objects.in_bulk({department for _unit, department in pairs})
    found: dict[Unit, list[Department]] = {}
    for unit, department in pairs:
        found.setdefault(units[unit], []).append(departments[department])
    return found


def outcomes_of(
    draw: Draw, *, unit: Unit | None = None, department: Department | None = None
) -> list[ClassOutcome]:
    """Return what classes came to, by department, subject and level; of one office, of all.

    Needs a scope for the whole city: seats are counted, nobody is named.
    """
    table = file_of(draw.roster, package.SECTIONS)
    records = {section_of(one["id"]): one for one in classes_in({package.SECTIONS: table})}
    sections = ClassSection.objects.filter(pk__in=records).with_all_to_show()
    if unit is not None:
        sections = sections.filter(unit=unit)
    if department is not None:
        sections = sections.filter(course__subject__department=department)
    order = list(
        sections.order_by(
            "course__subject__department__position", "course__subject__position",
            "course__level", "unit", "number", "pk",
        )
    )  # fmt: skip
    shown = [section.pk for section in order]
    given = dict(
        WishResult.objects.of_roster(draw.roster)
        .admitted()
        .filter(section__in=shown)
        .values_list("section")
        .annotate(Sum("line__size"))
        .order_by()
    )
    cutoffs: dict[int, list[CutOff]] = {}
    of_them = CutOff.objects.of_draw(draw).filter(section__in=shown)
    for one in of_them.in_order():
        cutoffs.setdefault(one.section_id, []).append(one)
    return [
        ClassOutcome(
            section=section,
            code=records[section.pk]["id"],
            seats=records[section.pk]["capacity"],
            given=given.get(section.pk, 0),
            cutoffs=cutoffs.get(section.pk, []),
        )
        for section in order
    ]


@dataclass(frozen=True)
class UnitFigures:
    """What a draw came to in the classes of one university."""

    unit: Unit
    classes: int
    seats: int
    given: int
    full: int


def figures_by_unit(outcomes: list[ClassOutcome]) -> list[UnitFigures]:
    """Add classes up by university, in the order of the universities."""
    by_unit: dict[int, list[ClassOutcome]] = {}
    units: dict[int, Unit] = {}
    for one in outcomes:
        units[one.section.unit_id] = one.section.unit
        by_unit.setdefault(one.section.unit_id, []).append(one)
    return [
        UnitFigures(
            unit=units[key],
            classes=len(members),
            seats=sum(one.seats for one in members),
            given=sum(one.given for one in members),
            full=sum(one.seats <= one.given for one in members),
        )
        for key, members in sorted(by_unit.items())
    ]


@dataclass(frozen=True)
class PublicDraw:
    """What anybody may see of a draw now."""

    day: DrawDay
    heads: list[PostedHead]
    lists: list[tuple[Roster, list[DrawFile]]]
    package: list[DrawFile]
    amendments: list[Amendment]


def public_draw(term: Term) -> PublicDraw:
    """Return the public side of a term's draw; results only once they are published."""
    day = draw_day(term)
    slim = DrawFile.objects.defer("content")
    return PublicDraw(
        day=day,
        heads=list(PostedHead.objects.filter(term=term).order_by("day")),
        lists=[(one, list(slim.of_roster(one))) for one in day.rosters],
        package=list(slim.of_draw(day.draw)) if day.draw and day.is_published else [],
        amendments=list(Amendment.objects.filter(term=term).order_by("at")),
    )


def public_file(term: Term, *, version: int | None, name: str) -> DrawFile | None:
    """Return one published file: of a list by its version, of the results without one.

    Its content is read when it is asked for: most who ask have the file already.
    """
    files = DrawFile.objects.defer("content").filter(roster__term=term, name=name)
    if version is not None:
        return files.filter(is_result=False, roster__version=version).first()
    return files.filter(is_result=True, roster__draw__published_at__isnull=False).first()


def terms_with_draws() -> TermQuerySet:
    """Return the terms whose draw has been announced, the latest first."""
    announced = EntropySource.objects.values("term")
    return Term.objects.published().filter(pk__in=announced).latest_first()


def term_past_forms() -> Term | None:
    """Return the term whose forms are over and whose draw is near, or just made."""
    return terms_with_draws().in_phase(*PAST_FORMS).first()


def differences_of(roster: Roster) -> list[list[str]]:
    """Return the public differences of a list from the one before, a row each."""
    content = file_of(roster, "differences.csv")
    return [line.split(",") for line in content.decode().splitlines()[1:]]


def at_of(day: DrawDay) -> datetime | None:
    """When the draw is due: when the last of its sources is known."""
    due: list[Any] = [source.due_at for source in day.sources]
    return max(due) if due else None
