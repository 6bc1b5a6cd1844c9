"""Who stepped out after the list was closed: struck through on it, never taken off."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Term
from enrolment.models.applications import Application
from enrolment.models.vocabulary import Channel


class StruckOutQuerySet(models.QuerySet["StruckOut"]):
    """The words we have for those who stepped out."""

    def of_term(self, term: Term) -> Self:
        """One term's, in the order in which they stepped out."""
        return self.filter(application__term=term).order_by("at", "pk")

    def on_the_form_of(self, application: Application) -> Self:
        """Of everybody a form is for: its learner, and whoever goes with them."""
        return self.filter(
            Q(application=application.pk)
            | Q(application=application.goes_with_id)
            | Q(application__goes_with=application.pk)
        )


class StruckOut(models.Model):
    """Somebody is not given the seats that the draw of a closed list brings them.

    List, numbers and results stay as they are, so that anybody works out the same draw; only
    the seats are not assigned. Each of two who stand on one line has a row of their own, so one
    may step out and the other stay. A row is written once, between the first list and the
    publication of the draw; it is public by the number of the line, without ``reason``.
    """

    class Reason(models.TextChoices):
        OWN_WISH = "own_wish", _("does not want to any more")
        ILL = "ill", _("is ill, or cares for somebody who is")
        MOVED = "moved", _("has moved away")
        DIED = "died", _("has died")
        OTHER = "other", _("another reason")

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="struck_out"
    )
    reason = models.CharField(_("why"), max_length=8, choices=Reason.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = StruckOutQuerySet.as_manager()

    class Meta:
        verbose_name = _("stepping out of a draw")
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(channel="system", reason="died"),
                name="only_who_died_is_struck_out_by_rule",
            )
        ]

    def __str__(self) -> str:
        return f"application {self.application_id} struck out"
