"""Where the reader lives: asked once, remembered in a cookie, used to put near places first."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from campus.models import Locality

COOKIE = "lives_in"
A_YEAR = 365 * 24 * 3600


def locality_of(request: HttpRequest) -> Locality | None:
    """Return the street or town the reader has told us, if any; one query when there is one."""
    return locality_named(request.COOKIES.get(COOKIE, ""))


def locality_named(code: str) -> Locality | None:
    """Return the street or town with this code, whatever somebody wrote in its place."""
    if not code or "\0" in code:  # PostgreSQL takes no zero byte in a text
        return None
    return Locality.objects.filter(region_code=code[:24]).first()


def remember(response: HttpResponse, locality: Locality) -> None:
    """Keep the answer for a year. It names a street, never a person."""
    response.set_cookie(
        COOKIE,
        locality.region_code,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse) -> None:
    """Take the answer back."""
    response.delete_cookie(COOKIE)
