"""A learner in a class, and the history of how it came about."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import ClassSection, Term
from courses.models.fields import DateTimeMultiRangeField
from enrolment.models.vocabulary import Bucket, Channel, SeatState

ACTIVE = ["offered", "confirmed", "active"]
GIVEN_TO_ANSWER = ["draw", "renewal"]
BEFORE_ANSWERS = ["draft", "published", "renewal_open", "wishes_open", "frozen", "drawn"]


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """The words we have for enrolments; nobody outside this module filters by status."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def of_units(self, units: Iterable[int]) -> Self:
        """In classes of these offices."""
        return self.filter(unit__in=units)

    def changed_for_another(self) -> Self:
        """Given up for another class, which began at that moment."""
        return self.filter(status=Enrolment.Status.TRANSFERRED)

    def holding_a_seat(self) -> Self:
        """Counted against capacity and limits: held, confirmed or being taught."""
        return self.filter(status__in=ACTIVE)

    def attending(self) -> Self:
        """Learners of the class for certain: confirmed, being taught, or finished."""
        return self.filter(status__in=["confirmed", "active", "completed", "not_completed"])

    def awaiting_confirmation(self) -> Self:
        """Held and not yet paid or waived, the most urgent first."""
        return self.filter(status="offered").order_by("due_at", "pk")

    def by_draw_or_renewal(self) -> Self:
        """Given by the draw, or kept by those who go on: people say whether they come."""
        return self.filter(source__in=GIVEN_TO_ANSWER)

    def to_be_answered(self) -> Self:
        """Of these, what is asked and not answered: from the draw's publication on."""
        asked = self.by_draw_or_renewal().filter(status="offered", answered_at=None)
        return asked.exclude(section__term__phase__in=BEFORE_ANSWERS)

    def finished(self) -> Self:
        """Classes that were taught to the end, the latest first."""
        return self.filter(status__in=["completed", "not_completed"]).order_by(
            "-section__term__starts_on", "pk"
        )

    def changed_for_another_at(self, at: datetime) -> Self:
        """Given up for another class at that very moment."""
        return self.filter(status="transferred", ended_at=at)

    def that_may_be_undone(self, at: datetime) -> Self:
        """Withdrawn, and the seat is still kept for a change of mind."""
        return self.filter(status="withdrawn", undo_until__gt=at)

    def not_paid_in_time(self, since: datetime) -> Self:
        """Kept for somebody who did not pay, and gone since that moment."""
        return self.filter(status="lapsed", ended_at__gt=since)

    def in_classes_called_off(self) -> Self:
        """In classes that no longer take place."""
        return self.filter(section__status=ClassSection.Status.CANCELLED)

    def of_term(self, term: Term) -> Self:
        """Enrolments in one term's classes."""
        return self.filter(section__term=term)

    def in_order(self) -> Self:
        """Term after term, by day and hour of the class."""
        return self.order_by(
            "section__term__starts_on", "section__slot__weekday", "section__slot__starts_at", "pk"
        )

    def with_all_to_show(self) -> Self:
        """Everything a card of "my classes" shows, in one query."""
        return self.select_related(
            "section__course__subject",
            "section__term",
            "section__campus",
            "section__room",
            "section__slot",
            "section__teacher",
        )


class Enrolment(models.Model):
    """A learner's seat in a class, from held to confirmed, taught, lapsed or withdrawn.

    ``slots`` is the timetable the learner accepted: a lesson moved later is told to the class,
    never refused by this learner's own constraint. ``unit`` is the class's, kept here so that
    the database can tell whose staff may see the row.
    """

    class Status(models.TextChoices):
        OFFERED = "offered", _("held for you")
        CONFIRMED = "confirmed", _("yours")
        ACTIVE = "active", _("being taught")
        COMPLETED = "completed", _("completed")
        NOT_COMPLETED = "not_completed", _("not completed")
        LAPSED = "lapsed", _("not answered in time")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        TRANSFERRED = "transferred", _("moved to another class")
        CANCELLED_BY_SCHOOL = "cancelled_by_school", _("called off by the school")
        RELEASED = "released", _("ended after absence")
        SUSPENDED = "suspended", _("suspended")

    class Source(models.TextChoices):
        RENEWAL = "renewal", _("renewal")
        DRAW = "draw", _("draw")
        WAITLIST = "waitlist", _("waiting list")
        OPEN = "open", _("open enrolment")
        LATE = "late", _("late join")
        STAFF = "staff", _("by staff")

    section = models.ForeignKey(
        ClassSection, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="enrolments")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    status = models.CharField(max_length=20, choices=Status.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    seat_class = models.CharField(max_length=1, choices=Bucket.choices, default=Bucket.OPEN)
    slots = DateTimeMultiRangeField()
    due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # When the office kept the place longer; it does so once.
    extended_at = models.DateTimeField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "section"],
                condition=Q(status__in=ACTIVE),
                name="one_enrolment_per_learner_and_section",
                violation_error_message=_("This learner already has a place in this class."),
            ),
            ExclusionConstraint(
                name="a_learner_sits_in_one_class_at_a_time",
                expressions=[
                    ("learner", RangeOperators.EQUAL),
                    ("slots", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=ACTIVE),
                violation_error_message=_("This learner is in another class at that hour."),
            ),
            models.CheckConstraint(
                condition=Q(status="offered", due_at__isnull=False)
                | (~Q(status="offered") & Q(due_at=None)),
                name="answer_due_only_while_offered",
            ),
            models.CheckConstraint(
                condition=Q(undo_until=None) | Q(status="withdrawn"),
                name="undo_only_after_a_withdrawal",
            ),
        ]
        indexes = [models.Index(fields=["section", "status"], name="enrolments_of_a_class")]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"

    @property
    def is_to_confirm(self) -> bool:
        """Whether it is kept by the draw or a renewal until the learner says that they come."""
        return self.status == self.Status.OFFERED and self.source in GIVEN_TO_ANSWER

    @property
    def asks_for_an_answer(self) -> bool:
        """Whether a yes or a no is waited for; of who renews, from the draw on."""
        is_asked = self.is_to_confirm and self.answered_at is None
        return is_asked and self.section.term.phase not in BEFORE_ANSWERS

    @property
    def money_is_looked_at(self) -> bool:
        """Whether money came for it that is not as asked, so that nobody is asked to pay again."""
        return self.order_lines.filter(order__state="review").exists()

    def holds_a_seat(self) -> bool:
        """Whether the seat is this learner's now."""
        return self.status in ACTIVE


class EnrolmentEventQuerySet(models.QuerySet["EnrolmentEvent"]):
    """The words we have for the history of seats."""

    def in_order(self) -> Self:
        """As it happened."""
        return self.order_by("pk")


class EnrolmentEvent(models.Model):
    """One movement of a seat: from what to what, for whom, by whom, why. Never changed.

    Written beside the rows it names, in one transaction, by functions that have just read them:
    foreign keys would check nothing new, and each would lock a row that a whole rush shares.
    """

    section = models.ForeignKey(
        ClassSection,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    seat_no = models.PositiveSmallIntegerField()
    learner = models.ForeignKey(
        Learner,
        on_delete=models.PROTECT,
        related_name="seat_events",
        db_index=False,
        db_constraint=False,
    )
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        db_constraint=False,
    )
    seat_from = models.CharField(max_length=8, choices=SeatState.choices)
    seat_to = models.CharField(max_length=8, choices=SeatState.choices)
    status_from = models.CharField(max_length=20, choices=Enrolment.Status.choices, blank=True)
    status_to = models.CharField(max_length=20, choices=Enrolment.Status.choices, blank=True)
    due_was = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects = EnrolmentEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(seat_from=F("seat_to"))
                | ~Q(status_from=F("status_to"))
                | Q(due_was__isnull=False, due_at__isnull=False, due_at__gt=F("due_was")),
                name="an_event_changes_something",
            ),
            models.CheckConstraint(
                condition=~Q(channel__in=[Channel.COUNTER, Channel.PHONE]) | ~Q(reason=""),
                name="what_the_office_does_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["section", "seat_no", "id"], name="history_of_a_seat")]

    def __str__(self) -> str:
        return f"seat {self.seat_no} of {self.section_id}: {self.seat_from} to {self.seat_to}"


class LearnerTerm(models.Model):
    """How many room classes a learner holds in a term. The row a learner's writers queue on.

    ``room_classes`` is a cache for the limit; ``check_seats`` compares it with the enrolments.
    """

    pk = models.CompositePrimaryKey("learner_id", "term_id")
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, related_name="term_rows", db_index=False
    )
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="learner_rows")
    room_classes = models.SmallIntegerField(default=0, db_default=0)
    limit_override = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(room_classes__gte=0), name="nobody_holds_less_than_no_class"
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.term_id}"
