"""Places in the cloud classroom: there is no last one. And the printed packs that go with them."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, User
from campus.models import Campus
from courses.models import Course, Term
from enrolment.models.enrolments import Enrolment


class CloudSeatQuerySet(models.QuerySet["CloudSeat"]):
    """The words we have for places in the cloud classroom."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def of_term(self, term: Term) -> Self:
        """In the courses of one term."""
        return self.filter(term=term)

    def not_left(self) -> Self:
        """Given, and not given back."""
        return self.filter(left_at=None)

    def standing(self) -> Self:
        """What a learner has now: the term goes on, and no seat in a room has taken its place.

        The row of somebody who sits in a room meanwhile stays, and says how they began.
        """
        going_on = self.not_left().filter(term__in=Term.objects.on_show())
        return going_on.exclude(Exists(_seats_in_rooms()))

    def turned_into_a_seat(self) -> Self:
        """Whose learner sits in a room of the course now."""
        return self.filter(Exists(_seats_in_rooms()))

    def in_order(self) -> Self:
        """By the names of the courses."""
        return self.order_by("course__name_pinyin", "pk")


def _seats_in_rooms() -> models.QuerySet[Enrolment]:
    return Enrolment.objects.attending().filter(
        learner=OuterRef("learner"),
        section__course=OuterRef("course"),
        section__term=OuterRef("term"),
    )


class CloudSeat(models.Model):
    """A learner may follow a course online for a term, whatever became of the room.

    It costs nothing, counts against no limit and takes nobody's place.
    """

    class Source(models.TextChoices):
        WAITLIST = "waitlist", _("while waiting")
        DRAW = "draw", _("after the draw")
        CALLED_OFF = "called_off", _("class called off")
        REQUEST = "request", _("asked for it")
        STAFF = "staff", _("by staff")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="cloud_seats")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="cloud_seats")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="cloud_seats")
    source = models.CharField(max_length=12, choices=Source.choices)
    created_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = CloudSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("cloud seat")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "course", "term"],
                name="one_cloud_seat_per_learner_course_and_term",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("created_at")),
                name="a_cloud_seat_is_left_after_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"cloud seat {self.pk}"


class DeliveryRequestQuerySet(models.QuerySet["DeliveryRequest"]):
    """The words we have for printed packs that somebody asked for."""

    def under_way(self) -> Self:
        """Asked for, and not yet with the learner."""
        return self.filter(state__in=["asked", "printed"])

    def to_print(self) -> Self:
        """Asked for, nothing printed yet."""
        return self.filter(state="asked")

    def printed(self) -> Self:
        """On the table, to be sent or fetched."""
        return self.filter(state="printed")

    def done(self) -> Self:
        """With the learner, the latest first."""
        return self.filter(state="sent").order_by("-sent_at", "pk")

    def oldest_first(self) -> Self:
        """In the order in which they were asked for."""
        return self.order_by("asked_at", "pk")

    def with_all_to_show(self) -> Self:
        """What a line of the list shows, in one query."""
        return self.select_related(
            "learner", "cloud_seat__course", "cloud_seat__term", "campus__unit"
        )


class DeliveryRequest(models.Model):
    """A printed pack of a course's materials for somebody who follows it from home."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        PRINTED = "printed", _("printed")
        SENT = "sent", _("handed over")
        WITHDRAWN = "withdrawn", _("not wanted any more")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="packs")
    cloud_seat = models.ForeignKey(CloudSeat, on_delete=models.PROTECT, related_name="packs")
    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    large_print = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("printed pack")
        constraints = [
            models.UniqueConstraint(
                fields=["cloud_seat"],
                condition=Q(state__in=["asked", "printed"]),
                name="one_pack_of_a_course_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(campus=None) & ~Q(address=""))
                | (Q(campus__isnull=False, address="")),
                name="a_pack_is_fetched_or_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state="printed") | Q(printed_at__isnull=False),
                name="a_printed_pack_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="a_pack_handed_over_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"printed pack {self.pk}"

    @property
    def is_printed(self) -> bool:
        """Whether it lies on the table."""
        return self.state == self.State.PRINTED
