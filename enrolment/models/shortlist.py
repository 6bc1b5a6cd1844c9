"""Classes a person thinks of taking, put aside before the press."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner
from courses.models import ClassSection, Term
from enrolment.models.enrolments import Enrolment
from enrolment.models.waitlist import WaitlistEntry


class ShortlistQuerySet(models.QuerySet["ShortlistedClass"]):
    """The words we have for classes put aside."""

    def of(self, learner: Learner) -> Self:
        """One learner's own."""
        return self.filter(learner=learner)

    def still_wanted(self) -> Self:
        """Neither had nor waited for by now, in a term that still takes people; as put aside."""
        own = {"learner": OuterRef("learner"), "section": OuterRef("section")}
        over = [Term.Phase.DRAFT, Term.Phase.CLOSED, Term.Phase.ARCHIVED]
        return (
            self.exclude(Exists(Enrolment.objects.holding_a_seat().filter(**own)))
            .exclude(Exists(WaitlistEntry.objects.in_line().filter(**own)))
            .filter(section__is_listed=True)
            .exclude(section__term__phase__in=over)
            .order_by("added_at", "pk")
        )


class ShortlistedClass(models.Model):
    """A class on a learner's list: a note of their own, no promise and no seat.

    It may be put there long before its enrolment opens. The order is the order of adding, and
    that in which one press asks for them.
    """

    learner = models.ForeignKey(
        Learner, on_delete=models.CASCADE, related_name="shortlist", db_index=False
    )
    section = models.ForeignKey(
        ClassSection, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()

    objects = ShortlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("class on a list")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "section"], name="a_class_is_on_a_list_once"
            )
        ]

    def __str__(self) -> str:
        return f"class {self.section_id} on the list of {self.learner_id}"
