"""Afternoons at viewing points: what is shown to a room, and how many people were there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campus.models import Campus, Room
from courses.models import Lesson
from livestream.models.series import Lecture

MOST_PEOPLE = 2000
"""More than any hall holds: a number typed twice in a row is refused."""


class RoomViewingQuerySet(models.QuerySet["RoomViewing"]):
    """The words we have for afternoons at viewing points."""

    def of_units(self, units: Iterable[int]) -> Self:
        """At the places of these offices."""
        return self.filter(campus__unit__in=units)

    def at(self, campus: Campus) -> Self:
        """At one place."""
        return self.filter(campus=campus)

    def taking_place(self) -> Self:
        """Not called off."""
        return self.exclude(status="cancelled")

    def to_come(self) -> Self:
        """Planned, nothing shown yet."""
        return self.filter(status="planned")

    def running(self) -> Self:
        """Shown to a room now."""
        return self.filter(status="running")

    def held(self) -> Self:
        """Which really took place: begun, whether ended or not."""
        return self.filter(status__in=["running", "ended"])

    def between(self, begins: datetime, ends: datetime) -> Self:
        """Beginning in this stretch of time."""
        return self.filter(during__startswith__gte=begins, during__startswith__lt=ends)

    def still_open(self, at: datetime) -> Self:
        """Not over by the clock, or running whatever the clock says."""
        return self.filter(Q(during__endswith__gt=at) | Q(status="running"))

    def in_order(self) -> Self:
        """By day and hour."""
        return self.order_by("during", "pk")

    def with_all_to_show(self) -> Self:
        """Everything a line of a programme shows, in three queries."""
        counts = HeadCount.objects.latest_first()
        return self.select_related(
            "campus__unit",
            "room",
            "facilitator",
            "lesson__section__course",
            "lesson__section__unit",
            "lecture__series",
        ).prefetch_related(Prefetch("counts", counts))


class RoomViewing(models.Model):
    """A lesson or a lecture, shown to the people in one room, live or as a replay.

    One account shows it, and the room counts as many viewers as there are people in it.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("being shown")
        ENDED = "ended", _("ended")
        CANCELLED = "cancelled", _("cancelled")

    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, related_name="viewings", verbose_name=_("viewing point")
    )
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="viewings",
        verbose_name=_("room"),
    )
    during = DateTimeRangeField(_("from and to"))
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="viewings"
    )
    lecture = models.ForeignKey(
        Lecture, on_delete=models.PROTECT, null=True, blank=True, related_name="viewings"
    )
    facilitator = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="viewings",
        verbose_name=_("who looks after it"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PLANNED
    )
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(_("notes"), max_length=1000, blank=True)

    objects = RoomViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("afternoon at a viewing point")
        constraints = [
            models.CheckConstraint(
                condition=Q(lesson=None) ^ Q(lecture=None),
                name="a_room_is_shown_a_lesson_or_a_lecture",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "cancelled"], began_at=None, ended_at=None)
                | Q(status="running", began_at__isnull=False, ended_at=None)
                | Q(status="ended", began_at__isnull=False, ended_at__gte=F("began_at")),
                name="an_afternoon_begins_and_then_ends",
            ),
            ExclusionConstraint(
                name="one_room_is_shown_one_thing_at_a_time",
                expressions=[
                    ("campus", RangeOperators.EQUAL),
                    (Coalesce("room", 0), RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Something else is shown in this room at that hour."),
            ),
        ]
        indexes = [models.Index(fields=["campus", "status"], name="afternoons_of_a_place")]

    def __str__(self) -> str:
        return f"afternoon {self.pk}"

    @property
    def is_planned(self) -> bool:
        """Whether it is still to begin."""
        return self.status == self.Status.PLANNED

    @property
    def is_running(self) -> bool:
        """Whether it is being shown."""
        return self.status == self.Status.RUNNING

    @property
    def is_over(self) -> bool:
        """Whether it has been shown to its end."""
        return self.status == self.Status.ENDED

    @property
    def shows(self) -> Lesson | Lecture:
        """What is shown."""
        shown = self.lesson or self.lecture
        if shown is None:
            raise ValueError(f"{self} shows nothing, which the database does not allow")
        return shown

    def counted(self, moment: str) -> int | None:
        """How many people there were, by the last word on it; None while nobody has counted."""
        return next((one.people for one in self.counts.all() if one.moment == moment), None)

    @property
    def people(self) -> int | None:
        """How many people this afternoon counts: as many as the fuller of its two counts."""
        counts = [self.counted(moment) for moment in HeadCount.Moment.values]
        known = [people for people in counts if people is not None]
        return max(known) if known else None


class HeadCountQuerySet(models.QuerySet["HeadCount"]):
    """The words we have for head-counts."""

    def latest_first(self) -> Self:
        """The last word on top, by the clock of the place where people were counted."""
        return self.order_by("-counted_at", "-pk")


class HeadCount(models.Model):
    """How many people sat in the room. A later count of the same moment puts an earlier right.

    ``key`` is made by the page that counts, so that a count sent twice is one count.
    """

    class Moment(models.TextChoices):
        START = "start", _("at the start")
        HALF_TIME = "half_time", _("at half-time")

    viewing = models.ForeignKey(RoomViewing, on_delete=models.CASCADE, related_name="counts")
    moment = models.CharField(max_length=9, choices=Moment.choices)
    people = models.PositiveSmallIntegerField()
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField()
    received_at = models.DateTimeField()

    objects = HeadCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("head-count")
        constraints = [
            models.CheckConstraint(
                condition=Q(people__lte=MOST_PEOPLE), name="a_room_holds_so_many_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.people} at {self.viewing_id}"
