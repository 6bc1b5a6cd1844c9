"""Who came, and what a term leaves behind about a learner."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User
from courses.models.catalogue import Course
from courses.models.sections import Lesson
from courses.models.terms import Term


class Attendance(models.Model):
    """A learner was at a lesson: in the room, online, or at a viewing point."""

    class Kind(models.TextChoices):
        ROOM = "room", _("in the room")
        ONLINE = "online", _("online")
        VIEWING_POINT = "viewing_point", _("at a viewing point")
        EXCUSED = "excused", _("excused")

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="attendance")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="attendance")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "learner"], name="a_learner_attends_a_lesson_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} at {self.lesson_id}"


class TermRecord(models.Model):
    """What a closed term says of a learner. Renewal, repeats and the draw's flags read only this.

    ``attendance_share`` is in per cent of the lessons held.
    """

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="term_records")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="records")
    applied = models.BooleanField(default=False)
    room_seats = models.PositiveSmallIntegerField(default=0)
    attendance_share = models.PositiveSmallIntegerField(null=True, blank=True)
    completed_course = models.ForeignKey(
        Course, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_for_absence = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "term", "completed_course"],
                name="one_record_per_learner_term_and_course",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(attendance_share=None) | Q(attendance_share__lte=100),
                name="a_share_is_at_most_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.term_id}"
