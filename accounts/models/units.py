"""The tree of offices, and who works in them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.naming import Named


class UnitQuerySet(models.QuerySet["Unit"]):
    """The words we have for offices."""

    def in_order(self) -> Self:
        """As the city lists them: the main university first."""
        return self.order_by("position", "pk")

    def below(self, roots: list[int]) -> list[int]:
        """Return the ids of ``roots`` and all offices under them (a few dozen rows)."""
        parents = dict(self.values_list("pk", "parent_id"))
        found = set(roots) & parents.keys()
        while True:
            more = {pk for pk, parent in parents.items() if parent in found} - found
            if not more:
                return sorted(found)
            found |= more


class Unit(Named):
    """An office that runs classes: the city's university, a county's university."""

    class Kind(models.TextChoices):
        CITY = "city", _("city university")
        COUNTY = "county", _("county university")

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("office above it"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    region_code = models.CharField(_("code of the region"), max_length=12, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="city"), name="one_city_at_the_root"
            ),
            models.CheckConstraint(
                condition=Q(kind="city", parent=None) | Q(kind="county", parent__isnull=False),
                name="only_the_city_has_no_parent",
            ),
        ]


class StaffPostQuerySet(models.QuerySet["StaffPost"]):
    """The words we have for posts."""

    def held(self) -> Self:
        """Posts that still count."""
        return self.filter(ended_on=None)


class StaffPost(models.Model):
    """What a person does for an office. One person may hold several posts."""

    class Role(models.TextChoices):
        REGISTRAR = "registrar", _("city registrar")
        BRANCH_HEAD = "branch_head", _("head of a university")
        COUNTER = "counter", _("counter staff")
        HOTLINE = "hotline", _("hotline staff")
        FINANCE = "finance", _("finance")
        EDITOR = "editor", _("web editor")
        TEACHER = "teacher", _("teacher")
        FACILITATOR = "facilitator", _("viewing-point facilitator")
        MONITOR = "monitor", _("class monitor")
        VOLUNTEER = "volunteer", _("volunteer")
        DATA_OFFICER = "data_officer", _("data officer")
        WITNESS = "witness", _("witness of the draw")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    ended_on = models.DateField(null=True, blank=True)

    objects = StaffPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff post")
        verbose_name_plural = _("staff posts")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(ended_on=None),
                name="one_post_of_a_kind_per_person_and_unit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.unit_id}"
