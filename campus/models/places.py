"""Campuses, rooms, hours, and how far they are from where people live."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, FilteredRelation, Q, Value
from django.db.models.expressions import CombinedExpression
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Named, Unit


class Locality(Named):
    """A street or town where learners live; kilometres on the city's own grid."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="localities", verbose_name=_("unit")
    )
    region_code = models.CharField(_("code of the region"), max_length=24, unique=True)
    x_km = models.FloatField(_("kilometres east of the city centre"))
    y_km = models.FloatField(_("kilometres north of the city centre"))
    on_island = models.BooleanField(_("on an island"), default=False)

    class Meta:
        verbose_name = _("street or town")
        verbose_name_plural = _("streets and towns")

    def square_of_way(self, to: str = "") -> CombinedExpression:
        """Return the square of the kilometres to a campus, to order by; ``to`` leads to it."""
        east, north = F(f"{to}x_km") - Value(self.x_km), F(f"{to}y_km") - Value(self.y_km)
        return east * east + north * north


class CampusQuerySet(models.QuerySet["Campus"]):
    """The words we have for places."""

    def open_to_learners(self) -> Self:
        """Places shown to the public."""
        return self.filter(closed_on=None)

    def with_rooms(self) -> Self:
        """Places where classes meet: main campuses and branches."""
        return self.filter(kind__in=[Campus.Kind.MAIN, Campus.Kind.BRANCH])

    def nearest_to(self, locality: Locality) -> Self:
        """By minutes on the way from a street or town; adds ``minutes``, None where unknown.

        As many minutes away, the one that is fewer kilometres away comes first.
        """
        way = FilteredRelation("travel_times", condition=Q(travel_times__locality=locality))
        return self.annotate(way=way, minutes=F("way__minutes")).order_by(
            F("minutes").asc(nulls_last=True), locality.square_of_way(), "pk"
        )

    def in_order(self) -> Self:
        """As the city lists them: by unit, main campuses first."""
        return self.order_by("unit__position", "position", "pk")


class Campus(Named):
    """A place of a unit: main campus, branch, teaching point or viewing point."""

    class Kind(models.TextChoices):
        MAIN = "main", _("main campus")
        BRANCH = "branch", _("branch campus")
        TEACHING_POINT = "teaching_point", _("teaching point")
        VIEWING_POINT = "viewing_point", _("viewing point")

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="campuses", verbose_name=_("unit")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    slug = models.SlugField(_("name in web addresses"), max_length=60, unique=True)
    address = models.CharField(_("address"), max_length=200)
    address_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    x_km = models.FloatField(_("kilometres east of the city centre"))
    y_km = models.FloatField(_("kilometres north of the city centre"))
    on_island = models.BooleanField(_("on an island"), default=False)
    step_free = models.BooleanField(_("step-free"), default=False)
    lift = models.BooleanField(_("lift"), default=False)
    toilet = models.BooleanField(_("step-free toilet"), default=False)
    canteen = models.BooleanField(_("canteen"), default=False)
    phone = models.CharField(_("phone"), max_length=40)
    hours = models.CharField(_("opening hours"), max_length=120)
    hours_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    bus_lines = models.CharField(_("bus lines"), max_length=200, blank=True)
    dial_in_number = models.CharField(_("number to listen by phone"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    closed_on = models.DateField(_("closed since"), null=True, blank=True)

    objects = CampusQuerySet.as_manager()

    class Meta:
        verbose_name = _("campus")
        verbose_name_plural = _("campuses")

    @property
    def has_rooms(self) -> bool:
        """Whether classes meet here: a main campus or a branch."""
        return self.kind in {self.Kind.MAIN, self.Kind.BRANCH}

    def said(self, what: str) -> str:
        """Return ``address`` or ``hours`` in the reader's language."""
        others: dict[str, str] = getattr(self, f"{what}_i18n")
        return others.get(get_language() or "") or str(getattr(self, what))


class Room(models.Model):
    """A room with seats. Its kind says what can be taught in it."""

    class Kind(models.TextChoices):
        PIANO = "piano", _("piano room")
        CHOIR = "choir", _("choir room")
        DANCE = "dance", _("dance room")
        HALL = "hall", _("multi-purpose hall")
        PAINTING = "painting", _("painting and calligraphy room")
        INSTRUMENTS = "instruments", _("instrument room")
        COMPUTERS = "computers", _("computer room")
        LARGE = "large", _("large classroom")
        MULTIMEDIA = "multimedia", _("multimedia room")

    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("campus")
    )
    name = models.CharField(_("room"), max_length=40)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    seats = models.PositiveSmallIntegerField(_("seats"))
    floor = models.SmallIntegerField(_("floor"), default=1)
    step_free = models.BooleanField(_("step-free"), default=False)
    closed_from = models.DateField(_("closed from"), null=True, blank=True)
    closed_until = models.DateField(_("closed until"), null=True, blank=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(fields=["campus", "name"], name="one_room_of_a_name_a_campus"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="a_room_has_seats"),
            models.CheckConstraint(
                condition=Q(closed_from=None, closed_until=None)
                | Q(closed_until__gte=F("closed_from")),
                name="a_room_closes_before_it_opens_again",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TimeSlot(models.Model):
    """A weekly hour of teaching, the same in every campus."""

    class HalfDay(models.TextChoices):
        MORNING = "morning", _("morning")
        AFTERNOON = "afternoon", _("afternoon")
        EVENING = "evening", _("evening")

    weekday = models.PositiveSmallIntegerField(_("weekday"))  # ISO: 1 is Monday
    ordinal = models.PositiveSmallIntegerField(_("number in the half-day"))
    half_day = models.CharField(_("half of the day"), max_length=10, choices=HalfDay.choices)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("to"))

    class Meta:
        verbose_name = _("time slot")
        verbose_name_plural = _("time slots")
        constraints = [
            models.UniqueConstraint(fields=["weekday", "starts_at"], name="one_slot_a_start"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7), name="a_week_has_seven_days"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_slot_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts_at:%H:%M}"


class TravelTime(models.Model):
    """Minutes one way from where people live to a campus."""

    locality = models.ForeignKey(
        Locality,
        on_delete=models.CASCADE,
        related_name="travel_times",
        verbose_name=_("street or town"),
    )
    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="travel_times", verbose_name=_("campus")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes one way"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["locality", "campus"], name="one_travel_time_per_locality_and_campus"
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """The words we have for the calendar."""

    def between(self, first: date, last: date) -> Self:
        """Days of a period, both ends included, in order."""
        return self.filter(day__range=(first, last)).order_by("day")


class Holiday(models.Model):
    """A day that is not what its weekday says: closed, or a working day moved to a weekend."""

    class Kind(models.TextChoices):
        CLOSED = "closed", _("holiday, no lessons")
        WORKING = "working", _("working day moved here")

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60)
    stands_in_for = models.DateField(
        _("the closed day whose lessons are held here"), null=True, blank=True
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="working") | Q(stands_in_for=None),
                name="only_a_working_day_stands_in_for_another",
                violation_error_message=_("A closed day has no lessons of another day."),
            ),
            models.UniqueConstraint(
                fields=["stands_in_for"], name="a_closed_day_is_made_up_for_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
