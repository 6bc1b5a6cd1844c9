"""Who watches what: rights given out, and how far each learner has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, FloatField, Q
from django.db.models.functions import Cast, Least
from django.utils.translation import gettext_lazy as _
from psycopg.types.multirange import Multirange

from accounts.models import Learner, User
from livestream.domain.ranges import ATTENDED_FROM, COMPLETED_FROM
from livestream.models.fields import NumberMultiRangeField
from livestream.models.recordings import Recording
from livestream.models.viewings import RoomViewing


class WatchGrantQuerySet(models.QuerySet["WatchGrant"]):
    """The words we have for rights to watch."""

    def live(self, at: datetime) -> Self:
        """Rights that still open something."""
        return self.filter(expires_at__gt=at, revoked_at=None)

    def run_out(self, before: datetime) -> Self:
        """Rights whose paths ran out before this moment."""
        return self.filter(expires_at__lt=before)

    def in_use(self, at: datetime) -> Self:
        """Of those that are live, the ones no newer right stands for."""
        return self.live(at).filter(renewed_at=None)

    def ended_early(self, at: datetime) -> Self:
        """Rights that open nothing any more although their paths have time left."""
        return self.filter(expires_at__gt=at, revoked_at__isnull=False)

    def of_watcher(self, watcher: str) -> Self:
        """Rights under which one watcher is counted, the renewed ones too."""
        return self.filter(watcher=watcher)

    def made_way(self) -> Self:
        """Which ended because their learner watches on more screens than are allowed."""
        return self.filter(gave_way=True)

    def end(self, at: datetime) -> int:
        """End them; within seconds their paths open nothing any more. Return how many."""
        return self.update(revoked_at=at)

    def give_way(self, at: datetime) -> int:
        """End them because their learner watches on more screens than are allowed."""
        return self.update(revoked_at=at, gave_way=True)

    def renew(self, at: datetime) -> int:
        """Let a newer right stand for them; their paths live out what little is left."""
        return self.update(renewed_at=at)

    def oldest_first(self) -> Self:
        """In the order in which they were given."""
        return self.order_by("issued_at", "pk")


class WatchGrant(models.Model):
    """A right to fetch the files of one replay for some hours.

    ``audience`` stands in the signed path: it counts and is logged, and says nothing about the
    person. ``learner`` is empty for teachers, staff and visitors of public replays. ``viewing`` is
    the afternoon of a viewing point whose room watches by it. ``watcher`` stays the same when a
    right is renewed, and on every screen of a learner: viewers are counted by it, and by it
    players report how far they are. ``heard_at`` is when that happened first.
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
    renewed_at = models.DateTimeField(null=True, blank=True)
    gave_way = models.BooleanField(default=False)
    watcher = models.CharField(max_length=16, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)

    objects = WatchGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("right to watch")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")),
                name="a_right_to_watch_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(gave_way=False) | Q(revoked_at__isnull=False),
                name="a_right_that_gave_way_has_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "expires_at"], name="rights_of_a_learner"),
            models.Index(fields=["expires_at"], name="rights_by_their_end"),
            models.Index(fields=["watcher"], name="rights_by_their_watcher"),
        ]

    def __str__(self) -> str:
        return f"right {self.audience}"


class WatchStateQuerySet(models.QuerySet["WatchState"]):
    """The words we have for how far learners have come."""

    def of_learners(self, learners: Iterable[int]) -> Self:
        """Of these learners."""
        return self.filter(learner__in=learners)

    def with_share(self) -> Self:
        """Each says with ``share`` how much of its film was really watched, from 0 to 1."""
        length = F("recording__seconds")
        watched = Cast(F("watched_seconds") / length, FloatField())
        return self.filter(recording__seconds__gt=0).annotate(share=Least(watched, 1.0))

    def completed(self) -> Self:
        """Nine tenths of the film or more were watched."""
        return self.with_share().filter(share__gte=COMPLETED_FROM)

    def attended(self) -> Self:
        """So much was watched that it counts as online attendance."""
        return self.with_share().filter(share__gte=ATTENDED_FROM)


class WatchState(models.Model):
    """How far a learner has come in a film, and which stretches of it they really watched.

    Players report every half minute, also late and out of order from a phone that was offline.
    ``sequence`` only grows, so an old word moves no place, whatever its clock says; stretches are
    united, so a word that comes twice adds nothing, and what was jumped over is not in them.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="states")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="watch_states")
    position_seconds = models.FloatField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    watched = NumberMultiRangeField(default=Multirange, editable=False)
    watched_seconds = models.FloatField(default=0)
    updated_at = models.DateTimeField()

    objects = WatchStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "learner"], name="one_place_per_learner_and_film"
            ),
            models.CheckConstraint(
                condition=Q(position_seconds__gte=0), name="a_place_is_in_the_film"
            ),
            models.CheckConstraint(
                condition=Q(watched_seconds__gte=0), name="nobody_watches_less_than_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"place of {self.learner_id} in {self.recording_id}"
