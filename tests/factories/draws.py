"""A draw day made short: forms handed in, the list closed, chance read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import User
from courses.models import ClassSection, Term, TermPhase
from enrolment import queries, services
from enrolment.models import Application, Draw, EntropySource, Roster
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
    name_sources(term)
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


def amend(term: Term, sections: Sequence[ClassSection], *, at: datetime) -> Roster:
    """Version 3, or a later one: the first of these classes gives no seats."""
    return services.amend_roster(
        term=term,
        change=services.Change(
            what="停开", why="漏水", without_seats=[queries.code_of(sections[0])]
        ),
        signed_by=registrar(),
        countersigned_by=registrar(),
        at=at,
    )


def name_sources(term: Term) -> None:
    """Dice and two sources of published digits, named while the term was being planned."""
    phase, term.phase = term.phase, Term.Phase.PUBLISHED
    term.save(update_fields=["phase"])
    services.name_sources(
        term=term,
        plans=[
            services.SourcePlan(
                kind=kind,
                name=name,
                what=f"{name}, read aloud",
                fallback="next day",
                due_at=DRAWN_AT,
            )
            for kind, name in (("dice", "dice"), ("digits", "lottery"), ("digits", "index"))
        ],
        actor=registrar(),
        at=BEFORE_FORMS,
    )
    term.phase = phase
    term.save(update_fields=["phase"])


def read_all(term: Term) -> None:
    """Every source gives what it gives."""
    values = {"dice": DICE, "lottery": "03111722253208", "index": "389127"}
    actor = registrar()
    for source in EntropySource.objects.filter(term=term):
        services.read_source(
            source=source, typed=values[source.name], proof="on film", actor=actor, at=DRAWN_AT
        )


def sign_all(term: Term) -> None:
    """A notary signs the digest of the moment."""
    actor = registrar()
    witness = services.name_witness(
        term=term, name="周公证员", office="市公证处", actor=actor, at=DRAWN_AT
    )
    services.sign(witness=witness, actor=actor, at=DRAWN_AT)


def day_of_the_draw(term: Term) -> None:
    """All that comes before the draw."""
    finish_list(term)
    read_all(term)
    sign_all(term)


def put_right(form: Application, choices: list[ClassSection]) -> None:
    """Somebody objects to a form of the first list in time, and it says these classes now."""
    objection = services.file_objection(
        term=form.term, learner=form.learner, kind="keyed_wrong", words="写错了",
        actor=form.learner.user, at=FROZEN_AT + timedelta(hours=20),
    )  # fmt: skip
    services.decide_objection(
        objection=objection, upheld=True, answer="改了", actor=registrar(),
        at=FROZEN_AT + timedelta(hours=21),
        right_form=services.RightForm(choices=[one.pk for one in choices], wanted=1),
    )  # fmt: skip


def draw_and_publish(term: Term) -> Draw:
    """The whole day."""
    day_of_the_draw(term)
    actor = registrar()
    services.run_draw(term=term, actor=actor, at=DRAWN_AT)
    sign_all(term)
    return services.publish_draw(term=term, actor=actor, at=DRAWN_AT)
