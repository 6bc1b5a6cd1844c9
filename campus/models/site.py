"""What the shell of every page says about the house: name, phone, hours, address."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from campus.widgets import OtherLanguages


@register_setting(icon="home", order=10)
class SiteDetails(BaseGenericSetting):
    """One row. Editors of the city keep it; every page and every print shows it."""

    name = models.CharField(_("name of the site"), max_length=60, blank=True)
    name_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    phone = models.CharField(_("phone, as people read it"), max_length=30, blank=True)
    phone_to_dial = models.CharField(
        _("phone, as a machine dials it"),
        max_length=30,
        blank=True,
        help_text=_("With the country's code, for example +8657788880001."),
    )
    phone_hours = models.CharField(_("hours of the phone"), max_length=100, blank=True)
    phone_hours_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)
    address = models.CharField(_("address"), max_length=150, blank=True)
    address_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)

    panels: ClassVar[list[Any]] = [
        FieldPanel("name"),
        FieldPanel("name_i18n", widget=OtherLanguages),
        FieldPanel("phone"),
        FieldPanel("phone_to_dial"),
        FieldPanel("phone_hours"),
        FieldPanel("phone_hours_i18n", widget=OtherLanguages),
        FieldPanel("address"),
        FieldPanel("address_i18n", widget=OtherLanguages),
    ]

    class Meta:
        verbose_name = _("name, phone and address")

    def __str__(self) -> str:
        return self.name

    def said(self, what: str) -> str:
        """Return ``name``, ``phone_hours`` or ``address`` in the reader's language."""
        others: dict[str, str] = getattr(self, f"{what}_i18n")
        return others.get(get_language() or "") or str(getattr(self, what))
