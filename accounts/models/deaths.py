"""Who has died: what the office was shown, by whom, and who put it right when it was wrong."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Learner, User


class DeathRecordQuerySet(models.QuerySet["DeathRecord"]):
    """The words we have for what was noted."""

    def standing(self, learner: Learner) -> "DeathRecord | None":
        """What counts of a learner now; None for who lives, and for records taken over."""
        return self.filter(learner=learner, put_right_at=None).select_related("noted_by").first()


class DeathRecord(models.Model):
    """Somebody showed the office that a learner has died. The paper is looked at, never kept.

    ``Learner.deceased_on`` is what the rest of the house reads. A record about the wrong person
    is put right by a second one and stays in the book.
    """

    class Paper(models.TextChoices):
        DEATH_CERTIFICATE = "certificate", _("death certificate")
        CREMATION = "cremation", _("cremation certificate")
        HOUSEHOLD = "household", _("household register, with the name struck out")
        COMMITTEE = "committee", _("letter of the residents' or village committee")

    class Kinship(models.TextChoices):
        HOUSEHOLD = "household", _("household register of both")
        MARRIAGE = "marriage", _("marriage certificate")
        NOTARY = "notary", _("notarised proof of kinship")
        COMMITTEE = "committee", _("letter of kinship from the committee or the police")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="deaths")
    died_on = models.DateField(_("day of death"))
    paper = models.CharField(max_length=12, choices=Paper.choices)
    kinship = models.CharField(max_length=12, choices=Kinship.choices)
    brought_by = models.CharField(max_length=80)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    put_right_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    put_right_at = models.DateTimeField(null=True)

    objects = DeathRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner"], condition=Q(put_right_at=None), name="nobody_dies_twice"
            ),
            models.CheckConstraint(
                condition=Q(put_right_by=None, put_right_at=None)
                | (
                    Q(put_right_by__isnull=False, put_right_at__isnull=False)
                    & ~Q(put_right_by=F("noted_by"))
                ),
                name="a_second_person_puts_a_death_right",
            ),
        ]

    def __str__(self) -> str:
        return f"death record {self.pk}"
