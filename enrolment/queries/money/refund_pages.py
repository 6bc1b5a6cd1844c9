"""What pages about refunds show: a learner's own, those an office has to see to, and one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import DeathRecord, HelperGrant, Learner
from courses.models import ClassSection
from enrolment.domain import refunds
from enrolment.domain.refunds import Why
from enrolment.models import Enrolment, OrderLine, Refund
from enrolment.models.money.refunds import RefundQuerySet
from enrolment.queries.changes import could_change_to
from enrolment.queries.classes import Offer
from enrolment.queries.money.refunds import arrives_by, refund_of

A_PAGE = 50
ENDED = (Refund.State.SUCCEEDED, Refund.State.REFUSED)
ALTERNATIVES = 3


@dataclass(frozen=True)
class Shown:
    """One refund, with the class it is about and until when it arrives."""

    refund: Refund
    section: ClassSection | None
    until: datetime
    is_late: bool = False  # it should have arrived by now, and has not

    @property
    def learner(self) -> Learner | None:
        """Whose place it was; None for money that belongs to no order."""
        return self.refund.order.learner if self.refund.order else None


@dataclass(frozen=True)
class Board:
    """What an office has to see to, each with how many there are."""

    to_decide: list[Shown]
    to_pay_out: list[Shown]
    on_the_way: list[Shown]

    @property
    def not_delivered(self) -> list[Shown]:
        """Of those to pay out, what the provider brought back."""
        return [one for one in self.to_pay_out if one.refund.state == Refund.State.FAILED]


@dataclass(frozen=True)
class Paid:
    """A place that was paid for, and what it would bring back now."""

    enrolment: Enrolment
    now: refunds.Refund
    special: refunds.Refund
    is_asked: bool  # for a special cause, and not decided yet


def shown(rows: Iterable[Refund], *, at: datetime) -> list[Shown]:
    """Return refunds as pages show them."""
    return [_shown(one, at) for one in rows]


def _shown(refund: Refund, at: datetime) -> Shown:
    until = arrives_by(refund)
    return Shown(
        refund=refund,
        section=refund.line.enrolment.section if refund.line else None,
        until=until,
        is_late=refund.state not in ENDED and until < at,
    )


def refunds_of(learner: Learner, *, at: datetime) -> list[Shown]:
    """Return a learner's refunds, the latest first; not what another class was taken for."""
    mine = _with_all().filter(order__learner=learner).order_by("-requested_at", "pk")
    rows = [
        one
        for one in mine
        if not (one.state == Refund.State.REFUSED and one.cause == Refund.Cause.CALLED_OFF)
    ]
    return shown(rows, at=at)


def to_choose(learner: Learner) -> list[Refund]:
    """Return what a learner has to choose about: one for each class that was called off."""
    waiting = _with_all().to_choose().filter(order__learner=learner, enrolment__isnull=False)
    return list(waiting.order_by("choose_until", "pk"))


def board(units: Iterable[int], *, at: datetime) -> Board:
    """Return what these offices have to decide, to pay out, and what is on its way."""
    here = _with_all().of_units(units)
    return Board(
        to_decide=shown(here.to_approve()[:A_PAGE], at=at),
        to_pay_out=shown(here.to_pay_out().order_by("decided_at", "pk")[:A_PAGE], at=at),
        on_the_way=shown([*here.on_the_way()[:A_PAGE], *here.to_send()[:A_PAGE]], at=at),
    )


def paid_places(learner: Learner, units: Iterable[int], *, at: datetime) -> list[Paid]:
    """Return the places of a learner in these offices for which money was paid."""
    lines = OrderLine.objects.that_count().paid().for_places().filter(order__learner=learner)
    places = Enrolment.objects.of_units(units).filter(pk__in=lines.values("enrolment"))
    found = places.with_all_to_show().select_related("learner").order_by("-pk")
    asked = set(
        Refund.objects.to_approve()
        .filter(cause=Refund.Cause.SPECIAL, enrolment__in=found)
        .values_list("enrolment", flat=True)
    )
    paid = []
    for one in found:
        then = one.ended_at or at
        now, special = (refund_of(one, at=then, why=why) for why in (Why.LEAVES, Why.SPECIAL))
        if now is not None and special is not None:  # None: all of it was waived
            paid.append(Paid(one, now, special, one.pk in asked))
    return paid


def alternatives(refund: Refund, *, actor: object, at: datetime) -> list[Offer]:
    """Return other classes for one that was called off: with places, the nearest first."""
    if refund.line is None:
        return []
    found = could_change_to(refund.line.enrolment, actor=actor, at=at)  # type: ignore[arg-type]  # who asks
    with_places = [one for one in found if one.card.seats.state in {"open", "few"}]
    return with_places[:ALTERNATIVES]


def who_may_receive(refund: Refund, *, at: datetime) -> list[tuple[str, str]]:
    """Return who may be given cash: the learner and live helpers; of the dead, the family."""
    learner = refund.order.learner if refund.order else None
    if learner is None:
        return []
    if learner.deceased_on is not None:
        record = DeathRecord.objects.standing(learner)
        return [("relative", record.brought_by if record else "")]
    live = HelperGrant.objects.live(at).filter(learner=learner, may_pay=True)
    helpers = [
        (f"helper-{one.pk}", one.helper.shown_name) for one in live.select_related("helper")
    ]
    return [("learner", learner.name), *helpers]


def one_of(units: Iterable[int] | None = None) -> RefundQuerySet:
    """Return refunds with all that a page about one shows; of these offices, where given."""
    return _with_all() if units is None else _with_all().of_units(units)


def _with_all() -> RefundQuerySet:
    return Refund.objects.select_related(
        "unit", "order__learner", "order__term", "payment", "asked_by", "approved_by", "drawer",
        "line__enrolment__section__course__subject", "line__enrolment__section__term",
        "line__enrolment__section__campus", "line__enrolment__section__slot",
        "line__enrolment__section__room", "line__enrolment__learner",
    )  # fmt: skip
