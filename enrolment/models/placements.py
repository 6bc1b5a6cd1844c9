"""Which level somebody may join who has learnt a subject elsewhere."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User
from courses.models import Course, Subject


class PlacementQuerySet(models.QuerySet["Placement"]):
    """The words we have for placements."""

    def standing(self, learner: Learner, subject: Subject, at: datetime) -> "Placement | None":
        """Return the one that counts at a moment: the latest of a learner in a subject."""
        written = self.filter(learner=learner, subject=subject, at__lte=at)
        return written.order_by("-at", "-pk").first()

    def latest_first(self) -> Self:
        """As a person reads them."""
        return self.order_by("-at", "-pk")


class Placement(models.Model):
    """A teacher has seen a learner and says which level of a subject they may join.

    It counts as the level below completed (``enrolment/domain/eligibility.py``). Rows are only
    added: a mistake is put right by the next row, down to the beginners, who need no level.
    """

    LEVELS = (Course.Level.BEGINNER, Course.Level.INTERMEDIATE, Course.Level.ADVANCED)

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="placements")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"), choices=Course.Level.choices)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(_("what was seen"), max_length=200)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=[1, 2, 3]), name="one_is_placed_in_a_level_of_a_ladder"
            )
        ]
        indexes = [models.Index(fields=["learner", "subject", "-at"], name="where_one_is_placed")]

    def __str__(self) -> str:
        return f"placement {self.pk}"
