"""The inventory: seats are rows, and a seat has one holder because a row has one learner."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from courses.models import ClassSection
from enrolment.models.enrolments import Enrolment
from enrolment.models.vocabulary import Bucket, SeatState


class SeatQuerySet(models.QuerySet["Seat"]):
    """The words we have for seats. Writing is not among them: see ``enrolment.models.ledger``."""

    def free(self) -> Self:
        """Seats nobody has."""
        return self.filter(state=SeatState.FREE)

    def leaving(self) -> Self:
        """Seats that were left, and that can be had back at a word for some minutes."""
        return self.filter(state=SeatState.LEAVING)

    def in_order(self) -> Self:
        """By class and number."""
        return self.order_by("section", "no")


class Seat(models.Model):
    """One unit of a class's capacity.

    Only the functions in ``enrolment/sql`` write this table: the web's role has no right to.
    It may not read ``learner`` either, for counts of free seats are public and people are not.
    """

    State = SeatState

    pk = models.CompositePrimaryKey("section_id", "no")
    section = models.ForeignKey(
        ClassSection, on_delete=models.PROTECT, related_name="seats", db_index=False
    )
    no = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(max_length=8, choices=SeatState.choices, default=SeatState.FREE)
    bucket = models.CharField(max_length=1, choices=Bucket.choices, default=Bucket.OPEN)
    # Without a foreign key: the enrolment or the offer beside it, written with it, has one.
    learner = models.ForeignKey(
        Learner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        db_index=False,
        db_constraint=False,
    )
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="seat"
    )
    due_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "section"],
                condition=Q(learner__isnull=False),
                name="a_learner_has_one_seat_in_a_class",
            ),
            models.CheckConstraint(
                condition=Q(state="free", learner=None)
                | (~Q(state="free") & Q(learner__isnull=False)),
                name="a_seat_is_free_or_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["free", "offered"], enrolment=None)
                | Q(state__in=["held", "taken", "leaving"], enrolment__isnull=False),
                name="a_seat_is_kept_by_an_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["free", "taken"], due_at=None)
                | Q(state__in=["held", "offered", "leaving"], due_at__isnull=False),
                name="a_seat_in_between_has_a_due_time",
            ),
        ]
        indexes = [
            models.Index(fields=["section", "no"], condition=Q(state="free"), name="free_seats"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="seats_falling_due"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.no} of {self.section_id}"
