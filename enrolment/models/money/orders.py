"""What somebody owes for the places that are kept for them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import ClassSection, Lesson, Term
from enrolment.domain.money.settling import Doubt
from enrolment.models.enrolments import Enrolment

OPEN = ["held", "paying"]
PAID = ["paid", "part_refunded", "refunded"]
KEPT_OR_HAD = ["offered", "confirmed", "active", "completed", "not_completed"]
TAUGHT = ["confirmed", "active", "completed", "not_completed"]
ENDED_AFTER_PAYING = [
    "withdrawn", "cancelled_by_school", "released", "suspended", "transferred",
]  # fmt: skip


class OrderQuerySet(models.QuerySet["Order"]):
    """The words we have for orders."""

    def of(self, learner: Learner) -> Self:
        """One learner's own, the latest first."""
        return self.filter(learner=learner).order_by("-created_at", "pk")

    def of_units(self, units: Iterable[int]) -> Self:
        """Owed to these offices."""
        return self.filter(unit__in=units)

    def open(self) -> Self:
        """Still to be paid."""
        return self.filter(state__in=OPEN)

    def paid(self) -> Self:
        """Paid, whatever went back since."""
        return self.filter(state__in=PAID)

    def to_look_at(self) -> Self:
        """With money that nobody could place, the oldest first."""
        return self.filter(state__in=["review", "late"]).order_by("created_at", "pk")

    def for_differences(self) -> Self:
        """Of what a dearer class costs more than the one that was paid: the place is had."""
        return self.filter(lines__tops_up__isnull=False, lines__counts=True).distinct()

    def whose_places_went(self) -> Self:
        """Open, though one of the places is no longer kept: given up, run out or called off.

        Who owes the difference to a dearer class has that place already, and goes on owing.
        """
        gone = OrderLine.objects.filter(order=models.OuterRef("pk")).exclude(
            enrolment__status__in=KEPT_OR_HAD
        )
        return self.open().filter(models.Exists(gone)).order_by("created_at", "pk")

    def with_all_to_show(self) -> Self:
        """Everything a page about an order shows, in two queries."""
        return self.select_related("learner", "unit", "term").prefetch_related(
            "lines__section__course__subject",
            "lines__section__campus",
            "lines__section__term",
            "lines__section__slot",
            "lines__enrolment",
        )


class Order(models.Model):
    """A sum for one or more places of one learner in the classes of one office.

    The seat is not here: ``Enrolment`` says until when it is kept, ``hold_until`` is its copy
    for whoever has to be quick. An order is changed by nobody; whose places change gets another.
    ``pay_code`` opens the public pay slip, which says nothing about the person.
    """

    class State(models.TextChoices):
        HELD = "held", _("to be paid")
        PAYING = "paying", _("being paid")
        PAID = "paid", _("paid")
        PART_REFUNDED = "part_refunded", _("partly refunded")
        REFUNDED = "refunded", _("refunded")
        EXPIRED = "expired", _("not paid in time")
        CANCELLED = "cancelled", _("cancelled")
        REVIEW = "review", _("being looked at")
        LATE = "late", _("paid too late")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="orders")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="orders")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="orders")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    amount_fen = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(_("state"), max_length=14, choices=State.choices, default=State.HELD)
    doubt = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Doubt], blank=True, default=""
    )
    pay_code = models.CharField(_("pay code"), max_length=12, unique=True)
    hold_until = models.DateTimeField(_("pay until"))
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PAID, paid_at__isnull=False)
                | Q(paid_at=None) & ~Q(state__in=PAID),
                name="a_paid_order_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at=None)
                | Q(closed_at__isnull=False) & ~Q(state__in=OPEN),
                name="an_order_is_open_or_closed",
            ),
            models.CheckConstraint(condition=Q(currency="CNY"), name="fees_are_in_yuan"),
            models.CheckConstraint(
                condition=Q(doubt="") | Q(state="review") | Q(state__in=PAID),
                name="a_doubt_is_looked_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hold_until"], condition=Q(state__in=OPEN), name="orders_to_be_paid"
            ),
            models.Index(fields=["unit", "created_at"], name="orders_of_an_office"),
        ]

    def __str__(self) -> str:
        return f"order {self.pay_code}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be paid."""
        return self.state in OPEN

    @property
    def is_difference(self) -> bool:
        """Whether it asks for what a dearer class costs more: the place is had already."""
        return any(line.tops_up_id is not None for line in self.lines.all())

    @property
    def is_paid(self) -> bool:
        """Whether it was paid, whatever went back since."""
        return self.state in PAID


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    """The words we have for the lines of orders."""

    def that_count(self) -> Self:
        """Of orders that are open, being looked at or paid."""
        return self.filter(counts=True)

    def that_ran_out(self) -> Self:
        """For places that were not paid in time."""
        return self.filter(enrolment__status=Enrolment.Status.LAPSED)

    def paid(self) -> Self:
        """Of orders that were paid."""
        return self.filter(order__state__in=PAID)

    def for_places(self) -> Self:
        """Of whole fees; without the differences that were paid for a dearer class."""
        return self.filter(tops_up=None)

    def whose_places_ended(self, at: datetime) -> Self:
        """Paid for places that have ended since, and what comes back was not worked out yet.

        While a change of mind is still possible, nothing has ended.
        """
        mine = self.that_count().paid().for_places().filter(seen_to_at=None)
        ended = mine.filter(enrolment__status__in=ENDED_AFTER_PAYING)
        return ended.exclude(enrolment__undo_until__gt=at).order_by("pk")

    def with_lessons_lost(self, today: date) -> Self:
        """Paid for places in classes of terms that are over, where lessons did not take place.

        Until then the school may still make them up.
        """
        mine = self.that_count().paid().for_places().filter(seen_to_at=None)
        lost = Lesson.objects.filter(
            section=models.OuterRef("enrolment__section"), status=Lesson.Status.LOST
        )
        taught = mine.filter(
            enrolment__status__in=TAUGHT, enrolment__section__term__ends_on__lt=today
        )
        return taught.filter(models.Exists(lost)).order_by("pk")


class OrderLine(models.Model):
    """One place on an order: its fee, what is taken off it, and the refund rule of that day.

    ``rule`` is the copy of the rule as it was sold (``domain/refunds.py``), so no later
    version of a policy changes what somebody was promised. ``counts``: of an order that is open,
    looked at or paid; a place has one such line, so nobody owes or pays a fee twice.

    Whose class is changed for another keeps what was paid: the line goes along to the new
    enrolment (``section`` stays the class that was sold), and ``tops_up`` names it on the line of
    a difference to a dearer class. ``seen_to_at``: the place ended, and what comes back of it was
    worked out.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="order_lines")
    section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="+")
    fee_fen = models.PositiveIntegerField(_("fee"))
    discount_fen = models.PositiveIntegerField(_("taken off"), default=0)
    # Of what is taken off, the part of a voucher; the rest is the waiver's.
    voucher_fen = models.PositiveIntegerField(default=0, db_default=0)
    amount_fen = models.PositiveIntegerField(_("amount"))
    waiver = models.ForeignKey(
        "Waiver", on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    rule = models.JSONField()
    counts = models.BooleanField(default=True)
    tops_up = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="topped_up_by"
    )
    seen_to_at = models.DateTimeField(null=True, blank=True)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an order")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen=F("fee_fen") - F("discount_fen")),
                name="a_line_is_fee_less_discount",
            ),
            models.CheckConstraint(
                condition=Q(voucher_fen__lte=F("discount_fen")),
                name="a_voucher_is_part_of_what_is_taken_off",
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(counts=True, tops_up=None),
                name="a_place_is_owed_for_once",
            ),
            models.UniqueConstraint(
                fields=["order", "section"], name="a_class_stands_on_an_order_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id} on {self.order_id}"

    @property
    def whole_id(self) -> int:
        """The line of the whole fee: this one, or that which a difference is on top of."""
        return self.tops_up_id or self.pk

    @property
    def waived_fen(self) -> int:
        """What a waiver takes off: all that no voucher does."""
        return self.discount_fen - self.voucher_fen
