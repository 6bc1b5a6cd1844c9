"""Doors of the shell itself."""

from datetime import UTC, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.http import safe_next
from config import styleguide
from config.context import TEXT_SIZES
from config.demo import guests

A_YEAR = 365 * 24 * 3600
CONTACT_HOLDS = timedelta(days=180)
# Nobody's search should lead into somebody's own pages, or to a form.
NOT_TO_BE_FOUND = ("my", "accounts", "classes", "desk", "teaching", "where-you-live")


@require_POST
def choose_text_size(request: HttpRequest) -> HttpResponse:
    """Remember the size of text a reader wants, and show the page they came from."""
    response = redirect(safe_next(request) or "/")
    size = request.POST.get("size")
    if size in TEXT_SIZES:
        response.set_cookie(
            "text_size",
            size,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def show_styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages. Demo and tests only."""
    return render(request, "styleguide.html", styleguide.samples())


@never_cache
def show_guests(request: HttpRequest) -> HttpResponse:
    """Who a newcomer can sign in as. Demo and tests only."""
    groups = guests.guests(settings.VAR_DIR / "demo")
    return render(request, "demo_guests.html", {"groups": list(groups.items())})


@require_safe
def show_security_contact(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness, as RFC 9116 has it."""
    until = (clock.now() + CONTACT_HOLDS).astimezone(UTC)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
    ]
    return _plain(lines)


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave out, in each language."""
    starts = ["", *(f"/{code}" for code, _name in settings.LANGUAGES[1:])]
    hidden = [f"Disallow: {start}/{page}/" for start in starts for page in NOT_TO_BE_FOUND]
    return _plain(["User-agent: *", "Disallow: /admin/", "Disallow: /demo/", *hidden])


def _plain(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
