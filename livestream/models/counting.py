"""How many people watch, and which keys of signed paths are good no more."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from livestream.models.recordings import Recording


class ViewerCount(models.Model):
    """How many people watch a film: now, at most at one time, and in all.

    Written every half minute from what players report, for the live lesson apart from its
    replay. Two screens of one learner are one viewer; a room at a viewing point is as many as
    were counted in it. ``ever`` is counted anew from the rights each time, never added up, so
    that a round done twice counts nobody twice; ``gone`` are those whose rights were let go.
    """

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, primary_key=True, related_name="viewers"
    )
    now = models.PositiveIntegerField(_("watching now"), default=0)
    peak = models.PositiveIntegerField(_("most at one time"), default=0)
    peak_at = models.DateTimeField(null=True, blank=True)
    ever = models.PositiveIntegerField(_("viewers in all"), default=0)
    gone = models.PositiveIntegerField(_("viewers of long ago"), default=0, db_default=0)
    live_peak = models.PositiveIntegerField(_("most at one time, live"), default=0)
    live_ever = models.PositiveIntegerField(_("viewers in all, live"), default=0)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("count of viewers")
        constraints = [
            models.CheckConstraint(
                condition=Q(peak__gte=F("now")) & Q(peak__gte=F("live_peak")),
                name="never_more_viewers_than_at_the_peak",
            )
        ]

    def __str__(self) -> str:
        return f"viewers of {self.recording_id}"


class KeyDropQuerySet(models.QuerySet["KeyDrop"]):
    """The words we have for keys given up."""

    def latest_first(self) -> Self:
        """The last drop on top."""
        return self.order_by("-pk")

    def series(self) -> int:
        """The number of the series of keys in use: it grows by one with each drop."""
        return self.count()


class KeyDrop(models.Model):
    """A moment at which all keys of signed paths in use were given up, so that none opens."""

    dropped_at = models.DateTimeField()

    objects = KeyDropQuerySet.as_manager()

    def __str__(self) -> str:
        return f"drop {self.pk}"
