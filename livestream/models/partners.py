"""Those who show our films on channels of their own."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FeedPartnerQuerySet(models.QuerySet["FeedPartner"]):
    """The words we have for partners."""

    def trusted(self) -> Self:
        """Whose token still opens the lists, by name."""
        return self.filter(ended_at=None).order_by("name", "pk")


class FeedPartner(models.Model):
    """A television channel that takes our lists. Its token is shown once and never stored."""

    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FeedPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(ended_at=None), name="one_token_per_partner"
            )
        ]

    def __str__(self) -> str:
        return self.name
