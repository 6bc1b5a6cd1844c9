"""A term before and while it runs: made with the usual calendar, its dates changed by hand."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone

from accounts.models import AuditEvent, Unit, User
from courses.domain.phases import Window, proposed_windows
from courses.models import Term, TermPhase


class TermOver(Exception):
    """The dates of a term that is closed are history."""


@transaction.atomic
def make_term(
    *,
    unit: Unit,
    code: str,
    name: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    actor: User,
    at: datetime,
) -> Term:
    """Make a term that is being planned, with the usual calendar around its first day.

    Nobody outside the desk sees it until its prospectus is published.
    """
    term = Term(unit=unit, code=code, name=name, starts_on=starts_on, ends_on=ends_on)
    term.weeks = max(1, round(((ends_on - starts_on).days + 1) / 7))
    if name_en:
        term.name_i18n["en"] = name_en
    term.complete_names()
    term.save(force_insert=True)
    _write(term, proposed_windows(starts_on, ends_on, get_default_timezone()))
    AuditEvent.objects.record(actor, "term made", term, at=at, unit=unit, code=code)
    return term


@transaction.atomic
def set_windows(
    *, term: Term, windows: Collection[Window], actor: User, at: datetime
) -> Collection[Window]:
    """Give a term these windows instead of those it has; phases left out do not happen.

    Classes that take people say by themselves when they do; those whose hours were the term's
    follow it. Raises ``TermOver`` once the term is closed.
    """
    term = Term.objects.select_for_update(no_key=True).get(pk=term.pk)
    if term.is_over:
        raise TermOver(term.code)
    before = {
        window.phase: [window.opens_at.isoformat(), _iso(window.closes_at)]
        for window in term.phases.order_by("opens_at")
    }
    opening = term.phases.opening_for_all().first()
    term.phases.all().delete()
    _write(term, windows)
    if opening is not None:
        _move_classes(term, opening)
    AuditEvent.objects.record(
        actor, "dates of the term changed", term, at=at, unit=term.unit, before=before
    )
    return windows


def _move_classes(term: Term, was: TermPhase) -> None:
    """Let the classes that opened and closed with the term go on doing so."""
    now = term.phases.opening_for_all().first()
    if now is None:
        return
    term.sections.filter(opens_at=was.opens_at).update(opens_at=now.opens_at)
    term.sections.filter(closes_at=was.closes_at).update(closes_at=now.closes_at)


def _write(term: Term, windows: Collection[Window]) -> None:
    TermPhase.objects.bulk_create(
        TermPhase(
            term=term,
            phase=window.phase,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
        )
        for window in windows
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
