"""How far the product's clock stands from the machine's, where it may be moved at all."""

from django.db import models
from django.db.models import Q


class ClockOffset(models.Model):
    """One row at most: seconds to add to machine time. Production refuses to read it."""

    seconds = models.BigIntegerField(default=0)
    only_row = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only_row=True), name="one_clock")]

    def __str__(self) -> str:
        return f"{self.seconds:+d} s"
