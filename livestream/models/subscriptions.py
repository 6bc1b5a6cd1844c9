"""Who is written to before each lecture of a series."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from livestream.models.series import Series


class SubscriptionQuerySet(models.QuerySet["SeriesSubscription"]):
    """The words we have for subscriptions."""

    def in_force(self) -> Self:
        """Begun and not ended, the oldest first."""
        return self.filter(ended_at=None).order_by("began_at", "pk")

    def to(self, phone: str) -> Self:
        """Whose letters go to this phone, by its number or as the phone of a learner."""
        return self.filter(Q(phone=phone) | Q(learner__phone=phone))


class SeriesSubscription(models.Model):
    """Somebody who wants one SMS before each lecture: a learner, or a phone whose code was right.

    A learner's letters go to the phone that the learner has on the day.
    """

    class EndedBy(models.TextChoices):
        REPLY = "reply", _("by an answer to the SMS")
        PAGE = "page", _("on the page")

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="subscriptions")
    learner = models.ForeignKey(
        Learner,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="series_subscriptions",
    )
    phone = models.CharField(max_length=20, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=5, choices=EndedBy.choices, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        constraints = [
            models.CheckConstraint(
                condition=Q(learner=None) ^ Q(phone=""),
                name="a_subscription_is_a_learners_or_a_phones",
            ),
            models.UniqueConstraint(
                fields=["series", "learner"],
                condition=Q(ended_at=None),
                name="a_learner_subscribes_once_to_a_series",
            ),
            models.UniqueConstraint(
                fields=["series", "phone"],
                condition=Q(ended_at=None) & ~Q(phone=""),
                name="a_phone_subscribes_once_to_a_series",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="a_subscription_was_ended_by_something",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    def goes_to(self) -> str:
        """Return the number that is written to; empty where a learner has none."""
        return self.learner.phone if self.learner is not None else self.phone
