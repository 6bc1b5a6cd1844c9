"""What every page of the shell shows: see the head of ``templates/base.html``."""

from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error as DatabaseAway
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.http import who_is_here
from campus.models import SiteDetails
from config import faults

TEXT_SIZES = {
    "standard": gettext_lazy("Standard"),
    "large": gettext_lazy("Large"),
    "largest": gettext_lazy("Largest"),
}


class Phone(NamedTuple):
    """A number as people read it, and as a machine dials it."""

    display: str
    tel: str


class _LastKnown:
    """The details as this process saw them last: the page about a lost database shows them."""

    details: SiteDetails | None = None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Gather what header, navigation and footer need.

    Without a database it works for the page that says so, and with less; any other page must
    not look whole when nothing on it can be sent.
    """
    size = request.COOKIES.get("text_size")
    home = reverse("wagtail_serve", args=[""])
    context = {
        "text_size": size if size in TEXT_SIZES else "standard",
        "text_sizes": list(TEXT_SIZES.items()),
        "home_url": home,
        "main_nav": _main_nav(request, home),
        "languages": _languages(request),
        "footer_links": [
            (_("All senior universities of the city"), reverse("campus:list-units")),
            (_("All notices"), f"{home}notices/"),
            (_("Draws"), reverse("enrolment:list-draws")),
            (_("Silver Lectures"), f"{home}lectures/"),
            (_("All lectures"), reverse("livestream:list-series")),
            (_("Library of replays"), reverse("livestream:library")),
            (_("On television"), reverse("livestream:tv-home")),
            (_("Stories of learners"), f"{home}stories/"),
            (_("About us"), f"{home}about/"),
            (_("Accessibility"), f"{home}accessibility/"),
            *_way_into_the_demo(),
        ],
    }
    return context | _details(request) | _who(request)


def _way_into_the_demo() -> list[tuple[str, str]]:
    if not settings.DEMO:
        return []
    return [(_("Who you can be in the demonstration"), reverse("demo-guests"))]


def _details(request: HttpRequest) -> dict[str, Any]:
    try:
        details = SiteDetails.load(request)
        at = clock.now()
        _LastKnown.details = details
    except DatabaseAway:
        if not faults.is_told(request):
            raise
        details, at = _LastKnown.details or SiteDetails(), None
    phone = (
        Phone(details.phone, details.phone_to_dial)
        if details.phone
        else Phone(settings.SITE_PHONE, settings.SITE_PHONE_TO_DIAL)
    )
    return {
        "site_name": details.said("name") or settings.WAGTAIL_SITE_NAME,
        "site_phone": phone,
        "phone_hours": details.said("phone_hours"),
        "site_address": details.said("address"),
        "printed_at": at,
        "at": at,
    }


def _main_nav(request: HttpRequest, home: str) -> list[tuple[str, str, bool]]:
    places = [
        (_("Home"), home),
        (_("Find a course"), reverse("courses:list-courses")),
        (_("Campuses"), reverse("campus:list-campuses")),
        (_("My classes"), _address("enrolment:my-classes")),
        (_("Help"), f"{home}help/"),
    ]
    here = request.path
    return [
        (label, url, here == url or (url != home and here.startswith(url)))
        for label, url in places
        if url
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _languages(request: HttpRequest) -> list[tuple[str, str, str]]:
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    return [(code, name, translate_url(here, code)) for code, name in settings.LANGUAGES]


def _who(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    try:
        if user is None or not user.is_authenticated:
            return {"sign_in_url": _address("account_request_login_code")}
        here = who_is_here(request)
    except DatabaseAway:
        if not faults.is_told(request):
            raise
        return {}
    return {
        "account_name": here.name,
        "acting_for": {"name": here.acting_for} if here.acting_for else None,
        "my_page_url": _address("accounts:me"),
        "choose_whom_url": _address("accounts:choose-learner"),
        "end_helping_url": _address("accounts:stop-helping"),
        "sign_out_url": _address("account_logout"),
    }
