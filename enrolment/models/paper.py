"""Forms that came on paper: which were keyed in, by whom, and when the office had them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Learner, Unit, User
from courses.models import Term
from enrolment.models.applications import Application


class PaperFormQuerySet(models.QuerySet["PaperForm"]):
    """The words we have for forms on paper."""

    def keyed_by(self, clerk: User, *, since: datetime) -> Self:
        """What somebody has keyed in since a moment, the last one first."""
        return self.filter(keyed_by=clerk, keyed_at__gte=since).order_by("-keyed_at", "key")

    def of(self, application: Application) -> Self:
        """Those that stand behind one form, the last one keyed in first."""
        return self.filter(application=application).order_by("-keyed_at", "key")


class PaperForm(models.Model):
    """One sheet of paper that was keyed in.

    ``key`` is made where it was typed: a sheet that is sent again, because the line broke before
    the answer came, is found by it and keyed in once. ``unit`` is the office that took it.
    """

    key = models.UUIDField(primary_key=True)
    # What stood in the row; the same key with something else is another sheet.
    content_hash = models.CharField(max_length=64)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="paper_forms")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="paper_forms")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="paper_forms"
    )
    received_at = models.DateTimeField(_("received"))
    keyed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    keyed_at = models.DateTimeField()

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("form on paper")
        verbose_name_plural = _("forms on paper")
        constraints = [
            models.CheckConstraint(
                condition=Q(keyed_at__gte=F("received_at")),
                name="a_paper_is_keyed_in_after_it_came",
            )
        ]

    def __str__(self) -> str:
        return f"paper {self.key}"
