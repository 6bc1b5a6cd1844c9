"""Last words of a request: editors have a content security policy of their own."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

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
