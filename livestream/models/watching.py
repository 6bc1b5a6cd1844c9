"""Who watches what: rights given out, and how far each learner has come."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User
from livestream.models.recordings import Recording
from livestream.models.viewings import RoomViewing


class WatchGrantQuerySet(models.QuerySet["WatchGrant"]):
    """The words we have for rights to watch."""

    def live(self, at: datetime) -> Self:
        """Rights that still open something."""
        return self.filter(expires_at__gt=at, revoked_at=None)

    def of_learners(self) -> Self:
        """Rights that rest on a place in the class."""
        return self.filter(learner__isnull=False)

    def ended_early(self, at: datetime) -> Self:
        """Rights that open nothing any more although their paths have time left."""
        return self.filter(expires_at__gt=at, revoked_at__isnull=False)

    def end(self, at: datetime) -> int:
        """End them; within seconds their paths open nothing any more. Return how many."""
        return self.update(revoked_at=at)

    def oldest_first(self) -> Self:
        """In the order in which they were given."""
        return self.order_by("issued_at", "pk")


class WatchGrant(models.Model):
    """A right to fetch the files of one replay for some hours.

    ``audience`` stands in the signed path: it counts and is logged, and says nothing about the
    person. ``learner`` is empty for teachers, staff and visitors of public replays. ``viewing`` is
    the afternoon of a viewing point whose room watches by it.
    """

    audience = models.CharField(max_length=16, unique=True)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="watch_grants"
    )
    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, null=True, blank=True, related_name="watch_grants"
    )
    viewing = models.ForeignKey(
        RoomViewing, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = WatchGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("right to watch")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")),
                name="a_right_to_watch_ends_after_it_began",
            )
        ]
        indexes = [
            models.Index(fields=["learner", "expires_at"], name="rights_of_a_learner"),
            models.Index(fields=["expires_at"], name="rights_by_their_end"),
        ]

    def __str__(self) -> str:
        return f"right {self.audience}"


class WatchState(models.Model):
    """How far a learner has come in a film.

    Players send their place every few seconds, also late and out of order from a phone that was
    offline. ``sequence`` only grows, so an old word changes nothing, whatever its clock says.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="states")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="watch_states")
    position_seconds = models.FloatField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "learner"], name="one_place_per_learner_and_film"
            ),
            models.CheckConstraint(
                condition=Q(position_seconds__gte=0), name="a_place_is_in_the_film"
            ),
        ]

    def __str__(self) -> str:
        return f"place of {self.learner_id} in {self.recording_id}"


class WatchRange(models.Model):
    """A stretch of a film that a learner has really watched; stretches never overlap."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="ranges")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="watch_ranges")
    starts_at_seconds = models.FloatField()
    ends_at_seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "learner", "starts_at_seconds"],
                name="one_stretch_starts_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(ends_at_seconds__gt=F("starts_at_seconds")),
                name="a_stretch_has_a_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at_seconds}-{self.ends_at_seconds} of {self.recording_id}"
