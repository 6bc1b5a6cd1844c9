"""The line for a full class."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit
from courses.models import ClassSection, Term
from enrolment.models.enrolments import Enrolment

IN_LINE = ["waiting", "offered"]


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    """The words we have for people who wait."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def of_units(self, units: Iterable[int]) -> Self:
        """For classes of these offices."""
        return self.filter(unit__in=units)

    def in_line(self) -> Self:
        """Waiting, or asked and not yet answered."""
        return self.filter(state__in=IN_LINE)

    def waiting(self) -> Self:
        """Not asked yet."""
        return self.filter(state="waiting")

    def offered(self) -> Self:
        """Asked, and the answer is still open."""
        return self.filter(state="offered")

    def in_classes_called_off(self) -> Self:
        """For classes that no longer take place."""
        return self.filter(section__status=ClassSection.Status.CANCELLED)

    def of_term(self, term: Term) -> Self:
        """Entries for one term's classes."""
        return self.filter(section__term=term)

    def with_band(self) -> Self:
        """Add ``band``: 0 for who holds no room seat of the term now, else 1.

        Looked up, never stored: it changes whenever the person gets or gives up a seat.
        """
        holds_one = (
            Enrolment.objects.holding_a_seat()
            .filter(learner=OuterRef("learner"), section__term=OuterRef("section__term"))
            .exclude(section__mode=ClassSection.Mode.ONLINE)
            .exclude(section__by_invitation=True)
        )
        return self.annotate(band=Case(When(Exists(holds_one), then=1), default=0))

    def going_first(self) -> Self:
        """Of people who hold no room seat of the term now."""
        return self.with_band().filter(Q(band=0))

    def in_order(self, order: str = "no_seat_first") -> Self:
        """As seats are offered: by band and ticket, or by ticket alone (``rank``)."""
        if order == "rank":
            return self.annotate(band=Value(0)).order_by("ticket")
        return self.with_band().order_by("band", "ticket")

    def with_all_to_show(self) -> Self:
        """Everything a card of "my classes" shows, in one query."""
        return self.select_related(
            "section__course__subject",
            "section__term",
            "section__campus",
            "section__room",
            "section__slot",
            "section__teacher",
            "section__availability",
        )


class WaitlistEntry(models.Model):
    """A person's place in the line for one class.

    The draw gives tickets below one million; later joiners take the next of the sequence
    ``waitlist_ticket``, which starts there.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("a place is offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("not answered in time")
        LEFT = "left", _("left the line")
        REMOVED = "removed", _("taken off the line")
        CLOSED = "closed", _("closed")

    section = models.ForeignKey(
        ClassSection, on_delete=models.PROTECT, related_name="waitlist", db_index=False
    )
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="waits")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    ticket = models.BigIntegerField()
    # Letters of the reserves this person may draw on (N, C, M), as the last roster said.
    flags = models.CharField(max_length=3, blank=True, default="", db_default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Offers that ran out: after the first one moves to the end, after the second off the line.
    expiries = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    # People who wait as one carry one mark: a seat is offered to all of them, or to none.
    together = models.UUIDField(null=True, blank=True)
    # What ends when this comes about: the person changes one class for another.
    gives_up = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # When this offer was kept longer, by the office or for want of a call; it is so once.
    extended_at = models.DateTimeField(null=True, blank=True)
    # Told once that a seat went by because of a clash or a limit.
    passed_over_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting list entry")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "learner"],
                condition=Q(state__in=IN_LINE),
                name="one_place_in_line_per_learner_and_section",
                violation_error_message=_("This learner already waits for this class."),
            ),
            models.UniqueConstraint(
                fields=["section", "ticket"],
                condition=Q(state__in=IN_LINE),
                name="a_ticket_is_given_once_a_class",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", due_at__isnull=False)
                | (~Q(state="offered") & Q(due_at=None)),
                name="an_offer_has_a_due_time",
            ),
        ]

    def __str__(self) -> str:
        return f"waitlist entry {self.pk}"
