"""The days on which left-over seats open, and who stands before the door."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User
from courses.models import ClassSection, Department, Term
from enrolment.models.vocabulary import Channel, Lane

# Who comes in these minutes before an opening is shuffled; who comes later stands behind.
SHUFFLED_MINUTES = timedelta(minutes=15)
# Phases after which nobody needs to stand in line; before them, the hour alone opens no door.
AFTERWARDS = frozenset({Term.Phase.TEACHING, Term.Phase.CLOSED, Term.Phase.ARCHIVED})
# So long pages that still wait are told that they need not.
HEARD_OF = timedelta(minutes=10)


class OpeningQuerySet(models.QuerySet["Opening"]):
    """The words we have for openings."""

    def of_term(self, term: Term) -> Self:
        """One term's, in the order of their days."""
        return self.filter(term=term).in_order()

    def in_order(self) -> Self:
        """The earliest first."""
        return self.order_by("opens_at", "department__position", "pk")

    def for_class(self, section: ClassSection) -> Self:
        """The opening of a class's department in its term: none or one."""
        department = section.course.subject.department_id
        return self.filter(term=section.term_id, department=department)

    def not_over(self) -> Self:
        """Openings for which the waiting room has not been closed."""
        return self.filter(ended_at=None)

    def begun(self, at: datetime) -> Self:
        """Openings whose hour has come."""
        return self.filter(opens_at__lte=at)

    def live(self, at: datetime) -> Self:
        """Openings that admit people in turn at this moment."""
        return self.begun(at).not_over()

    def with_a_room(self, at: datetime) -> Self:
        """Openings of whose room people want to hear: the doors are open, or have just closed."""
        over = Q(ended_at__isnull=False) & Q(ended_at__lt=at - HEARD_OF)
        return self.filter(opens_at__lte=at + SHUFFLED_MINUTES).exclude(over).order_by("pk")

    def locked(self) -> Self:
        """One at a time may change them; people go on coming and going."""
        return self.select_for_update(no_key=True)

    def drawn(self) -> Self:
        """Openings whose order has been made; their seed is public."""
        return self.filter(shuffled_at__isnull=False)

    def with_words(self) -> Self:
        """With what their pages say: department and term."""
        return self.select_related("department", "term")


class Opening(models.Model):
    """The open enrolment of one department's classes in a term, and the state of its room.

    The digest of the seed stands here from the day of planning; the seed itself stays in
    ``OpeningSecret`` until the order is made with it, so nobody can choose it afterwards
    and nobody can know the order before. A constraint compares the two.
    """

    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="openings", verbose_name=_("term")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="openings",
        verbose_name=_("department"),
        db_index=False,
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    seed_digest = models.CharField(max_length=64)
    seed = models.CharField(max_length=64, blank=True, default="", db_default="")
    shuffled_at = models.DateTimeField(null=True, blank=True)
    # How many people were shuffled, and how many of them in the office's lane; whoever came
    # after them has a higher position.
    people_in = models.PositiveIntegerField(default=0, db_default=0)
    office_in = models.PositiveIntegerField(default=0, db_default=0)
    # Up to which position of each lane people may come in; it never goes down.
    serving = models.PositiveIntegerField(default=0, db_default=0)
    serving_office = models.PositiveIntegerField(default=0, db_default=0)
    # People let in per second now, and how long claims took (99 of 100) when that was decided.
    rate = models.FloatField(default=0, db_default=0)
    p99_ms = models.PositiveIntegerField(null=True, blank=True)
    paced_at = models.DateTimeField(null=True, blank=True)
    # What the registrar's office decided by hand.
    held_back = models.BooleanField(default=False, db_default=False)
    most_per_second = models.PositiveIntegerField(null=True, blank=True)
    # From then on nobody needs to stand in a line.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Stage(models.TextChoices):
        PLANNED = "planned", _("still to come")
        GATHERING = "gathering", _("the waiting room is open")
        DUE = "due", _("begins soon")
        SERVING = "serving", _("people come in by turn")
        OVER = "over", _("open to all, no turn needed")

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "department"], name="a_department_opens_once_a_term"
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="an_opening_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(shuffled_at=None, seed="")
                | (Q(shuffled_at__isnull=False) & ~Q(seed="")),
                name="the_seed_is_shown_with_the_order",
            ),
            models.CheckConstraint(
                condition=Q(office_in__lte=F("people_in")), name="of_all_who_were_shuffled"
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"

    @property
    def doors_at(self) -> datetime:
        """From when on people may come and wait."""
        return self.opens_at - SHUFFLED_MINUTES

    @property
    def lets_people_in(self) -> bool:
        """Whether its term is in the phase in which everybody may ask for a seat."""
        return self.term.phase == Term.Phase.OPEN_ENROLMENT

    @property
    def waits_for_term(self) -> bool:
        """Whether the hour will open nothing yet: phases are begun by hand, not by the clock."""
        return not self.lets_people_in and self.term.phase not in AFTERWARDS

    def stage(self, at: datetime) -> Stage:
        """How far it has come at a moment.

        Between the hour and the order people still come; usually that is two seconds.
        """
        if self.ended_at is not None or (self.closes_at is not None and self.closes_at <= at):
            return self.Stage.OVER
        if at < self.doors_at:
            return self.Stage.PLANNED
        if self.shuffled_at is not None:
            return self.Stage.SERVING
        return self.Stage.GATHERING if at < self.opens_at else self.Stage.DUE

    def takes_people(self, at: datetime) -> bool:
        """Whether one can get a place before this door at a moment."""
        return self.stage(at) in {self.Stage.GATHERING, self.Stage.DUE, self.Stage.SERVING}

    def serving_of(self, lane: str) -> int:
        """Return up to which position a lane may come in."""
        return self.serving_office if lane == Lane.OFFICE else self.serving


class OpeningSecret(models.Model):
    """The seed of an opening until its order is made. Only work of the system reads it."""

    opening = models.OneToOneField(
        Opening, on_delete=models.CASCADE, primary_key=True, related_name="secret"
    )
    seed = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"secret of opening {self.pk}"


class QueuePlaceQuerySet(models.QuerySet["QueuePlace"]):
    """The words we have for places before a door."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def before(self, opening: Opening) -> Self:
        """All who came to one door."""
        return self.filter(opening=opening)

    def in_lane(self, lane: str) -> Self:
        """People who came by themselves, or those the office brought."""
        return self.filter(lane=lane)

    def drawn(self, opening: Opening) -> Self:
        """Who was shuffled before a door. A press that arrived after the draw stands behind."""
        people = Q(lane=Lane.PEOPLE, position__lte=opening.people_in - opening.office_in)
        office = Q(lane=Lane.OFFICE, position__lte=opening.office_in)
        return self.before(opening).filter(people | office)

    def without_position(self) -> Self:
        """Who has not been told yet where they stand."""
        return self.filter(position=None)

    def with_position(self) -> Self:
        """Who has been told where they stand."""
        return self.filter(position__isnull=False)

    def last_joined_at(self) -> datetime | None:
        """When the last of them came; None: nobody did."""
        return self.order_by("-pk").values_list("joined_at", flat=True).first()

    def not_entered(self) -> Self:
        """Who has not come in yet."""
        return self.filter(entered_at=None)

    def in_order(self) -> Self:
        """As they are let in, each lane by itself."""
        return self.order_by("lane", "position")


class QueuePlace(models.Model):
    """One learner's place before one door, kept for whoever loses the line.

    ``number`` is public and says nothing about the person: the published order lists
    numbers. A position once given never changes (a trigger sees to it).
    """

    opening = models.ForeignKey(
        Opening, on_delete=models.PROTECT, related_name="places", db_index=False
    )
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="queue_places")
    lane = models.CharField(max_length=6, choices=Lane.choices, default=Lane.PEOPLE)
    number = models.CharField(max_length=8)
    position = models.PositiveIntegerField(null=True, blank=True)
    joined_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = QueuePlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in the waiting room")
        constraints = [
            models.UniqueConstraint(
                fields=["opening", "learner"], name="a_learner_stands_once_before_a_door"
            ),
            models.UniqueConstraint(
                fields=["opening", "number"], name="a_number_is_given_once_a_door"
            ),
            models.UniqueConstraint(
                fields=["opening", "lane", "position"], name="nobody_stands_where_another_stands"
            ),
            models.CheckConstraint(
                condition=Q(position=None) | Q(position__gte=1), name="positions_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(entered_at=None) | Q(position__isnull=False),
                name="nobody_comes_in_without_a_position",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opening", "lane"],
                condition=Q(position=None),
                name="places_without_position",
            )
        ]

    def __str__(self) -> str:
        return f"place {self.number}"

    @property
    def is_called(self) -> bool:
        """Whether its turn has come. Reads the opening that was loaded with it."""
        return self.position is not None and self.position <= self.opening.serving_of(self.lane)

    @property
    def ahead(self) -> int | None:
        """How many stand before it and have not been called; None while there is no order."""
        if self.position is None:
            return None
        return max(0, self.position - 1 - self.opening.serving_of(self.lane))
