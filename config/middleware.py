"""First and last words of a request.

How much it may bring with it; whose scripts may run, and who may keep the page.
"""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import scope
from accounts.models import StaffPost
from config import faults

GetResponse = Callable[[HttpRequest], HttpResponse]

# Wagtail's own editor needs inline styles and scripts; learners never see these pages.
EDITORS = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
}

# Where editors send pictures and papers. Everywhere else under /admin/ a form is a form.
EDITORS_SEND = ("/admin/images/", "/admin/documents/", "/admin/account/")
FILMS = "livestream:upload-film"
# Pieces of a film: bytes and nothing else, so that nobody looks for a form in them.
PIECES = ("livestream:announce-film", "livestream:send-film")
PIECE = "application/offset+octet-stream"


def bodies_have_an_end(get_response: GetResponse) -> GetResponse:
    """Refuse what is too large for its page before a byte of it is read.

    Django writes every file of a form to the disk before a view, or the check of its token,
    can say no: without this any visitor could fill it. Stands behind the middleware that
    knows the user, and before the first that reads a form.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return faults.of_unknown_length(request)
        announced = _announced(request)
        if announced <= settings.LARGEST_FORM:
            return get_response(request)
        if _brings_a_film(request):
            return _films_are_for_teachers(request) or get_response(request)
        if announced <= settings.LARGEST_UPLOAD_OF_EDITORS and _is_editors(request):
            return get_response(request)
        return faults.too_much(request)

    return middleware


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0  # Django reads none then


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _brings_a_film(request: HttpRequest) -> bool:
    name = _name_of(request)
    return name == FILMS or (name in PIECES and request.content_type == PIECE)


def _films_are_for_teachers(request: HttpRequest) -> HttpResponse | None:
    """Answer for somebody whose film the view will not take; it measures those of teachers."""
    if not request.user.is_authenticated:
        query = urlencode({"next": request.path})
        return faults.unread(redirect(f"{resolve_url('account_login')}?{query}"))
    if not scope.offices_of(request.user, [StaffPost.Role.TEACHER]):
        return faults.not_for_you(
            request, _("This page is for other staff. Please ask the office.")
        )
    return None


def _is_editors(request: HttpRequest) -> bool:
    user = request.user
    is_staff = user.is_authenticated and user.is_staff
    return is_staff and request.path_info.startswith(EDITORS_SEND)


def editors_policy(get_response: GetResponse) -> GetResponse:
    """Give ``/admin/`` its own content security policy; the public one stays strict."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = EDITORS  # type: ignore[attr-defined]  # django-csp's own way
        return response

    return middleware


def admin_is_shut_to_others(get_response: GetResponse) -> GetResponse:
    """Say once to whoever is signed in and no editor that ``/admin/`` is not theirs.

    Wagtail sends them to sign in, which sends whoever has signed in back: round and round, with
    a message for each turn.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        inside = request.path_info.startswith("/admin/") and request.user.is_authenticated
        if inside and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return get_response(request)

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
