"""What the school takes off fees: waivers asked for, decided, ended; vouchers given and used.

An order is changed by nobody. Where something else is to be taken off it, it is closed, and one
for the same places is opened. Who need pay nothing has the places at once.
"""

import logging
import secrets
from datetime import date, datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts import outbox, scope
from accounts.models import AuditEvent, Learner, Unit, User
from courses.models import Term
from enrolment.domain.money import codes, remissions
from enrolment.domain.money.amounts import fen
from enrolment.models import Order, Voucher, Waiver
from enrolment.queries.money.remissions import (
    learners_with_waivers_to_apply,
    places_wholly_waived,
)
from enrolment.services.money.attempts import end_attempts
from enrolment.services.money.orders import PaymentRefused, open_anew, open_order

log = logging.getLogger(__name__)

TRIES = 5
APPLY_WAIVER = "apply_waiver"
BATCH = 200


class RemissionProblem(StrEnum):
    """Why nothing is taken off, or a decision is not taken."""

    ASKED_ALREADY = "asked_already"  # one of this kind stands for the term
    SAME_PERSON = "same_person"  # who asks does not decide
    DECIDED_ALREADY = "decided_already"
    CODE_UNKNOWN = "code_unknown"
    CODE_USED = "code_used"
    CODE_RUN_OUT = "code_run_out"
    OTHER_OFFICE = "other_office"
    HAS_ONE = "has_one"  # one voucher an order
    NOTHING_TO_PAY = "nothing_to_pay"  # paid, run out or never asked for


class RemissionRefused(Exception):
    """The rules say no. Shown to the person, not logged; ``wording`` has a sentence for each."""

    def __init__(self, problem: RemissionProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def ask_for_waiver(
    *,
    learner: Learner,
    unit: Unit,
    term: Term,
    kind: Waiver.Kind,
    percent: int,
    proof: str,
    actor: User,
    at: datetime,
) -> Waiver:
    """Write down that a share of somebody's fees should be taken off, and which proof was seen.

    It counts once another person has said yes. Raises ``RemissionRefused`` when one of this kind
    stands for the term.
    """
    with scope.system("ask for a waiver"):
        try:
            with transaction.atomic():
                waiver = Waiver.objects.create(
                    learner=learner, unit=unit, term=term, kind=kind, percent=percent,
                    proof=proof, asked_by=actor, asked_at=at,
                )  # fmt: skip
        except IntegrityError as error:
            if "one_waiver_of_a_kind_per_learner_and_term" not in str(error):
                raise
            raise RemissionRefused(RemissionProblem.ASKED_ALREADY) from error
        # Why somebody pays less is between them and the office: the book says that, not why.
        AuditEvent.objects.record(
            actor, "waiver asked for", waiver, at=at, learner=learner, unit=unit, percent=percent
        )
        return waiver


def decide_waiver(*, waiver: Waiver, agreed: bool, actor: User, at: datetime) -> Waiver:
    """Say yes or no to a waiver. An errand brings a yes to what the learner owes already.

    Raises ``RemissionRefused`` for who asked for it, and when it was decided before.
    """
    with scope.system("decide a waiver"):
        waiver = Waiver.objects.select_for_update(of=("self",)).get(pk=waiver.pk)
        if waiver.approved_at or waiver.ended_at:
            raise RemissionRefused(RemissionProblem.DECIDED_ALREADY)
        if waiver.asked_by_id == actor.pk:
            raise RemissionRefused(RemissionProblem.SAME_PERSON)
        if agreed:
            waiver.approved_by, waiver.approved_at = actor, at
            waiver.save(update_fields=["approved_by", "approved_at"])
            outbox.put(APPLY_WAIVER, waiver.learner_id)
        else:
            waiver.ended_by, waiver.ended_at = actor, at
            waiver.save(update_fields=["ended_by", "ended_at"])
        AuditEvent.objects.record(
            actor, "waiver decided", waiver, at=at, learner=waiver.learner, unit=waiver.unit,
            agreed=agreed,
        )  # fmt: skip
        return waiver


def end_waiver(*, waiver: Waiver, actor: User, at: datetime) -> Waiver:
    """Let a waiver count no longer. What was paid with it stays; what is still owed is whole.

    Who ends it need be nobody else: it takes nothing from the school.
    """
    with scope.system("end a waiver"):
        waiver = Waiver.objects.select_for_update(of=("self",)).get(pk=waiver.pk)
        if waiver.ended_at:
            raise RemissionRefused(RemissionProblem.DECIDED_ALREADY)
        waiver.ended_by, waiver.ended_at = actor, at
        waiver.save(update_fields=["ended_by", "ended_at"])
        outbox.put(APPLY_WAIVER, waiver.learner_id)
        AuditEvent.objects.record(
            actor, "waiver ended", waiver, at=at, learner=waiver.learner, unit=waiver.unit
        )
        return waiver


def apply_waivers(*, learner_id: int, at: datetime) -> int:
    """Bring what a learner still owes to the waivers in force; return how many orders changed.

    Also confirms the places of who need pay nothing. An order that is being paid at this moment
    is left as it is; the sweep comes back to it.
    """
    with scope.system("apply waivers"):
        orders = [
            one
            for one in Order.objects.of(Learner.objects.get(pk=learner_id)).open()
            if _differs(one)
        ]
    changed = sum(_priced_anew(order, at) for order in orders)
    return changed + _without_money(learner_id, at)


def sweep_waivers(*, at: datetime) -> int:
    """Do the same for everybody whose waivers were not brought to what they owe yet."""
    with scope.system("waivers to apply"):
        learners = list(learners_with_waivers_to_apply(at=at)[:BATCH])
    changed = 0
    for learner_id in learners:
        try:
            changed += apply_waivers(learner_id=learner_id, at=at)
        except Exception:
            log.exception("waivers of learner %s could not be applied", learner_id)
    return changed


def _differs(order: Order) -> bool:
    """Whether an open order would take something else off today."""
    lines = list(order.lines.all())
    if any(line.tops_up_id for line in lines):
        return False  # the difference to a dearer class, worked out with the waiver of the day
    waiver = Waiver.objects.for_order(order.learner, order.unit, order.term)
    percent = waiver.percent if waiver else 0
    return any(line.waived_fen != remissions.waived(line.fee_fen, percent) for line in lines)


def _priced_anew(order: Order, at: datetime) -> bool:
    """Close an order and open it anew. Its page of payment is closed first, outside of all."""
    try:
        end_attempts(order=order, at=at)
        with scope.system("price an order anew"):
            order = _locked(order)
            if not order.is_open or not _differs(order):
                return False
            open_anew(order, opened_by=None, at=at)
    except PaymentRefused:
        return False  # paid, being paid, or the place has gone meanwhile
    return True


def _without_money(learner_id: int, at: datetime) -> int:
    """Make the kept places of who need pay nothing theirs, office by office."""
    with scope.system("places without money"):
        places = list(places_wholly_waived(at=at, learner_id=learner_id))
    confirmed = 0
    for unit_id in sorted({place.unit_id for place in places}):
        here = [place for place in places if place.unit_id == unit_id]
        try:
            open_order(learner=here[0].learner, enrolments=here, opened_by=None, at=at)
            confirmed += 1
        except PaymentRefused:
            log.info("places of learner %s went before they were waived", learner_id)
    return confirmed


def give_voucher(
    *,
    unit: Unit,
    amount_fen: int,
    reason: str,
    proof: str,
    runs_out_on: date,
    actor: User,
    at: datetime,
) -> Voucher:
    """Write a voucher, and which paper it rests on. It counts once another person has agreed.

    Then whoever has its code may have that amount taken off one order, once.
    """
    with scope.system("give a voucher"):
        voucher = Voucher(
            unit=unit,
            amount_fen=fen(amount_fen),
            reason=reason,
            proof=proof,
            runs_out_on=runs_out_on,
            given_by=actor,
            given_at=at,
        )
        _give_a_code(voucher)
        AuditEvent.objects.record(
            actor, "voucher given", voucher, at=at, unit=unit, amount_fen=amount_fen
        )
        return voucher


@transaction.atomic
def decide_voucher(*, voucher: Voucher, agreed: bool, actor: User, at: datetime) -> Voucher:
    """Agree to a voucher, or not, as another person than who wrote it.

    Raises ``RemissionRefused`` for who did, and where it is decided, used or ended.
    """
    with scope.system("decide a voucher"):
        voucher = Voucher.objects.select_for_update(of=("self",)).get(pk=voucher.pk)
        if voucher.approved_at or voucher.ended_at or voucher.order_id:
            raise RemissionRefused(RemissionProblem.DECIDED_ALREADY)
        if voucher.given_by_id == actor.pk:
            raise RemissionRefused(RemissionProblem.SAME_PERSON)
        if agreed:
            voucher.approved_by, voucher.approved_at = actor, at
        else:
            voucher.ended_at = at
        voucher.save(update_fields=["approved_by", "approved_at", "ended_at"])
        AuditEvent.objects.record(
            actor, "voucher decided", voucher, at=at, unit=voucher.unit, agreed=agreed
        )
        return voucher


def _give_a_code(voucher: Voucher) -> None:
    for _try in range(TRIES):
        voucher.code = codes.pay_code(secrets.randbelow(10**codes.DIGITS))
        try:
            with transaction.atomic():
                voucher.save(force_insert=True)
        except IntegrityError as error:
            if "code" not in str(error):
                raise
        else:
            return
    raise RuntimeError("no voucher code is free")


def end_voucher(*, voucher: Voucher, actor: User, at: datetime) -> Voucher:
    """Let a voucher that nobody used be used no more: lost, or given by mistake."""
    with scope.system("end a voucher"):
        voucher = Voucher.objects.select_for_update(of=("self",)).get(pk=voucher.pk)
        if not Voucher.objects.unspent().filter(pk=voucher.pk).exists():
            raise RemissionRefused(RemissionProblem.CODE_USED)
        voucher.ended_at = at
        voucher.save(update_fields=["ended_at"])
        AuditEvent.objects.record(actor, "voucher ended", voucher, at=at, unit=voucher.unit)
        return voucher


def use_voucher(*, order: Order, code: str, actor: User, at: datetime) -> Order:
    """Take a voucher off an order that is to be paid; return the order that stands in its place.

    Where nothing is left, the places are theirs. Raises ``RemissionRefused`` for a code that
    does not count, and ``PaymentRefused`` while the order is being paid.
    """
    _ensure_usable(order, code, at)  # before a page of payment is closed for nothing
    end_attempts(order=order, at=at)
    with scope.system("use a voucher"):
        Learner.objects.select_for_update(no_key=True, of=("self",)).get(pk=order.learner_id)
        order = _locked(order)
        voucher = _ensure_usable(order, code, at)
        anew = open_anew(order, opened_by=actor, at=at, voucher=voucher)
        AuditEvent.objects.record(
            actor, "voucher used", voucher, at=at, learner=order.learner, unit=order.unit,
            amount_fen=voucher.amount_fen,
        )  # fmt: skip
        return anew


def _ensure_usable(order: Order, code: str, at: datetime) -> Voucher:
    """Return the voucher, locked; say no where it does not count for this order."""
    with scope.system("look at a voucher"):
        if not Order.objects.open().filter(pk=order.pk).exists():
            raise RemissionRefused(RemissionProblem.NOTHING_TO_PAY)
        vouchers = Voucher.objects.select_for_update(of=("self",))
        voucher = vouchers.filter(code=codes.as_typed(code)).first()
        if voucher is None or voucher.ended_at or voucher.approved_at is None:
            raise RemissionRefused(RemissionProblem.CODE_UNKNOWN)
        if Voucher.objects.of_order(order) is not None:
            raise RemissionRefused(RemissionProblem.HAS_ONE)
        if Voucher.objects.spent().filter(pk=voucher.pk).exists():
            raise RemissionRefused(RemissionProblem.CODE_USED)
        if voucher.runs_out_on < localdate(at):
            raise RemissionRefused(RemissionProblem.CODE_RUN_OUT)
        # What the city gave counts in every office, what an office gave in that one.
        if order.unit_id not in Unit.objects.below([voucher.unit_id]):
            raise RemissionRefused(RemissionProblem.OTHER_OFFICE)
        return voucher


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
