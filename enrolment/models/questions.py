"""The numbers under which a phone answers offers."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F

from enrolment.models.waitlist import WaitlistEntry

# A number is not given to another question of the same phone for so long: an answer may be late.
NUMBERS_REST = timedelta(days=14)


class PhoneQuestionQuerySet(models.QuerySet["PhoneQuestion"]):
    """The words we have for questions to a phone."""

    def to(self, phone: str) -> Self:
        """Asked of one phone, whoever shares it, the latest first."""
        return self.filter(phone=phone).order_by("-asked_at", "-number")

    def recent(self, at: datetime) -> Self:
        """Asked so lately that their numbers still mean them."""
        return self.filter(asked_at__gt=at - NUMBERS_REST)

    def asked_by(self, at: datetime) -> Self:
        """Asked already at that moment: what is said before a question is no answer to it."""
        return self.filter(asked_at__lte=at)

    def about(self, entries: list[WaitlistEntry]) -> Self:
        """About the offers that these entries have now, not those they had before."""
        return self.filter(entry__in=entries, due_at=F("entry__due_at"))


class PhoneQuestion(models.Model):
    """One offer, asked of one phone under a number: 21 is a yes to question 2, 22 a no.

    Kept, not counted anew: after an answer to the first of two questions, 21 still means the
    second.
    """

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="questions")
    due_at = models.DateTimeField()  # tells one offer to an entry from the next
    phone = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()

    objects = PhoneQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "due_at", "phone"], name="an_offer_has_one_number_a_phone"
            )
        ]
        indexes = [models.Index(fields=["phone", "asked_at"], name="questions_to_a_phone")]

    def __str__(self) -> str:
        return f"question {self.number} about {self.entry_id}"
