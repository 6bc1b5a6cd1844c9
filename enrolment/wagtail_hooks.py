"""Rooms of enrolment inside the editors' rooms: our own views, not Wagtail's generic ones."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts import scope
from enrolment.views import office


@hooks.register("register_admin_urls")
def rooms() -> list[Any]:
    """Add the pages of the counter and of those in charge of classes."""
    return [
        path("seats/held/", office.list_held, name="held-places"),
        path(
            "seats/held/<int:enrolment_id>/confirm/",
            office.confirm_enrolment,
            name="confirm-place",
        ),
        path("seats/classes/<int:section_id>/", office.show_seats, name="seats-of-class"),
        path("seats/classes/<int:section_id>/cancel/", office.cancel_class, name="cancel-class"),
    ]


class CounterMenuItem(MenuItem):
    """Shown to those whom the page lets in."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(scope.offices_of(request.user, office.AT_THE_COUNTER))  # type: ignore[arg-type]  # signed in, or not in the admin


@hooks.register("register_admin_menu_item")
def held_places() -> MenuItem:
    """Add "held places" to the menu."""
    return CounterMenuItem(
        _("Held places"), reverse("held-places"), name="held-places", icon_name="tasks", order=210
    )
