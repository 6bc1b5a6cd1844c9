"""Who was telephoned about an offer or a held place, and what came of it."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from enrolment.models.enrolments import Enrolment
from enrolment.models.waitlist import WaitlistEntry


class CallAttemptQuerySet(models.QuerySet["CallAttempt"]):
    """The words we have for tries to reach somebody."""

    def in_order(self) -> Self:
        """As it happened."""
        return self.order_by("at", "pk")

    def about_offers(self, entries: list[WaitlistEntry]) -> Self:
        """About the offers these entries have now, not those that ran out before."""
        return self.filter(entry__in=entries, turn=F("entry__expiries"))

    def about_places(self, enrolments: list[Enrolment]) -> Self:
        """About held places that wait for an answer."""
        return self.filter(enrolment__in=enrolments)


class CallAttempt(models.Model):
    """One try to reach a learner by telephone. A book: rows are added, never changed.

    ``turn`` tells one offer of an entry from the next: how many had run out before it. ``unit``
    is the class's, kept here so that the database can tell whose staff may see the row.
    """

    class Outcome(models.TextChoices):
        REACHED_YES = "reached_yes", _("reached: comes to the class")
        REACHED_NO = "reached_no", _("reached: does not come")
        NO_ANSWER = "no_answer", _("nobody answered")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        CALL_BACK = "call_back", _("asks to be called again")

    # The press of the button: a second tap is the same call.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    entry = models.ForeignKey(
        WaitlistEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="calls"
    )
    turn = models.PositiveSmallIntegerField(default=0)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="calls"
    )
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = CallAttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, enrolment=None)
                | Q(entry=None, enrolment__isnull=False),
                name="a_call_is_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"call {self.pk}: {self.outcome}"
