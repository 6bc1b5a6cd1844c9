"""Lectures: given once for everybody, in a series with issue numbers or by themselves."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.models.naming import Named
from campus.models import Campus
from courses.models import Subject


class Series(Named):
    """A series of lectures: issues are numbered and go on over terms and years.

    The rule (``domain/recurrence.py`` reads it) proposes the days of a year; hour, length and
    place are those of most lectures, each lecture has its own.
    """

    class Rule(models.TextChoices):
        BY_HAND = "", _("no rule: each day is chosen")
        MONTH_DAYS = "month_days", _("on the same days of each month")
        QUARTER_DAYS = "quarter_days", _("on the same days of each quarter")
        WEEKDAY = "weekday", _("on one weekday of each month")

    class Shift(models.TextChoices):
        LATER = "later", _("the next working day")
        EARLIER = "earlier", _("the working day before")
        STAYS = "stays", _("it stays, holiday or not")

    class Nth(models.IntegerChoices):
        FIRST = 1, _("the first")
        SECOND = 2, _("the second")
        THIRD = 3, _("the third")
        FOURTH = 4, _("the fourth")
        LAST = 5, _("the last")

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    slug = models.SlugField(_("name in addresses"), max_length=60, unique=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="series", verbose_name=_("unit")
    )
    about = models.TextField(_("what it is about, in a sentence or two"), blank=True)
    about_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    rule = models.CharField(
        _("rule for its days"), max_length=12, choices=Rule.choices, blank=True, default=""
    )
    rule_days = models.CharField(
        _("days of the month or quarter"),
        max_length=40,
        blank=True,
        help_text=_("Numbers with a space between them, for example 5 20 26."),
    )
    rule_nth = models.PositiveSmallIntegerField(
        _("which one in the month"), choices=Nth.choices, null=True, blank=True
    )
    rule_weekday = models.PositiveSmallIntegerField(
        _("weekday"), choices=Weekday.choices, null=True, blank=True
    )
    shift = models.CharField(
        _("when the offices are closed that day"),
        max_length=7,
        choices=Shift.choices,
        default=Shift.LATER,
    )
    starts_at = models.TimeField(_("begins at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=90)
    campus = models.ForeignKey(
        Campus,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="series",
        verbose_name=_("campus"),
    )
    place = models.CharField(_("room or hall"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("series of lectures")
        verbose_name_plural = _("series of lectures")
        constraints = [
            models.CheckConstraint(
                condition=~Q(rule__in=["month_days", "quarter_days"]) | ~Q(rule_days=""),
                name="a_rule_of_days_names_them",
                violation_error_message=_("Please say on which days."),
            ),
            models.CheckConstraint(
                condition=~Q(rule="weekday")
                | Q(rule_weekday__isnull=False, rule_nth__isnull=False),
                name="a_rule_of_weekdays_names_one",
                violation_error_message=_("Please choose the weekday and which one it is."),
            ),
            models.CheckConstraint(
                condition=Q(rule="") | Q(starts_at__isnull=False),
                name="a_rule_has_its_hour",
                violation_error_message=_("Please say at what time the lectures begin."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=600), name="a_lecture_has_a_length"
            ),
        ]

    def said_about(self) -> str:
        """Return what it is about, in the reader's language."""
        return str(self.about_i18n.get(get_language() or "") or self.about)


class LectureQuerySet(models.QuerySet["Lecture"]):
    """The words we have for lectures."""

    def taking_place(self) -> Self:
        """Planned or held, not called off."""
        return self.exclude(status=Lecture.Status.CANCELLED)

    def still_to_come(self, at: datetime) -> Self:
        """Not over yet, the next one first."""
        return self.taking_place().filter(during__endswith__gt=at).order_by("during", "pk")

    def begun(self, at: datetime) -> Self:
        """Held, or being held."""
        return self.taking_place().filter(during__startswith__lte=at)

    def over(self, at: datetime) -> Self:
        """Held and over."""
        return self.taking_place().filter(during__endswith__lte=at)

    def between(self, first: datetime, end: datetime) -> Self:
        """Beginning in a stretch of time, called off or not, in order."""
        return self.filter(during__startswith__gte=first, during__startswith__lt=end).order_by(
            "during", "pk"
        )

    def latest_first(self) -> Self:
        """The newest on top."""
        return self.order_by("-during", "-pk")


class Lecture(Named):
    """One lecture: its title is ``name``. Watched by whoever wants to, without signing in.

    A lecture that is planned may have no title yet. ``ruled_for`` is the day that the rule of
    the series gave, where a holiday moved it; ``told_for`` is the beginning that subscribers
    were last written about, and ``told_off_at`` when they heard that it does not take place.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("cancelled")

    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name=_("series"),
    )
    issue = models.PositiveIntegerField(_("issue number"), null=True, blank=True)
    speaker = models.CharField(_("speaker"), max_length=80, blank=True)
    during = DateTimeRangeField(_("from and to"))
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="lectures", verbose_name=_("unit")
    )
    campus = models.ForeignKey(
        Campus,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name=_("campus"),
    )
    place = models.CharField(_("room or hall"), max_length=80, blank=True)
    about = models.TextField(_("what it is about, in a sentence or two"), blank=True)
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name=_("subject"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PLANNED
    )
    ruled_for = models.DateField(null=True, blank=True, editable=False)
    search_key = models.TextField(blank=True, editable=False)
    told_for = models.DateTimeField(null=True, blank=True, editable=False)
    told_off_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "issue"],
                name="an_issue_of_a_series_is_given_once",
                violation_error_message=_("This series has a lecture with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(series=None) ^ Q(issue__isnull=False),
                name="lectures_of_a_series_are_numbered",
                violation_error_message=_("A lecture of a series has a number; others have none."),
            ),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False
                ),
                name="a_lecture_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"lecture {self.issue}"

    def display_name(self, language: str | None = None) -> str:
        """Return the title, or that there is none yet."""
        return super().display_name(language) or str(_("Title to be announced"))
