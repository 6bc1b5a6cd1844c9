"""The row of links beneath every page of the desk."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffPost

register = template.Library()

DESK = (
    ("enrolment:phone-list", _("Phone list")),
    ("enrolment:find-learner", _("Find a learner")),
    ("enrolment:key-in-papers", _("Paper forms")),
    ("enrolment:till", _("Till")),
    ("enrolment:finance", _("Finance")),
    ("enrolment:desk-refunds", _("Refunds")),
    ("held-places", _("Held places")),
    ("enrolment:staff-list-packs", _("Printed packs")),
    ("enrolment:staff-list-openings", _("Openings and waiting rooms")),
    ("courses:staff-list-classes", _("Classes and lessons")),
    ("livestream:staff-list-viewings", _("Viewing points")),
)
# What somebody finds on their own page besides the desk.
WORK = (
    ("livestream:list-films", _("My films")),
    ("livestream:list-live", _("Teach live")),
    ("livestream:list-viewings", _("Today at the viewing point")),
    ("enrolment:place-learner", _("Place a learner in a level")),
)


@register.inclusion_tag("enrolment/office/_desk_links.html", takes_context=True)
def desk_links(context: Context) -> dict[str, Any]:
    """Show the pages of the desk that somebody's posts open; each door says which these are."""
    here = context["request"].path
    opened = _opened(context, DESK)
    return {"links": [(address, label, here == address) for address, label in opened]}


@register.simple_tag(takes_context=True)
def work_links(context: Context) -> list[tuple[str, Any]]:
    """Address and name of each page of work, off the desk, that somebody's posts open."""
    return _opened(context, WORK)


def _opened(context: Context, doors: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    posts = StaffPost.objects.held().filter(user=context["request"].user)
    roles = set(posts.values_list("role", flat=True))
    return [
        (address, label)
        for address, label in ((reverse(name), label) for name, label in doors)
        if roles & resolve(address).func.roles  # type: ignore[attr-defined]  # of staff_required
    ]
