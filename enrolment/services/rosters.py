"""The list of a term is closed, and put right once; after that nothing changes unseen.

Version 1 is published with its digest before anybody has a number. Objections change it into
version 2, with a public list of differences. A later version needs an amendment that two people
sign. In between the database lets nobody change a form, a class or a rule (migration 0025).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localtime

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment import queries
from enrolment.domain import chain, draws, package, rosters
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.domain.wishes import SOFT_DEADLINE, Line
from enrolment.models import (
    Amendment,
    Application,
    ChainEntry,
    Draw,
    DrawFile,
    EntropySource,
    Objection,
    Roster,
    RosterLine,
)
from enrolment.models.applications import ApplicationQuerySet
from enrolment.queries import DrawClasses
from enrolment.services.chain import append_entry
from enrolment.services.rows import insert_rows, lock_forms, take_time, without_gc
from enrolment.services.terms import move_term_on, phases_ahead

DIFFERENCES = "differences.csv"
AMENDED = "amendment"
State = Application.State


@transaction.atomic
@without_gc()
def freeze_roster(*, term: Term, actor: User, at: datetime) -> Roster:
    """Close the list of a term: version 1. Asked again it returns that first version, unchanged.

    Every choice is asked once more, papers included. Whoever has none left is told why and may
    object. Raises ``DrawRefused`` while forms are open, or when there are none.
    """
    with scope.system("close a list"):
        take_time()
        lock_forms()
        term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
        if (stands := Roster.objects.of_term(term).first()) is not None:
            return stands
        _ensure_forms_are_over(term, actor, at)
        forms = Application.objects.of_term(term).submitted()
        if not forms.exists():
            raise DrawRefused(DrawProblem.NO_FORMS)
        classes = queries.classes_of_draw(term, at=at)
        drawn, lines = _decided(forms, classes, at)
        market = draws.market_of(classes.records, lines, classes.clashes)
        roster = _publish(_Version(term, Roster.FIRST, actor, at), market, lines)
        _note_states(drawn)
        return roster


@transaction.atomic
@without_gc()
def finalise_roster(*, term: Term, actor: User, at: datetime) -> Roster:
    """Put right what was rightly objected to: version 2, which is drawn. Twice is once.

    Only forms with an objection that was upheld are asked again; all other lines, and the seats
    of the classes, stay as they were published. Raises ``DrawRefused`` while objections may be
    filed, or one of them is not decided.
    """
    with scope.system("close a list"):
        take_time()
        lock_forms()
        term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
        first = _last_roster(term)
        if first.is_final:
            return first
        _ensure_objections_are_over(first, at)
        upheld = Objection.objects.of_term(term).filter(upheld=True)
        reasons = dict(upheld.values_list("application__number", "kind"))
        return _next(first, reasons, actor=actor, at=at)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an amendment changes, in words for everybody and for the list.

    ``applications``: numbers asked again; ``without_seats``: codes of classes that give none.
    """

    what: str
    why: str
    applications: Collection[str] = ()
    without_seats: Collection[str] = ()


@transaction.atomic
@without_gc()
def amend_roster(
    *, term: Term, change: Change, signed_by: User, countersigned_by: User, at: datetime
) -> Roster:
    """Change a final list before the draw, for everybody to see: two sign, the reason is public.

    Raises ``DrawRefused`` when one person would sign twice, when a number or a class is unknown,
    when nothing would change, when the draw has been made, or once a source may be known.
    """
    with scope.system("close a list"):
        take_time()
        lock_forms()
        term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
        last = _last_roster(term)
        _ensure_amendable(last, change, signed_by, countersigned_by)
        _ensure_chance_is_unknown(term, at)
        amendment = Amendment.objects.create(
            term=last.term,
            what=change.what,
            why=change.why,
            signed_by=signed_by,
            countersigned_by=countersigned_by,
            at=at,
        )
        _open_for("app.amendment", amendment.pk)
        reasons = dict.fromkeys(change.applications, AMENDED)
        return _next(
            last, reasons, actor=signed_by, at=at, amendment=amendment,
            without_seats=change.without_seats,
        )  # fmt: skip


# What a version says


@dataclass(frozen=True)
class _Version:
    term: Term
    number: int
    actor: User
    at: datetime
    amendment: Amendment | None = None
    differences: bytes | None = None


def _next(
    last: Roster,
    reasons: Mapping[str, str],
    *,
    actor: User,
    at: datetime,
    amendment: Amendment | None = None,
    without_seats: Collection[str] = (),
) -> Roster:
    """Write the version after ``last``; only the applications in ``reasons`` are asked again."""
    term, before = last.term, queries.lines_kept(last)
    again = _of_both(term, reasons)
    asked = Application.objects.of_term(term).filter(number__in=again)
    asked = asked.still_standing()
    drawn: dict[int, str] = {}
    lines: list[Line] = []
    if again:
        drawn, lines = _decided(asked, queries.classes_of_draw(term, at=at), at)
    after = [line for line in before if line.application not in again] + lines
    after.sort(key=lambda line: line.application)
    market = _published_market(last, after, without_seats)
    found = rosters.differences(before, after, again)
    if amendment is not None and not found and not without_seats:
        raise DrawRefused(DrawProblem.NOTHING_CHANGED)
    version = _Version(
        term, last.version + 1, actor, at, amendment, rosters.differences_csv(found)
    )
    roster = _publish(version, market, after)
    _note_states(drawn)
    return roster


def _decided(
    forms: ApplicationQuerySet, classes: DrawClasses, at: datetime
) -> tuple[dict[int, str], list[Line]]:
    """Ask the rules about these forms; return why each application is out ("" is in), and lines.

    An application that goes with one that is not on the list has nothing chosen.
    """
    here = localtime(at)
    why = dict.fromkeys(forms.values_list("pk", flat=True), rosters.NOTHING_LEFT.value)
    lines = []
    for filed in queries.forms_on_the_list(forms, at=at):
        line = rosters.line_of(filed.form, classes.offer, at=here)
        why |= dict.fromkeys(filed.applications, rosters.why_rejected(line))
        if line.choices:
            lines.append(line)
    return why, sorted(lines, key=lambda line: line.application)


def _published_market(
    last: Roster, lines: Sequence[Line], without_seats: Collection[str]
) -> dict[str, Any]:
    files = queries.files_of(last)
    records = [
        record | {"capacity": 0, "buckets": []} if record["id"] in without_seats else record
        for record in queries.classes_in(files)
    ]
    return draws.market_of(records, lines, queries.clashes_in(files))


def _publish(version: _Version, market: Mapping[str, Any], lines: Iterable[Line]) -> Roster:
    """Write roster, lines and files, and note the digest in the chain, all in one transaction."""
    files = package.frozen_files(market)
    digest, count = package.roster_sha256(files), len(market["applicants"])
    if version.differences is not None:
        files[DIFFERENCES] = version.differences
    before = ChainEntry.objects.last_of(version.term)
    append_entry(
        term=version.term,
        application=None,
        act=ChainEntry.Act.FREEZE if version.amendment is None else ChainEntry.Act.AMEND,
        content={"version": version.number, "roster": digest, "count": count},
        at=version.at,
    )
    roster = Roster.objects.create(
        term=version.term,
        version=version.number,
        frozen_at=version.at,
        frozen_by=version.actor,
        sha256=digest,
        count=count,
        entry=before.number if before else 0,
        head=before.head if before else chain.start(version.term.code),
        amendment=version.amendment,
    )
    _write_lines(roster, lines)
    write_files(roster, files, is_result=False)
    AuditEvent.objects.record(
        version.actor, "list closed", roster, at=version.at, unit=version.term.unit,
        version=version.number, sha256=digest, count=count,
    )  # fmt: skip
    return roster


def _write_lines(roster: Roster, lines: Iterable[Line]) -> None:
    of_term = Application.objects.of_term(roster.term)
    ids = dict(of_term.values_list("number", "pk"))
    insert_rows(
        RosterLine,
        {
            "roster_id": "bigint", "application_id": "bigint", "max_seats": "smallint",
            "size": "smallint", "choices": "jsonb", "dropped": "jsonb",
        },
        [
            (roster.pk, ids[line.application], line.max_seats, line.size, line.choices,
             dict(line.dropped))
            for line in lines
        ],
    )  # fmt: skip


def write_files(roster: Roster, files: Mapping[str, bytes], *, is_result: bool) -> None:
    """Keep files byte for byte as they are published, each with its digest."""
    DrawFile.objects.bulk_create(
        DrawFile(
            roster=roster,
            is_result=is_result,
            name=name,
            sha256=sha256(files[name]).hexdigest(),
            content=files[name],
        )
        for name in sorted(files)
    )


def _note_states(why: Mapping[int, str]) -> None:
    """Say of each application whether it is in the draw, and if not why."""
    is_in = Application.objects.filter(pk__in=[pk for pk, reason in why.items() if not reason])
    is_in.update(state=State.IN_DRAW, rejected_for="")
    by_reason: dict[str, list[int]] = {}
    for pk, reason in why.items():
        if reason:
            by_reason.setdefault(reason, []).append(pk)
    for reason, pks in by_reason.items():
        is_out = Application.objects.filter(pk__in=pks)
        is_out.update(state=State.REJECTED, rejected_for=reason)
        for pk in pks:
            outbox.put("tell_rejected", pk)


# What has to be so first


def _open_for(setting: str, pk: int) -> None:
    """Let the database take changes that this objection or amendment stands for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, str(pk)])


def list_closes_from(term: Term) -> datetime | None:
    """Return the first moment at which the list can be closed; none where nothing is planned."""
    window = queries.window_of(term)
    planned = term.phases.of_phase(Term.Phase.FROZEN).first()
    ends = [window.closes_at + SOFT_DEADLINE] if window.closes_at is not None else []
    return max([*ends, *([planned.opens_at] if planned else [])], default=None)


def _ensure_forms_are_over(term: Term, actor: User, at: datetime) -> None:
    closes_from = list_closes_from(term)
    if closes_from is not None and at < closes_from:
        raise DrawRefused(DrawProblem.FORMS_OPEN)  # papers may be brought until that hour
    if queries.window_of(term).is_open_phase and Term.Phase.FROZEN in phases_ahead(term=term):
        moved = move_term_on(
            term=term, phase=Term.Phase.FROZEN, reason="list closed", actor=actor, at=at
        )
        term.phase = moved.phase
    if term.phase != Term.Phase.FROZEN:
        raise DrawRefused(DrawProblem.NOT_FROZEN)


def objections_until(roster: Roster, *, at: datetime) -> datetime:
    """Until when the first list may be objected to."""
    rules = queries.rules_of(roster.term, at=at)
    return draws.objections_until(localtime(roster.frozen_at), rules.terms.day_ends)


def _ensure_objections_are_over(first: Roster, at: datetime) -> None:
    if at < objections_until(first, at=at):
        raise DrawRefused(DrawProblem.OBJECTIONS_RUN)
    if Objection.objects.of_term(first.term).open().exists():
        raise DrawRefused(DrawProblem.OBJECTIONS_LEFT)


def _ensure_amendable(last: Roster, change: Change, signed_by: User, other: User) -> None:
    if not last.is_final:
        raise DrawRefused(DrawProblem.NOT_FINAL)
    if Draw.objects.made_of(last.term) is not None:
        raise DrawRefused(DrawProblem.DRAWN_ALREADY)
    if signed_by.pk == other.pk:
        raise DrawRefused(DrawProblem.ONE_PERSON)
    known = set(
        Application.objects.of_term(last.term)
        .filter(number__in=change.applications)
        .values_list("number", flat=True)
    )
    if strange := sorted(set(change.applications) - known):
        raise DrawRefused(DrawProblem.UNKNOWN_NUMBER, strange[0])
    codes = {record["id"] for record in queries.classes_in(queries.files_of(last))}
    if strange := sorted(set(change.without_seats) - codes):
        raise DrawRefused(DrawProblem.UNKNOWN_CLASS, strange[0])


def _ensure_chance_is_unknown(term: Term, at: datetime) -> None:
    """Whoever knows what a source gave could try amendments out until one suits a friend."""
    if EntropySource.objects.of_term(term).known_by(at).exists():
        raise DrawRefused(DrawProblem.CHANCE_IS_KNOWN)


def _last_roster(term: Term) -> Roster:
    last = Roster.objects.of_term(term).select_related("term__unit").last()
    if last is None:
        raise DrawRefused(DrawProblem.NOT_FROZEN)
    return last


def _of_both(term: Term, reasons: Mapping[str, str]) -> dict[str, str]:
    """These reasons, and the same for whoever goes with somebody named: they share a line."""
    named = list(reasons)
    pairs = Application.objects.of_term(term).filter(
        Q(number__in=named) | Q(goes_with__number__in=named) | Q(companion__number__in=named)
    )
    found = {}
    for own, *others in pairs.values_list("number", "goes_with__number", "companion__number"):
        found[own] = next(reasons[one] for one in (own, *others) if one in reasons)
    return found
