"""The row of links beneath every page of the desk."""

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


@register.inclusion_tag("enrolment/office/_desk_links.html", takes_context=True)
def desk_links(context: Context) -> dict[str, Any]:
    """Show the pages of the desk that somebody's posts open; each door says which these are."""
    request = context["request"]
    posts = StaffPost.objects.held().filter(user=request.user)
    roles = set(posts.values_list("role", flat=True))
    links = []
    for name, label in DESK:
        address = reverse(name)
        if roles & resolve(address).func.roles:  # type: ignore[attr-defined]  # of staff_required
            links.append((address, label, request.path == address))
    return {"links": links}
