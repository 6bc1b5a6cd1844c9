"""Refunds that people decide about: special causes with a paper, and what the office offers."""

from datetime import datetime
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import User
from enrolment.domain import refunds
from enrolment.domain.refunds import Why
from enrolment.models import Channel, Enrolment, Order, OrderLine, Refund
from enrolment.queries.money.refunds import (
    PaidPlace,
    comes_back_of,
    ended_when,
    paid_place,
)
from enrolment.services.money.ended import owe_parts
from enrolment.services.money.orders import PaymentProblem, PaymentRefused, lock_fees
from enrolment.services.money.papers import keep_paper
from enrolment.services.money.refunds import decide, refuse
from enrolment.services.refused import SeatRefused
from enrolment.services.seats import withdraw, yield_seat

Cause, State = Refund.Cause, Refund.State


def ask_special(
    *,
    enrolment: Enrolment,
    kind: str,
    upload: "UploadedFile[bytes] | None",
    seen_by: User | None,
    words: str,
    asked_by: User,
    at: datetime,
) -> list[Refund]:
    """Ask for the lessons that were not had, for a special cause, with its paper.

    What it comes to is fixed on the day of asking, or on that of leaving if it was earlier.
    Another person than who asks decides. Raises ``PaymentRefused`` when nothing would come back
    or it was asked for already, ``PaperRefused`` for a file that is no paper.
    """
    try:
        with transaction.atomic(), scope.system("a special cause"):
            paid = _locked(enrolment)
            found = comes_back_of(paid, at=ended_when(paid.enrolment, at=at), why=Why.SPECIAL)
            owed = owe_parts(
                paid, found, cause=Cause.SPECIAL, at=at, asked_by=asked_by, words=words
            )
            if not owed:
                raise PaymentRefused(PaymentProblem.NOT_POSSIBLE)
            keep_paper(refund=owed[0], kind=kind, upload=upload, seen_by=seen_by, at=at)
            return owed
    except IntegrityError as error:
        if "a_place_is_refunded_once_for_a_cause" not in str(error):
            raise
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE) from None


def offer_back(
    *, enrolment: Enrolment, amount_fen: int, words: str, asked_by: User, at: datetime
) -> list[Refund]:
    """Propose to give back an amount by the office's own decision; another person decides.

    Raises ``PaymentRefused``: ``TOO_MUCH`` when less than that is left of what was paid.
    """
    try:
        with transaction.atomic(), scope.system("the office gives back"):
            paid = _locked(enrolment)
            if amount_fen > paid.left_fen:
                raise PaymentRefused(PaymentProblem.TOO_MUCH)
            found = refunds.Refund(refunds.Share.WHOLE, amount_fen, 0)
            return owe_parts(
                paid, found, cause=Cause.GOODWILL, at=at, asked_by=asked_by, words=words
            )
    except IntegrityError as error:
        if "a_place_is_refunded_once_for_a_cause" not in str(error):
            raise
        raise PaymentRefused(PaymentProblem.NOT_POSSIBLE) from None


def approve(*, refund: Refund, by: User, at: datetime) -> Refund:
    """Say yes as the second person; twice is once. A place that is still held ends with it.

    Raises ``PaymentRefused`` (``SAME_PERSON``) for whoever asked.
    """
    with transaction.atomic(), scope.system("decide about a refund"):
        refund = _to_decide(refund.pk)
        if refund.state == State.REQUESTED:
            decide(refund, by=by, at=at)
            if refund.cause == Cause.SPECIAL and refund.enrolment is not None:
                _end_place(refund.enrolment, refund, at)
        return refund


def say_no(*, refund: Refund, by: User, words: str, at: datetime) -> Refund:
    """Say no as the second person, and why; twice is once. Raises ``PaymentRefused``."""
    with transaction.atomic(), scope.system("decide about a refund"):
        refund = _to_decide(refund.pk)
        if refund.state == State.REQUESTED:
            refuse(refund, by=by, words=words, at=at)
        return refund


def _locked(enrolment: Enrolment) -> PaidPlace:
    """Return what was paid for a place, its orders locked; ``PaymentRefused`` for nothing."""
    paid = paid_place(enrolment)
    if paid is None:
        raise PaymentRefused(PaymentProblem.NOTHING_TO_PAY)
    lock_fees([paid.line.pk])
    again = paid_place(Enrolment.objects.select_related("learner").get(pk=enrolment.pk))
    if again is None:
        raise PaymentRefused(PaymentProblem.NOTHING_TO_PAY)
    return again


def _to_decide(refund_id: UUID) -> Refund:
    order_id = Refund.objects.values_list("order", flat=True).get(pk=refund_id)
    if order_id is not None:
        Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    waiting = Refund.objects.select_related(
        "payment", "order", "unit", "line", "asked_by", "enrolment__section__term"
    )
    return waiting.select_for_update(of=("self",)).get(pk=refund_id)


def _end_place(enrolment: Enrolment, refund: Refund, at: datetime) -> None:
    """Whoever asked for it asked to leave: the place goes to the next person at once."""
    if refund.asked_by is not None and enrolment.holds_a_seat():
        told = {"actor": refund.asked_by, "at": at, "channel": Channel.COUNTER,
                "reason": "left for a special cause"}  # fmt: skip
        try:
            withdraw(enrolment=enrolment, key=uuid4(), **told)  # type: ignore[arg-type]  # as they are named
            yield_seat(enrolment=enrolment, key=uuid4(), **told)  # type: ignore[arg-type]
        except SeatRefused:
            return  # left meanwhile, or the helper's right has ended: the round sees to it
    if refund.line is not None:
        OrderLine.objects.filter(pk=refund.line.whole_id).update(seen_to_at=at)
