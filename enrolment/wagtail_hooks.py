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
from enrolment.views import calls, office
from enrolment.views.money import finance, till

PAGE_WORK = ("add", "change", "publish", "lock", "unlock")


@hooks.register("register_admin_urls")
def rooms() -> list[Any]:
    """Add the pages of the counter and of those in charge of classes."""
    return [
        path("seats/held/", office.list_held, name="held-places"),
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


class PhoneMenuItem(MenuItem):
    """Shown to those who speak with learners, at the counter or on the telephone."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(scope.offices_of(request.user, calls.ON_THE_PHONE))  # type: ignore[arg-type]  # signed in, or not in the admin


@hooks.register("register_admin_menu_item")
def phone_list() -> MenuItem:
    """Add whom to telephone."""
    return PhoneMenuItem(
        _("Phone list"),
        reverse("enrolment:phone-list"),
        name="phone-list",
        icon_name="mail",
        order=208,
    )


@hooks.register("register_admin_menu_item")
def acting_for_learners() -> MenuItem:
    """Add the way to a learner for whom staff act."""
    return PhoneMenuItem(
        _("Find a learner"),
        reverse("enrolment:find-learner"),
        name="find-learner",
        icon_name="user",
        order=209,
    )


class TillMenuItem(MenuItem):
    """Shown to those who take money."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(scope.offices_of(request.user, till.AT_THE_TILL))  # type: ignore[arg-type]  # signed in, or not in the admin


@hooks.register("register_admin_menu_item")
def till_of_the_counter() -> MenuItem:
    """Add the till."""
    return TillMenuItem(
        _("Till"), reverse("enrolment:till"), name="till", icon_name="clipboard-list", order=211
    )


class FinanceMenuItem(MenuItem):
    """Shown to those who read the books of an office."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(scope.offices_of(request.user, finance.IN_FINANCE))  # type: ignore[arg-type]  # signed in, or not in the admin


@hooks.register("register_admin_menu_item")
def books() -> MenuItem:
    """Add the desk of finance."""
    return FinanceMenuItem(
        _("Finance"),
        reverse("enrolment:finance"),
        name="finance",
        icon_name="form",
        order=214,
    )


@hooks.register("register_admin_menu_item")
def openings() -> MenuItem:
    """Add the days on which departments open, and the rooms in which people wait."""
    return PhoneMenuItem(
        _("Openings and waiting rooms"),
        reverse("enrolment:staff-list-openings"),
        name="openings",
        icon_name="calendar-alt",
        order=213,
    )


class CallsPanel(Component):
    """How many people are to be telephoned, and the way to them."""

    name = "phone-list"
    order = 11
    template_name = "enrolment/office/calls_panel.html"

    def get_context_data(self, parent_context: Any = None) -> Context | dict[str, Any]:
        """Count the calls of the offices of the one who looks."""
        return {"number": calls.number_waiting(parent_context["request"].user)}


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
def calls_first(request: HttpRequest, panels: list[Component]) -> None:
    """Put the calls on the desk of those who make them; held places, if any, stand above."""
    if scope.offices_of(request.user, calls.ON_THE_PHONE):  # type: ignore[arg-type]  # signed in
        panels.insert(0, CallsPanel())


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
