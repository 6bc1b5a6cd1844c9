"""Departments, subjects, courses: what a senior university can teach."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Named


class Department(Named):
    """A family of subjects: instruments, painting, health."""

    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")


# It is part of the names of classes in the public files of a draw.
PLAIN_CODE = r"^[A-Z][A-Z0-9]*$"
_PLEASE = RegexValidator(
    PLAIN_CODE, _("Please write capital letters and digits, a letter first: PIANO.")
)


class SubjectQuerySet(models.QuerySet["Subject"]):
    """The words we have for subjects."""

    def in_order(self) -> Self:
        """By department, as the prospectus lists them."""
        return self.order_by("department__position", "position", "pk")


class Subject(Named):
    """Something to learn, over one or more levels."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="subjects", verbose_name=_("department")
    )
    code = models.CharField(_("code"), max_length=12, unique=True, validators=[_PLEASE])
    slug = models.SlugField(_("name in web addresses"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    # Words people use for it, simplified, space between them; search reads this, nobody else.
    also_called = models.CharField(_("also called"), max_length=200, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=PLAIN_CODE), name="a_plain_code")
        ]


class CourseQuerySet(models.QuerySet["Course"]):
    """The words we have for courses."""

    def in_order(self) -> Self:
        """By subject, then from the first level up."""
        return self.order_by("subject__department__position", "subject__position", "level", "pk")


class Course(Named):
    """A subject at one level. Taught by sections; shown by a page."""

    class Level(models.IntegerChoices):
        STARTER = 0, _("starter class")
        BEGINNER = 1, _("beginners")
        INTERMEDIATE = 2, _("intermediate")
        ADVANCED = 3, _("advanced")
        MIXED = 9, _("mixed levels")

    class RepeatRule(models.TextChoices):
        AFTER_FOUR_TERMS = "after_four_terms", _("again after four terms")
        FREELY = "freely", _("may be repeated")

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="courses", verbose_name=_("subject")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    slug = models.SlugField(_("name in web addresses"), max_length=80, unique=True)
    programme_terms = models.PositiveSmallIntegerField(_("terms to finish"), default=2)
    min_age_f = models.PositiveSmallIntegerField(_("women from age"), default=50)
    min_age_m = models.PositiveSmallIntegerField(_("men from age"), default=55)
    vigorous = models.BooleanField(_("needs a health declaration"), default=False)
    max_new_age = models.PositiveSmallIntegerField(_("new learners up to"), null=True, blank=True)
    prerequisites = models.ManyToManyField(
        "self", symmetrical=False, blank=True, verbose_name=_("courses to have completed")
    )
    repeat_rule = models.CharField(
        _("whether it may be repeated"),
        max_length=20,
        choices=RepeatRule.choices,
        default=RepeatRule.AFTER_FOUR_TERMS,
    )
    # Names in simplified characters and their sounds: courses/domain/search.py makes it.
    search_key = models.TextField(blank=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        indexes = [
            GinIndex(fields=["search_key"], name="courses_by_sound", opclasses=["gin_trgm_ops"])
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "level"], name="one_course_per_subject_and_level"
            ),
            models.CheckConstraint(
                condition=Q(programme_terms__gte=1), name="a_programme_has_a_term"
            ),
        ]

    @property
    def level_below(self) -> Level | None:
        """The level one has to have learnt before this one, if it asks for any."""
        if self.level in {self.Level.INTERMEDIATE, self.Level.ADVANCED}:
            return self.Level(self.level - 1)
        return None
