"""Rooms of enrolment inside the editors' rooms: our own views, not Wagtail's generic ones."""

from typing import Any

from django.http import HttpRequest
from django.template.context import Context
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.permissions import page_permission_policy

from accounts import scope
from enrolment import queries
from enrolment.views import office

PAGE_WORK = ("add", "change", "publish", "lock", "unlock")


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


@hooks.register("register_admin_menu_item")
def placements() -> MenuItem:
    """Add the page on which an office writes down what level somebody may join."""
    return CounterMenuItem(
        _("Place a learner in a level"),
        reverse("enrolment:place-learner"),
        name="placements",
        icon_name="pick",
        order=212,
    )


class HeldPlacesPanel(Component):
    """The first thing on the desk of whoever confirms places: how many wait, and the way there."""

    name = "held-places"
    order = 10
    template_name = "enrolment/office/panel.html"

    def get_context_data(self, parent_context: Any = None) -> Context | dict[str, Any]:
        """Count what waits in the offices of the one who looks."""
        units = scope.offices_of(parent_context["request"].user, office.AT_THE_COUNTER)
        return {"number": queries.held_in(units).count()}


@hooks.register("construct_homepage_panels")
def held_places_first(request: HttpRequest, panels: list[Component]) -> None:
    """Put the places that wait on the desk of those who confirm them."""
    if scope.offices_of(request.user, office.AT_THE_COUNTER):  # type: ignore[arg-type]  # signed in
        panels.insert(0, HeldPlacesPanel())


@hooks.register("construct_main_menu")
def no_reports_without_pages(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leave out reports, all of which are on pages, for those who do not work on any."""
    if not page_permission_policy.user_has_any_permission(request.user, PAGE_WORK):
        items[:] = [item for item in items if item.name != "reports"]
