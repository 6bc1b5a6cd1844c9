"""Last words of a request: one policy for editors, one page for a machine that broke."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]

# Wagtail's own editor needs inline styles and scripts; learners never see these pages.
EDITORS = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
}


def editors_policy(get_response: GetResponse) -> GetResponse:
    """Give ``/admin/`` its own content security policy; the public one stays strict."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = EDITORS  # type: ignore[attr-defined]  # django-csp's own way
        return response

    return middleware


def failures(get_response: GetResponse) -> GetResponse:
    """Say in words that the database is away, with the phone number; status 503."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        except OperationalError:
            return render(request, "503.html", status=503)

    return middleware
