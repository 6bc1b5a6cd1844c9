"""The published figures of a term: counted once, and the same wherever they are read."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Term


class TermFiguresQuerySet(models.QuerySet["TermFigures"]):
    """The words we have for figures."""

    def of_term(self, term: Term) -> Self:
        """A term's, in the order in which they were counted."""
        return self.filter(term=term).order_by("as_of")


class TermFigures(models.Model):
    """What a term came to at one point of its course, as published. Never changed.

    ``content`` holds groups, not people (``enrolment/domain/statistics.py``).
    """

    class Stage(models.TextChoices):
        DRAWN = "drawn", _("after the draw")
        BEGUN = "begun", _("at the first lesson")
        ENDED = "ended", _("at the end of the term")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="figures")
    stage = models.CharField(max_length=8, choices=Stage.choices)
    as_of = models.DateTimeField()
    content = models.JSONField()

    objects = TermFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = _("figures of a term")
        constraints = [
            models.UniqueConstraint(fields=["term", "stage"], name="a_stage_is_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.term_id}"
