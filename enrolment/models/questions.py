"""The numbers under which a phone answers offers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from enrolment.models.enrolments import Enrolment
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

    def about(self, asked: Iterable[WaitlistEntry | Enrolment]) -> Self:
        """About what these entries and places are asked now, not what they were before."""
        asked = list(asked)
        entries = [one.pk for one in asked if isinstance(one, WaitlistEntry)]
        places = [one.pk for one in asked if isinstance(one, Enrolment)]
        return self.filter(
            Q(entry__in=entries, due_at=F("entry__due_at"))
            | Q(enrolment__in=places, due_at=F("enrolment__due_at"))
        )


class PhoneQuestion(models.Model):
    """One offer or drawn place, asked of a phone under a number: 21 is a yes to question 2.

    Kept, not counted anew: after an answer to the first of two questions, 21 still means the
    second.
    """

    entry = models.ForeignKey(
        WaitlistEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="questions"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="questions"
    )
    due_at = models.DateTimeField()  # tells one offer to an entry from the next
    phone = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()

    objects = PhoneQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "due_at", "phone"], name="an_offer_has_one_number_a_phone"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "due_at", "phone"], name="a_place_has_one_number_a_phone"
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False, enrolment=None)
                | Q(entry=None, enrolment__isnull=False),
                name="a_question_is_about_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["phone", "asked_at"], name="questions_to_a_phone")]

    def __str__(self) -> str:
        return f"question {self.number} about {self.entry_id or self.enrolment_id}"
