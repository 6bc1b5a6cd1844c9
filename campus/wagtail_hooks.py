"""The editors' desk for places, and the dress of Wagtail's screens."""

from typing import ClassVar

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.models import Unit
from campus.forms import NamedForm
from campus.models import Campus, Holiday, Locality, Room, TimeSlot
from campus.widgets import OtherLanguages

NAMES = [FieldPanel("name"), FieldPanel("name_i18n", widget=OtherLanguages)]


def _named(*panels: Panel) -> ObjectList:
    return ObjectList([*NAMES, *panels], base_form_class=NamedForm)


@hooks.register("insert_global_admin_css")
def our_dress() -> SafeString:
    """Larger letters and our colours on Wagtail's screens."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_help_menu")
def no_links_to_elsewhere(_request: HttpRequest, items: list[MenuItem]) -> None:
    """Leave the shortcuts; news and guide of Wagtail are another site's, in English."""
    items[:] = [item for item in items if item.url == "#"]


class UnitViewSet(SnippetViewSet):
    """The senior universities: their names and phones."""

    model = Unit
    icon = "group"
    list_display: ClassVar[list[str]] = ["name", "phone", "position"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin"]
    ordering: ClassVar[list[str]] = ["position", "pk"]
    copy_view_enabled = False
    edit_handler = _named(FieldPanel("phone"), FieldPanel("position"))


class CampusViewSet(SnippetViewSet):
    """Places, with what a learner must know before going there."""

    model = Campus
    icon = "site"
    list_display: ClassVar[list[str]] = ["name", "unit", "kind", "phone"]
    list_filter: ClassVar[list[str]] = ["unit", "kind"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin", "address"]
    ordering: ClassVar[list[str]] = ["unit__position", "position"]
    copy_view_enabled = False
    edit_handler = _named(
        MultiFieldPanel(
            [FieldPanel("unit"), FieldPanel("kind"), FieldPanel("slug"), FieldPanel("position")],
            heading=_("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("address"),
                FieldPanel("address_i18n", widget=OtherLanguages),
                FieldPanel("bus_lines"),
                FieldPanel("x_km"),
                FieldPanel("y_km"),
                FieldPanel("on_island"),
            ],
            heading=_("Where it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("phone"),
                FieldPanel("hours"),
                FieldPanel("hours_i18n", widget=OtherLanguages),
                FieldPanel("dial_in_number"),
                FieldPanel("closed_on"),
            ],
            heading=_("Phone and hours"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("step_free"),
                FieldPanel("lift"),
                FieldPanel("toilet"),
                FieldPanel("canteen"),
            ],
            heading=_("For people who walk badly"),
        ),
    )


class RoomViewSet(SnippetViewSet):
    """Rooms and their seats."""

    model = Room
    icon = "table"
    list_display: ClassVar[list[str]] = ["name", "campus", "kind", "seats", "floor"]
    list_filter: ClassVar[list[str]] = ["campus", "kind"]
    ordering: ClassVar[list[str]] = ["campus__position", "name"]
    panels: ClassVar[list[Panel]] = [
        FieldPanel("campus"),
        FieldPanel("name"),
        FieldPanel("kind"),
        FieldPanel("seats"),
        FieldPanel("floor"),
        FieldPanel("step_free"),
        FieldPanel("closed_from"),
        FieldPanel("closed_until"),
    ]


class LocalityViewSet(SnippetViewSet):
    """Streets and towns where learners live."""

    model = Locality
    icon = "home"
    list_display: ClassVar[list[str]] = ["name", "unit"]
    list_filter: ClassVar[list[str]] = ["unit"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin"]
    ordering: ClassVar[list[str]] = ["unit__position", "name_pinyin"]
    edit_handler = _named(
        FieldPanel("unit"),
        FieldPanel("region_code"),
        FieldPanel("x_km"),
        FieldPanel("y_km"),
        FieldPanel("on_island"),
    )


class TimeSlotViewSet(SnippetViewSet):
    """The hours of teaching, the same in every campus."""

    model = TimeSlot
    icon = "time"
    list_display: ClassVar[list[str]] = ["weekday", "half_day", "ordinal", "starts_at", "ends_at"]
    ordering: ClassVar[list[str]] = ["weekday", "starts_at"]
    copy_view_enabled = False
    panels: ClassVar[list[Panel]] = [
        FieldPanel("weekday"),
        FieldPanel("half_day"),
        FieldPanel("ordinal"),
        FieldPanel("starts_at"),
        FieldPanel("ends_at"),
    ]


class HolidayViewSet(SnippetViewSet):
    """Days that are not what their weekday says, entered once a year from the state's notice."""

    model = Holiday
    icon = "calendar-alt"
    list_display: ClassVar[list[str]] = ["day", "kind", "name", "stands_in_for"]
    list_filter: ClassVar[dict[str, list[str]]] = {"day": ["year"], "kind": ["exact"]}
    ordering: ClassVar[list[str]] = ["-day"]
    copy_view_enabled = False
    panels: ClassVar[list[Panel]] = [
        FieldPanel("day"),
        FieldPanel("kind"),
        FieldPanel("name"),
        FieldPanel("stands_in_for"),
    ]


class PlacesGroup(SnippetViewSetGroup):
    """One entry of the menu for all records of places and hours."""

    items = (
        UnitViewSet,
        CampusViewSet,
        RoomViewSet,
        LocalityViewSet,
        TimeSlotViewSet,
        HolidayViewSet,
    )
    menu_icon = "home"
    menu_label = _("Places and hours")
    menu_name = "places"
    menu_order = 210


register_snippet(PlacesGroup)
