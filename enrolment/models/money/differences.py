"""What reconciliation found: our rows and the provider's, the books and the drawers, disagree."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User


class DifferenceQuerySet(models.QuerySet["Difference"]):
    """The words we have for differences."""

    def of_units(self, units: Iterable[int]) -> Self:
        """For these offices to see to."""
        return self.filter(unit__in=units)

    def open(self) -> Self:
        """Not explained yet, the oldest first."""
        return self.filter(closed_at=None).order_by("first_seen", "pk")

    def explained(self) -> Self:
        """Closed by a person, with words; the latest first."""
        return self.filter(closed_by__isnull=False).order_by("-closed_at", "-pk")


class Difference(models.Model):
    """One thing that does not agree, from when it was seen first until it is gone or explained.

    A run that does not see it any more closes it; a person may explain it. None open is green.
    What belongs to no office is the city's to see to.
    """

    class Kind(models.TextChoices):
        ATTEMPT = "attempt", _("a page of payment stands otherwise at the provider")
        CLEARING = "clearing", _("the provider's books say otherwise")
        JOURNAL = "journal", _("a paid order is not in the books")
        UNPAID = "unpaid", _("a confirmed place was neither paid nor waived")
        SUSPENSE = "suspense", _("money waits to be placed")
        EVENT = "event", _("a notification was not read")
        REFUND = "refund", _("a refund did not arrive")
        DRAWER = "drawer", _("a drawer was not counted or signed")
        SUM = "sum", _("amounts do not agree")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject = models.CharField(max_length=120)
    detail = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField(null=True, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.CharField(_("explanation"), max_length=300, blank=True, default="")

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(closed_at=None),
                name="a_difference_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(explanation=""),
                name="who_closes_a_difference_explains_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
