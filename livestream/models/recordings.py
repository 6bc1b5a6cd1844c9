"""Films of lessons: as they came in, and the replays made of them."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from courses.models import Lesson
from livestream.domain.inspection import OF_A_FILM, OF_A_LIVE_LESSON, Most, Problem
from livestream.domain.tokens import folder_of
from livestream.models.series import Lecture


class RecordingQuerySet(models.QuerySet["Recording"]):
    """The words we have for recordings; nobody outside this module filters by status."""

    def claimable(self, at: datetime) -> Self:
        """Waiting to be looked into, or begun by a worker that is not heard of any more.

        What took too many workers down is given to nobody (``fatal``).
        """
        return self.filter(
            Q(status=Recording.Status.UPLOADED)
            | Q(lease_ends_at__lte=at, attempt__lt=Recording.MOST_ATTEMPTS)
        )

    def fatal(self, at: datetime) -> Self:
        """Which took as many workers down as may be while they looked into it."""
        return self.filter(lease_ends_at__lte=at, attempt__gte=Recording.MOST_ATTEMPTS)

    def to_be_looked_into(self) -> Self:
        """Waiting for the worker that plans the work, or in its hands."""
        return self.filter(Q(status=Recording.Status.UPLOADED) | Q(lease_ends_at__isnull=False))

    def held_by(self, attempt: int) -> Self:
        """Still in the hands of the worker that began this attempt."""
        return self.filter(lease_ends_at__isnull=False, attempt=attempt)

    def in_work(self) -> Self:
        """With nothing to watch yet, and somebody seeing to it."""
        return self.filter(status=Recording.Status.PROCESSING)

    def that_stand(self) -> Self:
        """Arrived and not come to nothing: waiting, in work, or with a replay."""
        return self.exclude(status=Recording.Status.FAILED)

    def failed(self) -> Self:
        """Films no replay could be made of."""
        return self.filter(status=Recording.Status.FAILED)

    def made(self) -> Self:
        """With a replay, published or not."""
        return self.filter(status__in=[Recording.Status.READY, Recording.Status.PUBLISHED])

    def published(self) -> Self:
        """Replays that learners may find."""
        return self.filter(status=Recording.Status.PUBLISHED)

    def standing_since(self, before: datetime) -> Self:
        """With a replay that was made before this moment, and the film it was made of."""
        return self.made().filter(ready_at__lt=before, upload__stored_as__gt="")

    def taken_back_since(self, before: datetime) -> Self:
        """Taken back before this moment, and not published again."""
        return self.filter(status=Recording.Status.READY, taken_back_at__lt=before)

    def open_to_all(self) -> Self:
        """Published for everybody, not for one class."""
        return self.published().filter(is_public=True)

    def for_people(self) -> Self:
        """All but trials of live lessons, which only who sends them sees, and then nobody."""
        return self.filter(broadcast__trial_of=None)

    def of_teacher(self, user: User | OuterRef) -> Self:
        """Films of the lessons this person gives, or sent by this person."""
        return self.for_people().filter(
            Q(uploaded_by=user)
            | Q(lesson__teacher__user=user)
            | Q(lesson__section__teacher__user=user)
        )

    def latest_first(self) -> Self:
        """The newest lesson or lecture on top."""
        return self.order_by(Coalesce("lesson__during", "lecture__during").desc(), "-pk")

    def with_all_to_show(self) -> Self:
        """Everything a list or a player page shows, in one query."""
        return self.select_related(
            "lesson__section__course",
            "lesson__section__teacher__user",
            "lesson__teacher__user",
            "lecture__series",
        )


class Recording(models.Model):
    """The film of a lesson or of a lecture, and the replay made of it.

    ``asset`` names its files and stands in signed paths: it cannot be guessed and says nothing.
    ``attempt`` counts the workers that looked into the film and planned the work, and fences
    them; after ``MOST_ATTEMPTS`` a person has to ask for more. ``lease_ends_at`` is set while
    one does. ``generation`` is the ``Generation`` that is watched now; 0 while there is none.
    ``status`` says what people can do with it, the generations say how far the machines are: a
    recording is ready as soon as a first generation can be watched, and better ones follow
    quietly. With ``cut_at_seconds`` it ends there, since no more could be made of its film.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("waiting to be processed")
        PROCESSING = "processing", _("being processed")
        READY = "ready", _("ready, not yet published")
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("did not work")

    MOST_ATTEMPTS: ClassVar[int] = 4
    PROBLEMS = [(problem.value, problem.value) for problem in Problem]

    asset = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="recordings"
    )
    lecture = models.ForeignKey(
        Lecture, on_delete=models.PROTECT, null=True, blank=True, related_name="recordings"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="recordings")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recordings")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADED)
    is_public = models.BooleanField(_("open to everybody"), default=False)
    takes_what_is_there = models.BooleanField(_("without its missing end"), default=False)

    attempt = models.PositiveSmallIntegerField(default=0)
    generation = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(_("percent done"), default=0)
    lease_ends_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=24, choices=PROBLEMS, blank=True)
    cut_at_seconds = models.FloatField(null=True, blank=True)

    seconds = models.FloatField(_("length"), null=True, blank=True)
    has_picture = models.BooleanField(default=True)
    has_sound = models.BooleanField(default=True)
    uploaded_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        constraints = [
            models.CheckConstraint(
                condition=Q(lesson=None) ^ Q(lecture=None),
                name="a_recording_shows_a_lesson_or_a_lecture",
            ),
            models.CheckConstraint(
                condition=Q(lease_ends_at=None) | ~Q(status__in=["uploaded", "failed"]),
                name="nobody_holds_a_film_that_waits",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") ^ Q(problem=""), name="a_problem_only_when_failed"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["uploaded", "processing", "failed"])
                | Q(generation__gte=1, seconds__isnull=False),
                name="a_replay_has_its_files",
            ),
            models.CheckConstraint(
                condition=Q(status="published", published_at__isnull=False)
                | (~Q(status="published") & Q(published_at=None)),
                name="published_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(status="ready"),
                name="only_a_replay_is_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="progress_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"recording {self.pk}"

    def most(self) -> Most:
        """How large and how long its film may be."""
        return OF_A_LIVE_LESSON if hasattr(self, "broadcast") else OF_A_FILM

    def is_made(self) -> bool:
        """Whether there is something to watch."""
        return self.status in {self.Status.READY, self.Status.PUBLISHED}

    def is_being_finished(self) -> bool:
        """Whether it can be watched, and more of it or more sizes are still being made."""
        return self.is_made() and 0 < self.progress < 100

    def is_busy(self) -> bool:
        """Whether its state will change by itself."""
        return self.status in {self.Status.UPLOADED, self.Status.PROCESSING}

    def folder(self, generation: int | None = None) -> str:
        """Where the files of a generation lie in the storage (the one watched now by default)."""
        return folder_of(self.asset.hex, self.generation if generation is None else generation)

    def folder_of_all(self) -> str:
        """Where the files of all generations lie."""
        return self.folder().rpartition("/")[0]

    def shown(self) -> Lesson | Lecture:
        """What it is a film of."""
        shown = self.lesson or self.lecture
        assert shown is not None  # noqa: S101 - by constraint
        return shown

    def teachers(self) -> set[int]:
        """The accounts of who gives the lesson, as a substitute too, and of who sent the film."""
        if self.lesson is None:
            return {self.uploaded_by_id}
        given_by = (self.lesson.teacher, self.lesson.section.teacher)
        accounts = {teacher.user_id for teacher in given_by if teacher and teacher.user_id}
        return accounts | {self.uploaded_by_id}
