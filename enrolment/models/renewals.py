"""Who goes on: from a class of this term into one of the next, before forms are filled in."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import ClassSection, Term
from enrolment.models.enrolments import ACTIVE, Enrolment
from enrolment.models.vocabulary import Channel


class RenewalQuerySet(models.QuerySet["Renewal"]):
    """The words we have for renewals."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def into(self, term: Term) -> Self:
        """Those into classes of one term."""
        return self.filter(term=term)

    def asked(self) -> Self:
        """Those that wait for the end of the window."""
        return self.filter(state=Renewal.State.ASKED)

    def standing(self) -> Self:
        """Asked for, or with a place that is still the learner's."""
        kept = Q(state=Renewal.State.KEPT, enrolment__status__in=ACTIVE)
        return self.filter(kept | Q(state=Renewal.State.ASKED))

    def in_a_lot(self) -> Self:
        """Those for classes with more renewals than places, or that might have been."""
        return self.exclude(number="")

    def not_taken_back(self) -> Self:
        """Those that nobody thought better of."""
        return self.exclude(state=Renewal.State.TAKEN_BACK)


class Renewal(models.Model):
    """A learner goes on from one class into another. ``goes_on_from`` is the class of this term.

    Where the next level is guaranteed the place is held at once (``kept``). Into a class that one
    may take again and again only so many renew: those who ask (``asked``) have a ``number``, and
    a lot at the end of the window says whose place is held (``place``: in which order).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        KEPT = "kept", _("place held")
        NOT_DRAWN = "not_drawn", _("not drawn")
        REFUSED = "refused", _("could not be given by the rules")
        TAKEN_BACK = "taken_back", _("taken back")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="renewals")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="renewals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    goes_on_from = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="renewals")
    section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="renewals")
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="renewed_by"
    )
    state = models.CharField(max_length=10, choices=State.choices)
    number = models.CharField(max_length=12, blank=True, default="", db_default="")
    place = models.PositiveIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()

    objects = RenewalQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal")
        constraints = [
            models.UniqueConstraint(
                fields=["goes_on_from", "term"],
                condition=Q(state="asked"),
                name="a_class_is_asked_to_go_on_once",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="a_number_of_a_lot_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(state="kept", enrolment__isnull=False)
                | (~Q(state="kept") & Q(enrolment=None)),
                name="a_renewal_is_kept_by_an_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["asked", "not_drawn"]) | ~Q(number=""),
                name="who_waits_for_a_lot_has_a_number",
            ),
        ]
        indexes = [models.Index(fields=["section", "state"], name="renewals_of_a_class")]

    def __str__(self) -> str:
        return f"renewal {self.pk}"

    @property
    def spoken_number(self) -> str:
        """The number in groups of four, as people read it out."""
        return f"{self.number[:4]} {self.number[4:8]} {self.number[8:]}"


class RenewalLotQuerySet(models.QuerySet["RenewalLot"]):
    """The words we have for lots."""

    def due(self, at: datetime) -> Self:
        """Not drawn yet, though nobody can ask any more."""
        return self.filter(
            drawn_at=None,
            term__phase__in=[Term.Phase.RENEWAL_OPEN, Term.Phase.WISHES_OPEN],
            term__phases__phase=Term.Phase.RENEWAL_OPEN,
            term__phases__closes_at__lte=at,
        )


class RenewalLot(models.Model):
    """The lot of a term's renewals: its digest is public before anybody asks, its seed after."""

    term = models.OneToOneField(Term, on_delete=models.PROTECT, related_name="renewal_lot")
    digest = models.CharField(max_length=64)
    seed = models.CharField(max_length=64, blank=True, default="", db_default="")
    made_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)

    objects = RenewalLotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at=None, seed="") | (Q(drawn_at__isnull=False) & ~Q(seed="")),
                name="the_seed_of_renewals_is_shown_with_the_order",
            )
        ]

    def __str__(self) -> str:
        return f"lot of renewals of {self.term_id}"


class RenewalSecret(models.Model):
    """The seed of a lot until it is drawn. Only work of the system reads it."""

    lot = models.OneToOneField(
        RenewalLot, on_delete=models.CASCADE, primary_key=True, related_name="secret"
    )
    seed = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"secret of lot {self.pk}"
