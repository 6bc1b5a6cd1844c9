"""Television sets: each has a right of its own, to watch and nothing else."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class TelevisionQuerySet(models.QuerySet["Television"]):
    """The words we have for television sets."""

    def waiting(self, at: datetime) -> Self:
        """Showing a code that still counts."""
        return self.filter(user=None, code__isnull=False, code_until__gt=at)

    def paired(self, at: datetime) -> Self:
        """Watching for somebody, the newest first."""
        return self.filter(user__isnull=False, ended_at=None, until__gt=at).order_by("-paired_at")

    def forgotten(self, before: datetime) -> Self:
        """Whose code or pairing ran out before this moment, and those ended before it."""
        return self.filter(
            Q(user=None, code_until__lte=before) | Q(until__lte=before) | Q(ended_at__lte=before)
        )


class Television(models.Model):
    """A set that shows a code, and later one that watches for whoever typed it in.

    ``token_hash``: the set keeps the token in a cookie of its own. It is no sign-in: what a
    set may do is to watch what its person may watch. ``audience`` names the right it holds now.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=6, null=True, blank=True, unique=True)
    code_until = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="televisions"
    )
    name = models.CharField(_("name of the television"), max_length=40, blank=True)
    paired_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    audience = models.CharField(max_length=16, blank=True)

    objects = TelevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("television")
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, paired_at=None, until=None)
                | Q(user__isnull=False, paired_at__isnull=False, until__gt=F("paired_at")),
                name="a_paired_television_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(code=None) | Q(code_until__isnull=False, user=None),
                name="a_code_runs_out_and_is_used_once",
            ),
        ]

    def __str__(self) -> str:
        return f"television {self.pk}"
