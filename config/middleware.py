"""Last words of a request: whose scripts may run, and who may keep the page."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

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


def personal_pages_are_not_kept(get_response: GetResponse) -> GetResponse:
    """Keep what is drawn for somebody out of every cache, of the next person at the phone too.

    Every page bears the name of who is signed in, so this cannot be left to single views.
    Pictures and other files are nobody's own.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        has_a_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_a_session and not response.streaming and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

    return middleware
