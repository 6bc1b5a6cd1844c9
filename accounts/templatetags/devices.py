"""What a browser runs on, in a word that people know."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def device_name(user_agent: str) -> str:
    """Return "iPhone", "Android phone", "computer": enough to know one's own again."""
    for mark, name in (
        ("MicroMessenger", _("WeChat")),
        ("iPhone", _("iPhone")),
        ("iPad", _("iPad")),
        ("Android", _("Android phone")),
        ("HarmonyOS", _("Huawei phone")),
        ("Windows", _("computer with Windows")),
        ("Macintosh", _("Apple computer")),
        ("Linux", _("computer with Linux")),
    ):
        if mark in user_agent:
            return name
    return _("another device")
