"""Classes and their lessons."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg.types.multirange import Multirange

from accounts.models import Unit
from campus.models import Campus, Room, TimeSlot
from courses.models.catalogue import Course
from courses.models.fields import DateTimeMultiRangeField
from courses.models.teachers import Teacher
from courses.models.terms import Term


class ClassSectionQuerySet(models.QuerySet["ClassSection"]):
    """The words we have for classes."""

    def listed(self) -> Self:
        """Classes the public may see."""
        return self.filter(is_listed=True).exclude(term__phase=Term.Phase.DRAFT)

    def running(self) -> Self:
        """Classes that have not been called off."""
        return self.filter(status=ClassSection.Status.RUNNING)

    def in_a_draw(self) -> Self:
        """Classes whose places are drawn: in a room, and open to whoever wishes for them."""
        return self.filter(by_invitation=False).exclude(mode=ClassSection.Mode.ONLINE)

    def of_units(self, units: Iterable[int]) -> Self:
        """Classes of these offices."""
        return self.filter(unit__in=units)

    def taught_in(self, term: Term) -> Self:
        """Classes of one term."""
        return self.filter(term=term)

    def with_seats_left(self) -> Self:
        """Classes that had a seat left when the catalogue last looked."""
        return self.filter(availability__seats_left__gt=0)

    def online(self) -> Self:
        """Classes one can follow from home."""
        return self.filter(mode__in=[ClassSection.Mode.ONLINE, ClassSection.Mode.HYBRID])

    def with_all_to_show(self) -> Self:
        """Everything a card shows, in one query."""
        return self.select_related(
            "course__subject__department",
            "term",
            "unit",
            "campus",
            "room",
            "slot",
            "teacher",
            "availability",
        )

    def in_order(self) -> Self:
        """By day and hour."""
        return self.order_by("slot__weekday", "slot__starts_at", "pk")


class ClassSection(models.Model):
    """One teaching of a course: term, place, hour, teacher, seats. On screen: class."""

    class Mode(models.TextChoices):
        ROOM = "room", _("in the room")
        HYBRID = "hybrid", _("in the room and online")
        ONLINE = "online", _("online")

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        CANCELLED = "cancelled", _("called off")

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="sections", verbose_name=_("course")
    )
    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="sections", verbose_name=_("term")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="sections", verbose_name=_("unit")
    )
    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, related_name="sections", verbose_name=_("campus")
    )
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sections",
        verbose_name=_("room"),
    )
    slot = models.ForeignKey(
        TimeSlot, on_delete=models.PROTECT, related_name="sections", verbose_name=_("time slot")
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sections",
        verbose_name=_("teacher"),
    )
    number = models.PositiveSmallIntegerField(_("number of the class"), default=1)
    mode = models.CharField(
        _("how it is taught"), max_length=8, choices=Mode.choices, default=Mode.ROOM
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.RUNNING
    )
    capacity = models.PositiveSmallIntegerField(_("seats"))
    min_size = models.PositiveSmallIntegerField(_("smallest size"), default=15)
    hot = models.BooleanField(_("much wanted"), default=False)
    by_invitation = models.BooleanField(_("by invitation"), default=False)
    fee_fen = models.PositiveIntegerField(_("fee"), default=0)
    is_listed = models.BooleanField(_("shown to the public"), default=True)
    opens_at = models.DateTimeField(_("open enrolment from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("open enrolment until"), null=True, blank=True)
    # All hours of its lessons, kept by the service that plans them; claims compare it.
    meets = DateTimeMultiRangeField(default=Multirange, editable=False)

    objects = ClassSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "room", "slot"],
                condition=Q(status="running"),
                name="one_class_per_room_and_hour",
            ),
            models.UniqueConstraint(
                fields=["term", "teacher", "slot"],
                condition=Q(status="running"),
                name="one_class_per_teacher_and_hour",
            ),
            models.UniqueConstraint(
                fields=["term", "course", "campus", "number"], name="a_class_has_its_number"
            ),
            models.CheckConstraint(
                condition=Q(mode="online") | Q(room__isnull=False),
                name="a_class_in_a_room_has_one",
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="a_class_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"class {self.pk}"

    @property
    def takes_choices(self) -> bool:
        """Whether it may be written on the form of its term today: in a room, for everybody."""
        in_the_draw = self.mode != self.Mode.ONLINE and not self.by_invitation
        return in_the_draw and self.term.phase == Term.Phase.WISHES_OPEN

    def display_name(self) -> str:
        """Return the name of the class as learners and staff say it."""
        return gettext("%(course)s (class %(number)s)") % {
            "course": self.course.display_name(),
            "number": self.number,
        }


class LessonQuerySet(models.QuerySet["Lesson"]):
    """The words we have for lessons."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Lessons of the classes of these offices."""
        return self.filter(section__unit__in=units)

    def taking_place(self) -> Self:
        """Lessons that have not been called off."""
        return self.filter(status=Lesson.Status.PLANNED)

    def to_begin(self, at: datetime) -> Self:
        """Lessons that have not begun."""
        return self.filter(during__startswith__gt=at)

    def begun(self, at: datetime) -> Self:
        """Lessons that are over or have begun."""
        return self.filter(during__startswith__lte=at)

    def after(self, at: datetime) -> Self:
        """Lessons that end after a moment, the next first."""
        return self.filter(during__endswith__gt=at).order_by("during", "pk")

    def in_order(self) -> Self:
        """By date."""
        return self.order_by("during", "pk")


class Lesson(models.Model):
    """One dated meeting of a class. Room and teacher cannot be in two places."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        LOST = "lost", _("does not take place")

    section = models.ForeignKey(
        ClassSection, on_delete=models.CASCADE, related_name="lessons", verbose_name=_("class")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    during = DateTimeRangeField(_("from and to"))
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("room"),
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("teacher"),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PLANNED
    )
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "number"], name="a_class_has_a_lesson_of_a_number_once"
            ),
            ExclusionConstraint(
                name="a_room_holds_one_lesson_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status="planned"),
            ),
            ExclusionConstraint(
                name="a_teacher_gives_one_lesson_at_a_time",
                expressions=[
                    ("teacher", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(status="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"lesson {self.number} of {self.section_id}"


class SectionAvailability(models.Model):
    """What catalogue and cards show of a class's seats. Nothing decides by it.

    ``warmth``: how wanted it is, said once a day while choices are open and no count is shown.
    """

    class Warmth(models.TextChoices):
        COOL = "cool", _("few want it")
        WARM = "warm", _("many want it")
        HOT = "hot", _("very many want it")

    section = models.OneToOneField(
        ClassSection, on_delete=models.CASCADE, primary_key=True, related_name="availability"
    )
    seats_left = models.PositiveSmallIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    warmth = models.CharField(
        max_length=4, choices=Warmth.choices, blank=True, default="", db_default=""
    )
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.section_id}: {self.seats_left}"
