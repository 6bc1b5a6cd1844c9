"""Who teaches: what they can take on, where and when."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Named, Unit, User
from campus.models import Campus, TimeSlot
from courses.models.catalogue import Subject


class TeacherQuerySet(models.QuerySet["Teacher"]):
    """The words we have for teachers."""

    def of_units(self, units: Iterable[int]) -> Self:
        """Teachers of these offices."""
        return self.filter(unit__in=units)

    def called(self, words: str) -> Self:
        """Teachers whose name has these characters or sounds in it; all of them for none."""
        return self.filter(Q(name__icontains=words) | Q(name_pinyin__icontains=words))


class Teacher(Named):
    """A teacher, with or without an account."""

    user = models.OneToOneField(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="teacher",
        verbose_name=_("account"),
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="teachers", verbose_name=_("unit")
    )
    subjects = models.ManyToManyField(Subject, related_name="teachers", verbose_name=_("subjects"))
    campuses = models.ManyToManyField(Campus, related_name="teachers", verbose_name=_("campuses"))
    spare_sections = models.PositiveSmallIntegerField(_("classes they could add"), default=0)
    lesson_pay_fen = models.PositiveIntegerField(_("pay for a lesson"), default=0)

    objects = TeacherQuerySet.as_manager()

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")


class TeacherSlot(models.Model):
    """An hour of the week a teacher is free for teaching."""

    teacher = models.ForeignKey(Teacher, on_delete=models.CASCADE, related_name="free_slots")
    slot = models.ForeignKey(TimeSlot, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["teacher", "slot"], name="a_teacher_is_free_once")
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} {self.slot_id}"
