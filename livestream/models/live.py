"""Lessons and lectures that go out live: the way in, and each time a picture came."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit, User
from courses.models import Lesson
from livestream.domain import live
from livestream.models.recordings import Recording
from livestream.models.series import Lecture


class BroadcastQuerySet(models.QuerySet["Broadcast"]):
    """The words we have for broadcasts; nobody outside this module filters by status."""

    def live(self) -> Self:
        """On air now, trials too, also while the line is lost and its return is waited for."""
        return self.filter(status=Broadcast.Status.LIVE)

    def for_people(self) -> Self:
        """What learners and guests may hear of: no trials."""
        return self.filter(trial_of=None)

    def trials(self) -> Self:
        """Pictures sent before the hour, which only who sends them sees."""
        return self.filter(trial_of__isnull=False)

    def standing(self) -> Self:
        """Not over: planned or live."""
        return self.exclude(status=Broadcast.Status.ENDED)

    def held_by(self, packager: str, run: int) -> Self:
        """In the hands of the packager that began this run, by the last that is known."""
        return self.filter(packager=packager, run=run)

    def without_packager(self, at: datetime) -> Self:
        """With something to pack or to close, and nobody heard of who does it."""
        unfinished = Q(status=Broadcast.Status.LIVE) | Q(
            status=Broadcast.Status.ENDED, began_at__isnull=False, closed_at=None
        )
        return self.filter(unfinished, Q(lease_ends_at=None) | Q(lease_ends_at__lte=at))

    def closed(self) -> Self:
        """Over, and nothing is packed any more."""
        return self.filter(closed_at__isnull=False)

    def with_master_to_hand_over(self, at: datetime) -> Self:
        """Over and closed, with a master copy that no replay in all sizes is made of yet.

        A camera may send on after the end; its take is not whole before it was sent away. What
        is missing after a minute comes no more.
        """
        waited_for = Take.objects.without_master().filter(broadcast=OuterRef("pk"))
        whole = ~Exists(waited_for) | Q(closed_at__lte=at - live.MASTERS_WITHIN)
        return self.for_people().filter(whole, closed_at__isnull=False, handed_over_at=None)

    def with_masters_to_keep(self) -> Self:
        """Whose master copies are still written, or are to be handed over."""
        return self.filter(handed_over_at=None)

    def told_of(self, since: datetime) -> Self:
        """On air, or over since this moment: pages that wait are told of these."""
        ended = Q(status=Broadcast.Status.ENDED, began_at__isnull=False, ended_at__gte=since)
        return self.for_people().filter(Q(status=Broadcast.Status.LIVE) | ended)

    def of_teacher(self, user: User) -> Self:
        """Of lessons this person gives, as a substitute too."""
        regular = Q(lesson__teacher=None, lesson__section__teacher__user=user)
        return self.filter(Q(lesson__teacher__user=user) | regular)

    def of_offices(self, units: list[int]) -> Self:
        """Of lessons and lectures of these offices."""
        return self.filter(unit__in=units)

    def latest_first(self) -> Self:
        """The one opened last on top."""
        return self.order_by("-opened_at", "-pk")

    def with_all_to_show(self) -> Self:
        """Everything a page shows, in one query."""
        return self.select_related(
            "lesson__section__course",
            "lesson__section__campus",
            "lesson__section__teacher__user",
            "lesson__teacher__user",
            "lecture__series",
            "recording",
            "trial_of",
        )


class Broadcast(models.Model):
    """One lesson or lecture going out live. Always recorded: the replay needs nobody's tick.

    The key that the camera is given is shown once; here is only its hash. A trial is a
    broadcast of its own that belongs to the one it tries: no key, nobody sees it, and it is
    deleted when it ends. ``run`` counts the packagers that began, and fences them.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        LIVE = "live", pgettext_lazy("lesson", "live")
        ENDED = "ended", _("ended")

    lesson = models.ForeignKey(
        Lesson, on_delete=models.PROTECT, null=True, blank=True, related_name="broadcasts"
    )
    lecture = models.ForeignKey(
        Lecture, on_delete=models.PROTECT, null=True, blank=True, related_name="broadcasts"
    )
    trial_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="trials"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="broadcasts")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="broadcasts")
    opened_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED)
    key_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - none, not ""
    key_press = models.UUIDField(null=True, blank=True)
    dial_in = models.CharField(_("number to listen by telephone"), max_length=40, blank=True)
    recording = models.OneToOneField(
        Recording, on_delete=models.SET_NULL, null=True, blank=True, related_name="broadcast"
    )

    began_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)

    packager = models.CharField(max_length=80, blank=True)
    run = models.PositiveSmallIntegerField(default=0)
    lease_ends_at = models.DateTimeField(null=True, blank=True)

    objects = BroadcastQuerySet.as_manager()

    class Meta:
        verbose_name = _("broadcast")
        constraints = [
            models.CheckConstraint(
                condition=Q(lesson=None) ^ Q(lecture=None),
                name="a_broadcast_is_of_a_lesson_or_a_lecture",
            ),
            models.CheckConstraint(
                condition=Q(trial_of=None) ^ Q(key_hash=None), name="only_a_trial_has_no_key"
            ),
            models.UniqueConstraint(
                fields=["lesson"],
                condition=Q(trial_of=None) & ~Q(status="ended"),
                name="one_broadcast_of_a_lesson_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["lecture"],
                condition=Q(trial_of=None) & ~Q(status="ended"),
                name="one_broadcast_of_a_lecture_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["trial_of"], condition=~Q(status="ended"), name="one_trial_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="planned", began_at=None) | ~Q(status="planned"),
                name="what_is_planned_has_not_begun",
            ),
            models.CheckConstraint(
                condition=~Q(status="live") | Q(began_at__isnull=False),
                name="what_is_live_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(status="ended") ^ Q(ended_at=None), name="what_is_over_has_its_moment"
            ),
            models.CheckConstraint(
                condition=Q(lost_at=None) | Q(status="live"), name="a_line_is_lost_while_live"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(began_at=None) | Q(ended_at__gte=F("began_at")),
                name="a_broadcast_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"broadcast {self.pk}"

    def shown(self) -> Lesson | Lecture:
        """What goes out."""
        shown = self.lesson or self.lecture
        assert shown is not None  # noqa: S101 - by constraint
        return shown

    def is_trial(self) -> bool:
        """Whether only who sends it sees it."""
        return self.trial_of_id is not None


class TakeQuerySet(models.QuerySet["Take"]):
    """The words we have for takes."""

    def coming_in(self) -> Self:
        """Whose publisher is connected, by the last we know."""
        return self.filter(ended_at=None)

    def to_pack(self) -> Self:
        """Coming in, in a shape that we can show."""
        return self.coming_in().filter(is_playable=True)

    def unplayable(self) -> Self:
        """Coming in, in a shape that we cannot show: its teacher is to be told."""
        return self.coming_in().filter(is_playable=False)

    def without_master(self) -> Self:
        """Still coming in, or over without our having heard where its master copy lies."""
        return self.filter(Q(ended_at=None) | Q(recorded_as=""))

    def silent_since(self, before: datetime) -> Self:
        """Said to be coming in, but not heard of since."""
        return self.coming_in().filter(heard_at__lt=before)

    def in_order(self) -> Self:
        """As they came."""
        return self.order_by("number")

    def latest_first(self) -> Self:
        """The one that began last on top."""
        return self.order_by("-began_at", "-pk")

    def with_what_is_shown(self) -> Self:
        """With the broadcast and its lesson or lecture."""
        return self.select_related("broadcast__lesson", "broadcast__lecture")


class Take(models.Model):
    """A stretch of a broadcast from one connection of the camera to its end.

    ``publisher`` is the connection as the server that receives it names it. ``recorded_as`` is
    the master copy of the stretch, as that server wrote it. A take that is not playable is coded
    in a way that browsers do not play: its master copy is all that is made of it.
    """

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="takes")
    number = models.PositiveSmallIntegerField()
    publisher = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_as = models.CharField(max_length=200, blank=True)
    is_playable = models.BooleanField(default=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("take")
        constraints = [
            models.UniqueConstraint(
                fields=["broadcast", "number"], name="a_take_has_its_own_number"
            ),
            models.UniqueConstraint(
                fields=["broadcast"],
                condition=Q(ended_at=None),
                name="one_publisher_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="a_take_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"take {self.number} of {self.broadcast_id}"

    @property
    def name(self) -> str:
        """What the stream is called between our own machines; it is no secret and no key."""
        return f"{self.broadcast_id}-{self.number}"
