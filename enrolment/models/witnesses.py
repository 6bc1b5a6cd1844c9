"""Who saw a draw, and what they signed."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Term


class WitnessQuerySet(models.QuerySet["Witness"]):
    """The words we have for witnesses."""

    def of_term(self, term: Term) -> Self:
        """Those of one draw, in the order in which they were noted."""
        return self.filter(term=term).order_by("pk")

    def called(self, name: str) -> "Witness | None":
        """The one of this name; None where nobody has noted them."""
        return self.filter(name=name).first()

    def who_signed(self, digest: str) -> Self:
        """Those who signed this digest, of a list or of a result."""
        return self.filter(signatures__sha256=digest)

    def with_signatures(self) -> Self:
        """With everything each of them signed, in one more query."""
        return self.prefetch_related("signatures")

    def locked(self) -> Self:
        """One at a time may note that they sign."""
        return self.select_for_update(no_key=True)


class Witness(models.Model):
    """Somebody who saw the draw and signs for it: a learners' representative, a notary.

    Once they have signed, who they are stays as it was noted.
    """

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="witnesses")
    name = models.CharField(_("name"), max_length=80)
    office = models.CharField(_("on whose behalf"), max_length=120)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = WitnessQuerySet.as_manager()

    class Meta:
        verbose_name = _("witness")
        verbose_name_plural = _("witnesses")

    def __str__(self) -> str:
        return f"witness {self.pk}"

    def has_signed(self, digest: str) -> bool:
        """Whether they signed this digest; asks nothing of who came ``with_signatures``."""
        return any(one.sha256 == digest for one in self.signatures.all())


class Signature(models.Model):
    """A witness saw a digest and signed it: that of the final list, later that of the result.

    A row each, written once and never changed: who signs the result has still signed the list.
    """

    witness = models.ForeignKey(
        Witness, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["witness", "sha256"], name="a_witness_signs_a_digest_once"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="what_is_signed_is_a_digest"
            ),
        ]
        ordering = ("signed_at", "pk")

    def __str__(self) -> str:
        return f"signature {self.pk}"
