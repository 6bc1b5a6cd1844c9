"""What came out of a draw: numbers, an answer to every choice, and who came in last."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import ClassSection
from enrolment.models.draw import Draw, Roster, RosterLine


class DrawnNumberQuerySet(models.QuerySet["DrawnNumber"]):
    """The words we have for drawn numbers."""

    def of_draw(self, draw: Draw) -> Self:
        """Everybody's in one draw."""
        return self.filter(draw=draw)


class DrawnNumber(models.Model):
    """The number a line of the roster was given by the draw; 1 is the first."""

    line = models.OneToOneField(
        RosterLine, on_delete=models.PROTECT, primary_key=True, related_name="drawn"
    )
    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, related_name="numbers", db_index=False
    )
    number = models.PositiveIntegerField()

    objects = DrawnNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="a_number_is_drawn_once")
        ]

    def __str__(self) -> str:
        return str(self.number)


class WishResultQuerySet(models.QuerySet["WishResult"]):
    """The words we have for results."""

    def of_roster(self, roster: Roster) -> Self:
        """What became of every choice on a list."""
        return self.filter(line__roster=roster)

    def admitted(self) -> Self:
        """Seats that were given."""
        return self.filter(code=WishResult.Code.ADMITTED)

    def in_order(self) -> Self:
        """The first choice first."""
        return self.order_by("line", "rank")


class WishResult(models.Model):
    """What became of one choice in the draw, with the figures its sentence needs.

    ``bars``: [round, bucket, [tier, own number], last] per kind of seat that was open to the
    person; ``last`` is [tier, number], null (not full) or "closed". ``place``: on the waiting
    list the draw made.
    """

    class Code(models.TextChoices):
        ADMITTED = "ADMITTED", _("given")
        BETTER_SEAT = "BETTER_SEAT", _("has something better")
        CLASH = "CLASH", _("clashes with another class")
        FULL = "FULL", _("full")
        HARD_RESERVED = "HARD_RESERVED", _("kept for others")
        NO_SEATS = "NO_SEATS", _("no seats")
        HOT_LIMIT = "HOT_LIMIT", _("one of the most wanted")
        HELD = "HELD", _("has a class already")
        INELIGIBLE = "INELIGIBLE", _("not possible")

    line = models.ForeignKey(
        RosterLine, on_delete=models.PROTECT, related_name="results", db_index=False
    )
    section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="results")
    rank = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=14, choices=Code.choices)
    # Why the choice could not go in: a word of ``refusals.Refusal``.
    rule = models.CharField(max_length=32, blank=True, default="", db_default="")
    round = models.PositiveSmallIntegerField(null=True, blank=True)
    bucket = models.CharField(max_length=10, blank=True, default="", db_default="")
    bars = models.JSONField(default=list)
    blocked_by = models.JSONField(default=list)
    place = models.PositiveIntegerField(null=True, blank=True)

    objects = WishResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a choice")
        constraints = [
            models.UniqueConstraint(fields=["line", "section"], name="a_choice_has_one_result"),
            models.CheckConstraint(
                condition=~Q(code="ADMITTED") | (Q(round__isnull=False) & ~Q(bucket="")),
                name="a_given_seat_has_its_round_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.section_id}"


class CutOffQuerySet(models.QuerySet["CutOff"]):
    """The words we have for last numbers."""

    def of_draw(self, draw: Draw) -> Self:
        """All of one draw."""
        return self.filter(draw=draw)

    def of_reserves(self) -> Self:
        """Those of seats kept for somebody: their kind is one letter."""
        return self.filter(bucket__regex="^[A-Z]$")

    def in_order(self) -> Self:
        """Class by class, the first round first."""
        return self.order_by("section", "round", "bucket")


class CutOff(models.Model):
    """Who came in last: for each class, round and kind of seat.

    ``end``: a number, or that the kind was not full, or that the round had no such seat.
    """

    class End(models.TextChoices):
        NUMBER = "number", _("last number admitted")
        NOT_FULL = "not_full", _("not full")
        CLOSED = "closed", _("no such seat in this round")

    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, related_name="cutoffs", db_index=False
    )
    section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="cutoffs")
    round = models.PositiveSmallIntegerField()
    bucket = models.CharField(max_length=10)
    end = models.CharField(max_length=8, choices=End.choices)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)

    objects = CutOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("last number admitted")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "section", "round", "bucket"],
                name="one_cut_off_a_class_round_and_bucket",
            ),
            models.CheckConstraint(
                condition=Q(end="number", number__isnull=False, tier__isnull=False)
                | (~Q(end="number") & Q(number=None, tier=None)),
                name="a_cut_off_is_a_number_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id} {self.round} {self.bucket}"
