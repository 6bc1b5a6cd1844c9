"""When things fall due: a term's rules and the calendar, read for the rule book."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localtime

from campus.models import Holiday
from courses.models import ClassSection, Term, TermPhase, TermPolicy
from enrolment.domain import deadlines
from enrolment.domain.deadlines import Calendar, Terms
from enrolment.domain.eligibility import Rules

CALENDAR_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class TermRules:
    """A term's policy, read for the rules and for the deadlines."""

    rules: Rules
    terms: Terms
    stored: dict[str, Any]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "TermRules":
        """Read a stored policy."""
        return cls(Rules.read(stored), Terms.read(stored), stored)

    def calendar(self, days: Iterable[tuple[date, str]]) -> Calendar:
        """Return the working days, and when nothing may fall due."""
        kinds = dict(days)
        return Calendar(
            closed=frozenset(day for day, kind in kinds.items() if kind == Holiday.Kind.CLOSED),
            working=frozenset(day for day, kind in kinds.items() if kind == Holiday.Kind.WORKING),
            quiet=deadlines.read_quiet(self.stored.get("no_deadlines", [])),
        )


def rules_of(term: Term, *, at: datetime) -> TermRules:
    """Return the rules in force; the defaults for a term that has published none yet."""
    try:
        stored = TermPolicy.objects.in_force(term, at).rules
    except TermPolicy.DoesNotExist:
        stored = {}
    return TermRules.read(stored)


def offer_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime:
    """When an offer made now falls due."""
    return deadlines.offer_until(
        localtime(at), _calendar(rules, at), rules.terms, starts_on=section.term.starts_on
    )


def payment_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime | None:
    """When an accepted offer has to be paid; None for a class without a fee."""
    if not section.fee_fen:
        return None
    return deadlines.offer_until(localtime(at), _calendar(rules, at), rules.terms)


def kept_again_until(section: ClassSection, *, at: datetime) -> datetime:
    """When a place falls due whose payment was taken back: as one that is held now."""
    rules = rules_of(section.term, at=at)
    return deadlines.hold_until(localtime(at), _calendar(rules, at), rules.terms)


def end_of_working_day(term: Term, days: int, *, at: datetime) -> datetime:
    """When the office closes so many working days from now."""
    rules = rules_of(term, at=at)
    calendar = _calendar(rules, at)
    return deadlines.end_of_working_day(localtime(at), calendar, rules.terms, days=days)


def confirm_until(term: Term, *, at: datetime) -> datetime:
    """When the places of a term's draw fall due, if it is published now."""
    window = TermPhase.objects.of_phase(Term.Phase.CONFIRMING).filter(term=term).first()
    rules = rules_of(term, at=at)
    planned = localtime(window.closes_at) if window and window.closes_at else None
    return deadlines.confirm_until(localtime(at), planned, _calendar(rules, at), rules.terms)


def extended_until(
    section: ClassSection, rules: TermRules, *, due_at: datetime, is_offer: bool, at: datetime
) -> datetime:
    """When a place falls due that staff keep longer than ``due_at``."""
    return deadlines.extended_until(
        localtime(due_at),
        _calendar(rules, at),
        offer_starts_on=section.term.starts_on if is_offer else None,
    )


def kept_for_a_call_until(section: ClassSection, rules: TermRules, *, at: datetime) -> datetime:
    """When an offer falls due that is kept now because nobody has called."""
    return deadlines.kept_for_a_call_until(
        localtime(at), _calendar(rules, at), rules.terms, starts_on=section.term.starts_on
    )


def _calendar(rules: TermRules, at: datetime) -> Calendar:
    today = localtime(at).date()
    days = Holiday.objects.between(today, today + CALENDAR_AHEAD)
    return rules.calendar(days.values_list("day", "kind"))
