"""Lectures: given once for everybody, in a series with issue numbers or by themselves."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.models.naming import Named
from campus.models import Campus


class Series(Named):
    """A series of lectures: issues are numbered and go on over terms and years."""

    slug = models.SlugField(_("name in addresses"), max_length=60, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="series")

    class Meta:
        verbose_name = _("series of lectures")
        verbose_name_plural = _("series of lectures")


class LectureQuerySet(models.QuerySet["Lecture"]):
    """The words we have for lectures."""

    def taking_place(self) -> Self:
        """Planned or held, not called off."""
        return self.exclude(status=Lecture.Status.CANCELLED)

    def still_to_come(self, at: datetime) -> Self:
        """Not over yet, the next one first."""
        return self.taking_place().filter(during__endswith__gt=at).order_by("during", "pk")

    def latest_first(self) -> Self:
        """The newest on top."""
        return self.order_by("-during", "-pk")


class Lecture(Named):
    """One lecture: its title is ``name``. Watched by whoever wants to, without signing in."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("cancelled")

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="lectures"
    )
    issue = models.PositiveIntegerField(_("issue number"), null=True, blank=True)
    speaker = models.CharField(_("speaker"), max_length=80, blank=True)
    during = DateTimeRangeField(_("from and to"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="lectures")
    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, null=True, blank=True, related_name="lectures"
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PLANNED
    )

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "issue"], name="an_issue_of_a_series_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(series=None) ^ Q(issue__isnull=False),
                name="lectures_of_a_series_are_numbered",
            ),
        ]
