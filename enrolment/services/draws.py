"""The draw of a term: made once, checked before it is kept, shown to everybody at one moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import IntegrityError, transaction

from accounts import outbox, scope
from accounts.models import AuditEvent, User
from courses.models import Term
from enrolment import queries
from enrolment.domain import drawing, draws
from enrolment.domain.allocation import arrays
from enrolment.domain.drawing import Drawn, DrawWrong
from enrolment.domain.draws import DrawProblem, DrawRefused
from enrolment.models import (
    Application,
    ChainEntry,
    CutOff,
    Draw,
    DrawnNumber,
    EntropySource,
    Roster,
    RosterLine,
    TermFigures,
    WishResult,
)
from enrolment.services.chain import append_entry
from enrolment.services.results import place_the_drawn
from enrolment.services.rosters import write_files
from enrolment.services.rows import insert_rows, lock_forms, take_time, without_gc
from enrolment.services.sources import has_signed
from enrolment.services.struck_out import strike_out_who_died
from enrolment.services.terms import move_term_on, phases_ahead

State = Application.State


@transaction.atomic
@without_gc()
def run_draw(*, term: Term, actor: User, at: datetime) -> Draw:
    """Draw: work it out, check it as an outsider would, keep it. Made once: again it is returned.

    Nothing is shown to anybody yet. Raises ``DrawRefused`` while the list is not final, a
    source has no value, or no witness has signed the list, and when a check does not agree.
    """
    begun = monotonic()
    with scope.system("draw"):
        take_time()
        term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
        if (made := Draw.objects.made_of(term)) is not None:
            return made
        roster = _roster_to_draw(term)
        drawn = _work_out(term, queries.market_kept(roster), _values(term), at)
        _ensure_list_is_that_published(roster, drawn)
        draw = _keep(roster, drawn, actor, at, seconds=monotonic() - begun)
        _into(term, Term.Phase.DRAWN, actor, at)
        return draw


@transaction.atomic
@without_gc()
def publish_draw(*, term: Term, actor: User, at: datetime) -> Draw:
    """Show a draw to everybody at once, and give the seats. Published once: again is nothing new.

    Seats, lines and letters come about in the same commit; who stepped out since the list was
    closed, or has died, has none of them. Raises ``DrawRefused`` before the draw, before a
    witness has signed its results, and where seats do not agree with it.
    """
    with scope.system("publish a draw"):
        take_time()
        draw = Draw.objects.locked().made_of(term)
        if draw is None:
            raise DrawRefused(DrawProblem.NOT_DRAWN)
        if draw.published_at is not None:
            return draw
        if not has_signed(term, draw.result_sha256):
            raise DrawRefused(DrawProblem.NOT_SIGNED)
        if differs := next(queries.rows_that_differ(draw), None):
            raise DrawRefused(DrawProblem.DIFFERENT, differs)  # seats are given by the rows
        lock_forms()  # who is stepping out at this moment is out, or is told to decline
        strike_out_who_died(term=draw.term, actor=actor, at=at)
        draw.published_at = at
        draw.save(update_fields=["published_at"])
        _say_who_has_a_seat(draw)
        _give_seats(draw, at)
        _into(draw.term, Term.Phase.CONFIRMING, actor, at)
        outbox.put("count_figures", f"{draw.term_id}:{TermFigures.Stage.DRAWN.value}")
        AuditEvent.objects.record(
            actor, "draw published", draw, at=at, unit=draw.term.unit, sha256=draw.result_sha256
        )
        return draw


@dataclass(frozen=True)
class Rehearsal:
    """A draw that was never made: its figures and files, kept nowhere."""

    drawn: Drawn
    figures: drawing.Figures
    seconds: float


@without_gc()
def rehearse(*, term: Term, at: datetime) -> Rehearsal:
    """Run the whole draw on a copy in memory: on the list, or on the forms as they are now.

    Chance is the moment of the rehearsal, so nobody can take its numbers for the real ones.
    Raises ``DrawRefused`` without forms.
    """
    begun = monotonic()
    with scope.system("rehearse a draw"):
        take_time()
        roster = Roster.objects.last_of(term)
        market = queries.market_kept(roster) if roster else queries.market_of_forms(term, at=at)
        if not market["applicants"]:
            raise DrawRefused(DrawProblem.NO_FORMS)
        drawn = _work_out(term, market, {"rehearsal": at.isoformat()}, at)
        figures = drawing.figures_of(drawn.market, drawn.result)
        return Rehearsal(drawn, figures, monotonic() - begun)


# Before


def _roster_to_draw(term: Term) -> Roster:
    roster = Roster.objects.of_term(term).select_related("term__unit").last()
    if roster is None or not roster.is_final:
        raise DrawRefused(DrawProblem.NOT_FINAL)
    if not has_signed(term, roster.sha256):
        raise DrawRefused(DrawProblem.NO_WITNESS)
    return roster


def _values(term: Term) -> dict[str, str]:
    found = dict(EntropySource.objects.of_term(term).values_list("name", "value"))
    if not found:
        raise DrawRefused(DrawProblem.SOURCES_MISSING)
    if missing := sorted(name for name, value in found.items() if not value):
        raise DrawRefused(DrawProblem.SOURCES_MISSING, missing[0])
    return found


def _work_out(
    term: Term, market: Mapping[str, Any], sources: Mapping[str, str], at: datetime
) -> Drawn:
    order = queries.rules_of(term, at=at).stored.get("waitlist_order", "no_seat_first")
    try:
        return drawing.make_draw(
            market, term=term.code, sources=sources, named=sources, waitlist_order=order
        )
    except DrawWrong as wrong:
        raise DrawRefused(DrawProblem.DIFFERENT, str(wrong)) from wrong


def _ensure_list_is_that_published(roster: Roster, drawn: Drawn) -> None:
    """The list that was drawn is read from its rows; its bytes must be those everybody has."""
    for name, content in queries.files_of(roster).items():
        if name in drawn.files and drawn.files[name] != content:
            raise DrawRefused(DrawProblem.DIFFERENT, name)


# Keeping it


def _keep(roster: Roster, drawn: Drawn, actor: User, at: datetime, *, seconds: float) -> Draw:
    draw = Draw.objects.create(
        term=roster.term,
        roster=roster,
        seed_text=drawn.seed_text,
        seed=drawn.seed,
        engine="numpy" if arrays.pay(drawn.result.packed) else "python",
        code_sha256=drawing.program_sha256(),
        result_sha256=drawn.digest,
        drawn_at=at,
        drawn_by=actor,
        seconds=round(seconds, 3),
    )
    of_list = RosterLine.objects.of_roster(roster)
    lines = dict(of_list.values_list("application__number", "pk"))
    insert_rows(
        DrawnNumber,
        {"line_id": "bigint", "draw_id": "bigint", "number": "int"},
        [(lines[name], draw.pk, number) for name, number in drawn.numbers.items()],
    )
    _keep_results(roster, drawn, lines)
    _keep_cutoffs(draw, drawn)
    write_files(roster, drawn.files, is_result=True)
    append_entry(
        term=roster.term,
        application=None,
        act=ChainEntry.Act.DRAW,
        content={"roster": roster.sha256, "seed": drawn.seed, "result": drawn.digest},
        at=at,
    )
    AuditEvent.objects.record(
        actor, "drawn", draw, at=at, unit=roster.term.unit, sha256=drawn.digest
    )
    return draw


def _keep_results(roster: Roster, drawn: Drawn, lines: Mapping[str, int]) -> None:
    insert_rows(
        WishResult,
        {
            "line_id": "bigint", "section_id": "bigint", "rank": "smallint", "code": "text",
            "rule": "text", "round": "smallint", "bucket": "text", "bars": "jsonb",
            "blocked_by": "jsonb", "place": "int",
        },
        list(_result_rows(roster, drawn, lines)),
    )  # fmt: skip


def _result_rows(
    roster: Roster, drawn: Drawn, lines: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    listed = queries.order_on_the_forms(roster)
    for line in queries.lines_kept(roster):
        order = listed.get(line.application, ())
        told = draws.results_of(line, drawn.result, order)
        for rank, (name, one) in enumerate(told, 1):
            yield (
                lines[line.application], queries.section_of(name), rank, one.code, one.rule,
                one.round, one.bucket, one.bars, one.blocked_by, one.place,
            )  # fmt: skip


def _keep_cutoffs(draw: Draw, drawn: Drawn) -> None:
    rows = []
    for place, last in drawn.result.cutoff_table().items():
        name, round_, bucket = place.split("|")
        end, tier, number = CutOff.End.NUMBER, None, None
        if last is None:
            end = CutOff.End.NOT_FULL
        elif isinstance(last, str):
            end = CutOff.End.CLOSED
        else:
            tier, number = last
        row = (draw.pk, queries.section_of(name), int(round_), bucket, end.value, tier, number)
        rows.append(row)
    insert_rows(
        CutOff,
        {
            "draw_id": "bigint", "section_id": "bigint", "round": "smallint", "bucket": "text",
            "end": "text", "tier": "smallint", "number": "int",
        },
        rows,
    )  # fmt: skip


# Showing it


def _say_who_has_a_seat(draw: Draw) -> None:
    """Allocated, or not; whoever goes with somebody shares that line. Who is out has nothing."""
    lines = RosterLine.objects.of_roster(draw.roster)
    won = lines.filter(results__code=WishResult.Code.ADMITTED)
    in_draw = Application.objects.of_term(draw.term).in_the_draw()
    has_seat = set(won.values_list("application", flat=True))
    together = won.filter(size=2).values("application")
    has_seat.update(in_draw.filter(goes_with__in=together).values_list("pk", flat=True))
    allocated = in_draw.filter(pk__in=has_seat).not_struck_out()
    allocated.update(state=State.ALLOCATED)
    in_draw.update(state=State.UNALLOCATED)


def _give_seats(draw: Draw, at: datetime) -> None:
    try:
        place_the_drawn(draw=draw, at=at)
    except IntegrityError as error:
        raise DrawRefused(DrawProblem.NO_ROOM, str(error)) from error


def _into(term: Term, phase: Term.Phase, actor: User, at: datetime) -> None:
    """Begin a phase that the term's calendar has and that has not begun."""
    term.refresh_from_db(fields=["phase"])
    if phase in phases_ahead(term=term):
        move_term_on(term=term, phase=phase, reason="draw", actor=actor, at=at)
