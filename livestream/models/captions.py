"""What is said in a film, in writing: captions, chapters and the teacher's notes."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from livestream.models.recordings import Recording


class CaptionsQuerySet(models.QuerySet["Captions"]):
    """The words we have for captions."""

    def shown(self) -> Self:
        """Read through by a person and published, in a steady order."""
        return self.filter(stored_as__gt="").in_order()

    def being_written(self) -> Self:
        """In the hands of a machine."""
        return self.filter(machine=Captions.Machine.ASKED)

    def in_order(self) -> Self:
        """By language, as pages list them."""
        return self.order_by("language")


class Captions(models.Model):
    """The words of a film in one language, as WebVTT.

    ``draft`` is what the teacher works on; ``stored_as`` names the file that viewers get, which
    is the draft of ``shown_version``, and there is none before a person has read it through.
    ``version`` grows with each change of the draft: who saves names the one they began with.
    """

    class Language(models.TextChoices):
        SIMPLIFIED = "zh-Hans", _("Simplified Chinese")
        TRADITIONAL = "zh-Hant", _("Traditional Chinese")
        ENGLISH = "en", _("English")

    class Machine(models.TextChoices):
        NOT_ASKED = "", _("written by people")
        ASKED = "asked", _("being written by a machine")
        WROTE = "wrote", _("written by a machine")
        FAILED = "failed", _("the machine could not write them")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=12, choices=Language.choices)
    draft = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    machine = models.CharField(max_length=6, choices=Machine.choices, blank=True, default="")
    edited_at = models.DateTimeField()

    stored_as = models.CharField(max_length=200, blank=True)
    shown_version = models.PositiveIntegerField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = CaptionsQuerySet.as_manager()

    class Meta:
        verbose_name = _("captions")
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "language"], name="one_set_of_captions_per_language"
            ),
            models.CheckConstraint(
                condition=Q(stored_as="", shown_version=None, checked_by=None, checked_at=None)
                | Q(
                    stored_as__gt="",
                    shown_version__isnull=False,
                    checked_by__isnull=False,
                    checked_at__isnull=False,
                ),
                name="captions_that_are_shown_were_checked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"captions {self.language} of {self.recording_id}"

    def is_shown(self) -> bool:
        """Whether viewers see them."""
        return bool(self.stored_as)

    def is_ahead(self) -> bool:
        """Whether the draft is not what viewers see."""
        return self.version != self.shown_version

    def is_being_written(self) -> bool:
        """Whether a machine is at work on them."""
        return self.machine == self.Machine.ASKED


class ChapterQuerySet(models.QuerySet["Chapter"]):
    """The words we have for chapters."""

    def in_order(self) -> Self:
        """As they follow each other in the film."""
        return self.order_by("starts_at_seconds")


class Chapter(models.Model):
    """A part of a lesson that one may jump to."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="chapters")
    starts_at_seconds = models.FloatField()
    title = models.CharField(_("title"), max_length=80)

    objects = ChapterQuerySet.as_manager()

    class Meta:
        verbose_name = _("chapter")
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "starts_at_seconds"], name="one_chapter_starts_at_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(starts_at_seconds__gte=0), name="a_chapter_starts_in_the_film"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LessonNotes(models.Model):
    """What the teacher wants learners to have in writing beside the film."""

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, related_name="notes", primary_key=True
    )
    text = models.TextField()
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lesson notes")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="lesson_notes_say_something")
        ]

    def __str__(self) -> str:
        return f"notes of {self.recording_id}"
