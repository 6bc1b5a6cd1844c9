"""The cash of one person at one counter, from opening the drawer to counting it."""

from collections.abc import Iterable
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from campus.models import Campus


class DrawerSessionQuerySet(models.QuerySet["DrawerSession"]):
    """The words we have for drawers."""

    def of_units(self, units: Iterable[int]) -> Self:
        """At the counters of these offices."""
        return self.filter(unit__in=units)

    def open(self) -> Self:
        """Not counted yet."""
        return self.filter(closed_at=None)

    def of_cashier(self, user: User) -> "DrawerSession | None":
        """The one that somebody has open; nobody has two."""
        return self.open().filter(cashier=user).first()

    def to_sign(self) -> Self:
        """Counted, and not signed by a second person yet."""
        return self.filter(closed_at__isnull=False, signed_at=None).order_by("closed_at", "pk")


class DrawerSession(models.Model):
    """A drawer with one cashier. What was counted stays, what it is short or over is booked.

    ``float_fen``: the change it was opened with, which is not money of fees. ``counted_fen``
    is everything that lay in it, the float included; ``pieces`` says of which notes and coins
    (fen of the piece, and how many).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    campus = models.ForeignKey(Campus, on_delete=models.PROTECT, related_name="drawers")
    cashier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drawers")
    day = models.DateField()
    opened_at = models.DateTimeField()
    float_fen = models.PositiveIntegerField(_("change in the drawer"), default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    counted_fen = models.PositiveIntegerField(_("counted"), null=True, blank=True)
    pieces = models.JSONField(default=dict, blank=True)
    expected_fen = models.IntegerField(null=True, blank=True)
    explanation = models.CharField(_("explanation"), max_length=200, blank=True, default="")
    signed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = DrawerSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash drawer")
        constraints = [
            models.UniqueConstraint(
                fields=["cashier"], condition=Q(closed_at=None), name="one_open_drawer_per_cashier"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, counted_fen=None, expected_fen=None)
                | Q(
                    closed_at__isnull=False, counted_fen__isnull=False, expected_fen__isnull=False
                ),
                name="a_closed_drawer_was_counted",
            ),
            models.CheckConstraint(
                condition=Q(counted_fen=None)
                | Q(counted_fen=F("expected_fen"))
                | ~Q(explanation=""),
                name="a_difference_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None)
                | Q(signed_at__isnull=False, closed_at__isnull=False, signed_by__isnull=False)
                & ~Q(signed_by=F("cashier")),
                name="a_second_person_signs_a_drawer",
            ),
        ]

    def __str__(self) -> str:
        return f"drawer {self.pk}"
