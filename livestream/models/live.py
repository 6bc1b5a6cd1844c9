"""Live lessons: the way in, and each time it was used."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import ClassSection, Lesson
from livestream.models.recordings import Recording


class Channel(models.Model):
    """The way a class's live picture comes in. The key itself is shown once and never stored."""

    section = models.OneToOneField(ClassSection, on_delete=models.PROTECT, related_name="channel")
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("live channel")

    def __str__(self) -> str:
        return f"channel of {self.section_id}"


class Broadcast(models.Model):
    """One lesson going out live. Always recorded: the replay needs nobody's tick."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        LIVE = "live", pgettext_lazy("lesson", "live")
        ENDED = "ended", _("ended")

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="broadcasts")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="broadcasts")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED)
    recording = models.OneToOneField(
        Recording, on_delete=models.SET_NULL, null=True, blank=True, related_name="broadcast"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("broadcast")
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(status="live"), name="one_broadcast_per_channel"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="a_broadcast_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"broadcast of {self.lesson_id}"
