"""Corrections of the books by hand: asked for by one person, posted by another."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from enrolment.models.money.books import Journal


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """The words we have for corrections."""

    def of_units(self, units: Iterable[int]) -> Self:
        """In the books of these offices."""
        return self.filter(unit__in=units)

    def to_decide(self) -> Self:
        """Asked for, the oldest first."""
        return self.filter(decided_at=None).order_by("asked_at", "pk")

    def decided(self) -> Self:
        """Posted or refused, the latest first."""
        return self.exclude(decided_at=None).order_by("-decided_at", "-pk")


class Correction(models.Model):
    """That a journal of the clockwork is wrong, why, and what a second person said to it.

    The reversing journal is posted with the second person's name; the database posts none
    without this row (migration 0047).
    """

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="corrections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction by hand")
        constraints = [
            models.UniqueConstraint(
                fields=["journal"],
                condition=Q(decided_at=None) | Q(agreed=True),
                name="a_correction_is_asked_for_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, agreed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, agreed__isnull=False)
                & ~Q(decided_by=F("asked_by")),
                name="another_person_posts_a_correction",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"correction of {self.journal_id}"
