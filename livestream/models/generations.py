"""What machines make of a film: generations of files, and the work that a generation takes."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from livestream.models.recordings import Recording


class GenerationQuerySet(models.QuerySet["Generation"]):
    """The words we have for generations."""

    def unfinished(self) -> Self:
        """Being made, whether one can watch already or not."""
        return self.filter(state__in=[Generation.State.MAKING, Generation.State.GROWING])

    def watchable(self) -> Self:
        """With files a player can open: growing or whole."""
        return self.filter(state__in=[Generation.State.GROWING, Generation.State.WHOLE])

    def growing(self) -> Self:
        """Which can be watched while their end is still to come."""
        return self.filter(state=Generation.State.GROWING)

    def ladders(self) -> Self:
        """Made from a film that lies here, in all sizes."""
        return self.filter(kind=Generation.Kind.LADDER)

    def of_a_film(self) -> Self:
        """Made from a film that lies here, not from a line that is live."""
        return self.exclude(kind=Generation.Kind.LIVE)

    def give_up(self) -> int:
        """Nobody watches them any more; return how many."""
        return self.update(state=Generation.State.DROPPED)

    def retired_since(self, before: datetime) -> Self:
        """Replaced before this moment by a newer one, with files that still lie there."""
        return self.exclude(state=Generation.State.DROPPED).filter(retired_at__lt=before)


class Generation(models.Model):
    """One complete set of files of a recording, in a folder of its own.

    A newer one replaces an older at one stroke (``Recording.generation``); the older keeps its
    files for a day, so that whoever is watching is not cut off. ``GROWING`` can be watched from
    its beginning while its end is still being made or has not happened yet. ``plan`` is what
    was decided once for all workers: sizes, length, loudness.
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("the film as it came, cut into pieces")
        LADDER = "ladder", _("all sizes")
        LIVE = "live", _("as it went out live")

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        GROWING = "growing", _("can be watched, goes on")
        WHOLE = "whole", _("whole")
        DROPPED = "dropped", _("given up or deleted")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="generations")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.MAKING)
    plan = models.JSONField(default=dict)
    began_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "number"], name="a_generation_has_its_own_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="generations_are_counted_from_one"
            ),
            models.CheckConstraint(
                condition=~Q(state="whole") | Q(whole_at__isnull=False),
                name="a_whole_generation_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"generation {self.number} of {self.recording_id}"

    def folder(self) -> str:
        """Where its files lie in the storage."""
        return self.recording.folder(self.number)


class VariantQuerySet(models.QuerySet["Variant"]):
    """The words we have for variants."""

    def of(self, generation: Generation) -> Self:
        """Those of one generation, in the order in which they were noted."""
        return self.filter(
            recording=generation.recording_id, generation=generation.number
        ).order_by("pk")


class Variant(models.Model):
    """One size of a replay, with what was measured of it. Sound has no width."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="variants")
    generation = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=16)
    codec = models.CharField(max_length=40)
    width = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(default=0)
    frame_rate = models.FloatField(default=0)
    bandwidth = models.PositiveIntegerField()
    average_bandwidth = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()

    objects = VariantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "generation", "name"], name="a_variant_is_made_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.recording_id}"


def _left_by_the_dead(at: datetime) -> Q:
    return Q(state=WorkUnit.State.LEASED, lease_ends_at__lte=at)


class WorkUnitQuerySet(models.QuerySet["WorkUnit"]):
    """The words we have for work units; nobody outside this module filters by state."""

    def claimable(self, at: datetime) -> Self:
        """Waiting, or in the hands of a worker that is not heard of any more.

        What took too many workers down is given to nobody (``fatal``).
        """
        return self.filter(
            Q(state=WorkUnit.State.PLANNED) & (Q(not_before=None) | Q(not_before__lte=at))
            | _left_by_the_dead(at) & Q(fence__lt=WorkUnit.MOST_TRIES)
        )

    def fatal(self, at: datetime) -> Self:
        """Which took as many workers down as may be."""
        return self.filter(_left_by_the_dead(at), fence__gte=WorkUnit.MOST_TRIES)

    def in_hands(self, at: datetime) -> Self:
        """Being worked on by somebody who is heard of."""
        return self.filter(state=WorkUnit.State.LEASED, lease_ends_at__gt=at)

    def held_by(self, fence: int) -> Self:
        """Still in the hands of the worker that was given this number."""
        return self.filter(state=WorkUnit.State.LEASED, fence=fence)

    def unfinished(self) -> Self:
        """Still to be done, or being done."""
        return self.exclude(state=WorkUnit.State.DONE)

    def done(self) -> Self:
        """Whose files lie in the folder of their generation."""
        return self.filter(state=WorkUnit.State.DONE)

    def of(self, generation: Generation) -> Self:
        """The work that one generation takes, in the order of the film."""
        return self.filter(
            recording=generation.recording_id, generation=generation.number
        ).order_by("number")

    def behind(self, seconds: float) -> Self:
        """Stretches of the picture that begin there or later."""
        return self.filter(kind=WorkUnit.Kind.PICTURE, starts_at_seconds__gte=seconds)

    def damaged(self) -> Self:
        """Of what is watched now: where more is broken than a viewer overlooks."""
        share = F("frames") * WorkUnit.OVERLOOKED_SHARE
        return self.done().filter(
            generation=F("recording__generation"), frames__gt=0, broken_frames__gt=share
        )


class WorkUnit(models.Model):
    """A part of the work on a film that one worker does by itself, so a crash costs only it.

    ``fence`` counts the workers that took it: only the latest may say that it is done.
    After ``MOST_TRIES`` of them it is done without.
    """

    class Kind(models.TextChoices):
        SOUND = "sound", _("the sound of the whole film")
        PICTURE = "picture", _("a stretch of the picture in all sizes")
        SHEET = "sheet", _("small pictures for looking ahead")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        LEASED = "leased", _("being worked on")
        DONE = "done", _("done")

    OVERLOOKED_SHARE: ClassVar[float] = 0.01
    MOST_TRIES: ClassVar[int] = 8

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="work_units")
    generation = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.PICTURE)
    is_short = models.BooleanField(default=False)
    starts_at_seconds = models.FloatField()
    seconds = models.FloatField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    fence = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_ends_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    frames = models.PositiveIntegerField(default=0)
    broken_frames = models.PositiveIntegerField(default=0)

    objects = WorkUnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "generation", "number"], name="a_work_unit_is_planned_once"
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_ends_at__isnull=False)
                | (~Q(state="leased") & Q(lease_ends_at=None)),
                name="a_work_unit_has_a_lease_while_leased",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_ends_at"],
                condition=~Q(state="done"),
                name="work_that_is_left",
            )
        ]

    def __str__(self) -> str:
        return f"unit {self.number} of {self.recording_id}"


class Storyboard(models.Model):
    """Small pictures of a film on one sheet, for looking ahead."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="storyboards")
    generation = models.PositiveSmallIntegerField()
    every_seconds = models.FloatField()
    columns = models.PositiveSmallIntegerField()
    rows = models.PositiveSmallIntegerField()
    tile_width = models.PositiveSmallIntegerField()
    tile_height = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "generation"], name="one_storyboard_per_generation"
            )
        ]

    def __str__(self) -> str:
        return f"storyboard of {self.recording_id}"
