"""Places in the cloud classroom: there is no last one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from courses.models import Course, Term


class CloudSeat(models.Model):
    """A learner may follow a course online for a term, whatever became of the room."""

    class Source(models.TextChoices):
        WAITLIST = "waitlist", _("while waiting")
        DRAW = "draw", _("after the draw")
        REQUEST = "request", _("asked for it")
        STAFF = "staff", _("by staff")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="cloud_seats")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="cloud_seats")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="cloud_seats")
    source = models.CharField(max_length=8, choices=Source.choices)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cloud seat")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "course", "term"],
                name="one_cloud_seat_per_learner_course_and_term",
            )
        ]

    def __str__(self) -> str:
        return f"cloud seat {self.pk}"
