"""Films on their way to us: what has arrived, what was announced, and for how long it waits."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from courses.models import Lesson
from livestream.domain.inspection import Problem
from livestream.models.generations import Generation
from livestream.models.recordings import Recording
from livestream.models.series import Lecture


class UploadQuerySet(models.QuerySet["Upload"]):
    """The words we have for uploads; nobody outside this module filters by state."""

    def unfinished(self) -> Self:
        """Still arriving, or here and refused until somebody decides."""
        return self.exclude(state=Upload.State.ARRIVED)

    def arriving(self) -> Self:
        """With bytes still to come."""
        return self.filter(state=Upload.State.ARRIVING)

    def refused(self) -> Self:
        """Here, and no replay can be made of it as it is."""
        return self.filter(state=Upload.State.REFUSED)

    def all_here(self) -> Self:
        """Whose last byte has arrived, while nobody has looked into the film yet."""
        return self.arriving().filter(offset=F("size"))

    def expired(self, at: datetime) -> Self:
        """Which nobody went on with in time."""
        return self.filter(expires_at__lte=at)

    def within_time(self, at: datetime) -> Self:
        """Unfinished, and still waited for."""
        return self.unfinished().filter(expires_at__gt=at)

    def not_made_yet(self) -> Self:
        """Which will take more room than they do: on their way, or with a replay to come."""
        being_made = Generation.objects.of_a_film().unfinished().values("recording")
        return self.filter(
            ~Q(state=Upload.State.ARRIVED)
            | Q(recording__in=Recording.objects.to_be_looked_into())
            | Q(recording__in=being_made)
        )

    def sent_by(self, user: User) -> Self:
        """Of one teacher or editor."""
        return self.filter(by=user)

    def sent_in(self) -> Self:
        """Which somebody sent: no master copies of live lessons, which we keep by ourselves."""
        return self.filter(recording__broadcast=None)

    def for_unit(self, unit: Unit) -> Self:
        """Of films that belong, or will belong, to an office."""
        return self.filter(
            Q(recording__unit=unit) | Q(lesson__section__unit=unit) | Q(lecture__unit=unit)
        )

    def taking_room(self) -> Self:
        """With bytes on our disks, or a claim to room for those that are announced."""
        return self.exclude(state=Upload.State.ARRIVED, stored_as="")

    def latest_first(self) -> Self:
        """The one that was begun last on top."""
        return self.order_by("-began_at", "-pk")

    def with_what_it_shows(self) -> Self:
        """With what a list says about it, in one query."""
        return self.select_related(
            "lesson__section__course",
            "lesson__section__campus",
            "lesson__section__unit",
            "lesson__section__teacher",
            "lesson__teacher",
            "lecture__series",
            "lecture__unit",
        )


class Upload(models.Model):
    """A film as it comes in. Exists from the moment it is announced.

    ``offset`` bytes of ``size`` lie on our disk, and are safe there. Once all have arrived and
    the film is one, it is a ``Recording`` and its bytes are ``stored_as``; that is empty again
    when they are gone (``services.keeping``). A film that is refused waits for its teacher
    until ``expires_at``, as one does whose end has not come.

    ``press`` names one press of the button, and the upload in its address: a second one with
    the same key changes nothing. ``fingerprint`` lets a browser know the file again;
    ``metadata`` is what the sender said of it, word for word, as its protocol wants it back.
    """

    class State(models.TextChoices):
        ARRIVING = "arriving", _("on its way")
        REFUSED = "refused", _("did not work")
        ARRIVED = "arrived", _("arrived")

    PROBLEMS = [(problem.value, problem.value) for problem in Problem]

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    press = models.UUIDField(unique=True)
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="uploads"
    )
    lecture = models.ForeignKey(
        Lecture, on_delete=models.PROTECT, null=True, blank=True, related_name="uploads"
    )
    original_name = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=400, blank=True)
    metadata = models.CharField(max_length=2000, blank=True)
    takes_what_is_there = models.BooleanField(_("without its missing end"), default=False)

    state = models.CharField(max_length=8, choices=State.choices, default=State.ARRIVING)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    problem = models.CharField(max_length=24, choices=PROBLEMS, blank=True)
    cut_at_seconds = models.FloatField(null=True, blank=True)
    began_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, null=True, blank=True, related_name="upload"
    )
    stored_as = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1), name="an_upload_has_bytes"),
            models.CheckConstraint(
                condition=Q(offset__lte=F("size")), name="no_more_arrives_than_was_announced"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="arrived",
                    recording__isnull=False,
                    received_at__isnull=False,
                    expires_at=None,
                    offset=F("size"),
                )
                | (~Q(state="arrived") & Q(recording=None, expires_at__isnull=False)),
                name="an_upload_is_on_its_way_or_a_recording",
            ),
            models.CheckConstraint(
                condition=Q(state="arrived") | (Q(lesson=None) ^ Q(lecture=None)),
                name="an_upload_is_for_a_lesson_or_a_lecture",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") ^ Q(problem=""),
                name="an_upload_has_a_problem_when_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    def has_expired(self, at: datetime) -> bool:
        """Whether nobody went on with it in time."""
        return self.expires_at is not None and self.expires_at <= at

    def is_all_here(self) -> bool:
        """Whether its last byte has arrived."""
        return self.offset == self.size

    def shown(self) -> Lesson | Lecture:
        """What it is a film of."""
        if self.recording is not None:
            return self.recording.shown()
        shown = self.lesson or self.lecture
        assert shown is not None  # noqa: S101 - by constraint
        return shown

    def percent(self) -> int:
        """How much has arrived, in whole hundredths; all of it only when it has."""
        return self.offset * 100 // self.size
