"""A draw day made short: forms handed in, the list closed, chance read."""

from datetime import timedelta

from accounts.models import User
from courses.models import Term, TermPhase
from enrolment import services
from enrolment.models import Roster
from tests.factories.accounts import StaffFactory
from tests.factories.applications import CLOSES_AT, term_with_forms
from tests.factories.times import TODAY

FROZEN_AT = CLOSES_AT + timedelta(days=1, hours=2)  # noon of the day after
FINAL_AT = FROZEN_AT + timedelta(days=1, hours=6)
DRAWN_AT = FROZEN_AT + timedelta(days=2, hours=3)
DICE = "415263415263415263415263"
BEFORE_FORMS = TODAY - timedelta(days=20)


def term_to_draw(**more) -> Term:
    """A term with open forms, every later phase in its calendar, and its sources named."""
    term = term_with_forms(**more)
    for phase, moment in (
        (Term.Phase.FROZEN, FROZEN_AT),
        (Term.Phase.DRAWN, DRAWN_AT),
        (Term.Phase.CONFIRMING, DRAWN_AT + timedelta(hours=2)),
    ):
        closes_at = DRAWN_AT + timedelta(days=7, hours=2)
        TermPhase.objects.create(term=term, phase=phase, opens_at=moment, closes_at=closes_at)
    return term


def registrar(**more) -> User:
    """Somebody who looks after terms for the whole city."""
    return StaffFactory(role="registrar", **more)


def close_list(term: Term, *, actor: User | None = None) -> Roster:
    """Version 1."""
    return services.freeze_roster(term=term, actor=actor or registrar(), at=FROZEN_AT)


def finish_list(term: Term, *, actor: User | None = None) -> Roster:
    """Version 2, without an objection in between."""
    actor = actor or registrar()
    close_list(term, actor=actor)
    return services.finalise_roster(term=term, actor=actor, at=FINAL_AT)
