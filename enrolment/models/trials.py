"""Rules of a term tried out on forms, and what they would have come to."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Term


class RuleTrialQuerySet(models.QuerySet["RuleTrial"]):
    """The words we have for trials."""

    def for_term(self, term: Term) -> Self:
        """Asked for while a term's rules are written, the latest first."""
        return self.filter(term=term).order_by("-asked_at", "-pk")


class RuleTrial(models.Model):
    """A question of the registrar: these rules instead, what would they have come to?

    ``forms_of``: the term whose forms are played through; without one, ``invented`` says what
    people to make up, as ``simulation.Crowd`` takes it. ``answer`` is that of
    ``simulation.try_out``: groups of people, nobody in particular. Nothing follows from it.
    """

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="trials")
    forms_of = models.ForeignKey(
        Term, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    invented = models.JSONField(null=True, blank=True)
    present = models.JSONField()
    tried = models.JSONField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RuleTrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial of rules")
        verbose_name_plural = _("trials of rules")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__isnull=True, answered_at__isnull=True)
                | models.Q(answer__isnull=False, answered_at__isnull=False),
                name="an_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(forms_of__isnull=True) ^ models.Q(invented__isnull=True),
                name="rules_are_tried_on_forms_or_on_invented_ones",
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.pk}"
