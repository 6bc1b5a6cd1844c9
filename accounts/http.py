"""The front door: who asks, for whom, and which rows they may see meanwhile.

``learner_required`` and ``staff_required`` are the only two answers; every view that shows
or changes people's records stands behind one of them.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial, wraps
from typing import Any, overload
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts import clock, queries, scope
from accounts.models import HelperGrant, Learner, User

ACTING_FOR = "acting_for"  # session: id of the learner somebody else acts for
CHOSEN = "chosen_learner"  # session: which of several own learners
SHOWN_NAME = "shown_name"  # session: (learner id, name), for the band on every page

View = Callable[..., HttpResponseBase]


class Right(StrEnum):
    """What a helper must have been granted; ``SELF`` is granted to nobody else."""

    VIEW = "may_view"
    APPLY = "may_apply"
    PAY = "may_pay"
    WITHDRAW = "may_withdraw"
    SELF = "self"


class LearnerRequest(HttpRequest):
    """A request made for one learner, by themselves or by somebody who may act for them."""

    user: User
    learner_id: int
    learner: Learner  # read when it is first asked for
    grant: HelperGrant | None  # the helper's grant; None when learners act for themselves
    at: datetime

    def scope(self) -> AbstractContextManager[None]:
        """Open the rows of this learner for one short transaction (for views that write)."""
        raise NotImplementedError  # learner_required gives each request its own


class StaffRequest(HttpRequest):
    """A request by staff, inside one transaction that sees the offices of their posts."""

    user: User
    units: list[int]

    def scope(self) -> AbstractContextManager[None]:
        """Open the records of their offices for one short transaction (views ``in_parts``)."""
        raise NotImplementedError  # staff_required gives each request its own


@overload
def learner_required(view: View) -> View: ...
@overload
def learner_required(*, right: Right | None = None) -> Callable[[View], View]: ...
def learner_required(
    view: View | None = None, *, right: Right | None = None
) -> View | Callable[[View], View]:
    """Let a view run for the learner a request is made for.

    Nobody signed in goes to sign in and comes back; a phone that several learners share asks
    who it is; an account without a learner fills in who they are. Helpers need a live grant,
    checked at each request, with ``right`` (by default: to view for a GET, to apply for a POST).

    A form that was filled in for one learner (field ``meant_for``) does nothing once another
    page of the same browser has turned to somebody else: its page comes again, with the name.

    A GET runs, template included, in a short transaction that sees this learner's rows. A POST
    runs in none: services open their own, and the view says ``with request.scope():`` to read.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def front_door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            at = clock.now()
            allowed = queries.at_the_door(request.user, at=at)
            learner_id = _for_whom(request, allowed)
            if learner_id is None:
                return _say_who_it_is(request, allowed)
            request.scope = lambda: scope.learners([learner_id])
            request.at = at
            request.learner_id = learner_id
            request.learner = SimpleLazyObject(partial(_learner, request))
            reads_only = request.method in {"GET", "HEAD"}
            request.grant = _grant(request, allowed)
            if (request.session.get(SHOWN_NAME) or [None])[0] != learner_id:
                note_name(request, request.learner)
            _ensure(right or (Right.VIEW if reads_only else Right.APPLY), request)
            if not _is_meant_for(request):
                return redirect(_way_back(request))
            if not reads_only:
                return view(request, *args, **kwargs)
            with request.scope():
                return rendered(view(request, *args, **kwargs))

        return front_door

    return decorate(view) if view else decorate


def staff_required(*roles: str, in_parts: bool = False) -> Callable[[View], View]:
    """Let a view run for staff who hold one of ``roles``.

    The view runs, template included, in one transaction that sees the records of the offices
    where the post is held (posts that open no records see nobody's). ``request.units`` has
    all offices below those posts, for lists of things that are not personal.

    ``in_parts``: a POST that does many things, each by itself. It runs in no transaction, and
    the view says ``with request.scope():`` for each: what one locks is free before the next.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def front_door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request, at="account_login")
            request.units = scope.offices_of(request.user, roles)
            if not request.units:
                raise PermissionDenied(_("This page is for other staff. Please ask the office."))
            request.scope = lambda: scope.staff(request.user, roles)
            if in_parts and request.method not in {"GET", "HEAD"}:
                return view(request, *args, **kwargs)
            with request.scope():
                return rendered(view(request, *args, **kwargs))

        front_door.roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the table of URLs and roles
        return front_door

    return decorate


@dataclass(frozen=True)
class WhoIsHere:
    """Whom the top of every page names."""

    name: str
    acting_for: str  # the learner somebody else acts for, or ""


def who_is_here(request: Any) -> WhoIsHere:
    """Return the names for the top of a page, without a look into anybody's records.

    ``learner_required`` left the learner's name in the session; other pages show it, too.
    """
    learner_id, name = request.session.get(SHOWN_NAME) or (None, "")
    helped = request.session.get(ACTING_FOR)
    return WhoIsHere(
        name=name if name and helped is None else request.user.shown_name,
        acting_for=name if helped is not None and helped == learner_id else "",
    )


def note_name(request: Any, learner: Learner) -> None:
    """Keep the name of the learner whose requests these are, for the top of every page."""
    if request.session.get(SHOWN_NAME) != [learner.pk, learner.name]:
        request.session[SHOWN_NAME] = [learner.pk, learner.name]


def turn_to(request: Any, learner: Learner, *, helped: bool) -> None:
    """Let the requests to come be for ``learner``; the door checks the right each time."""
    request.session.pop(ACTING_FOR, None)
    request.session[ACTING_FOR if helped else CHOSEN] = learner.pk
    note_name(request, learner)


def turn_back(request: Any) -> int | None:
    """Let the requests to come be for the account's own learner; return who was helped."""
    request.session.pop(SHOWN_NAME, None)
    helped: int | None = request.session.pop(ACTING_FOR, None)
    return helped


def turned_to(request: Any, allowed: queries.MayActFor) -> int | None:
    """Return the learner the requests of this session are for, or None while nobody has said."""
    helped = request.session.get(ACTING_FOR)
    if helped is not None:
        return int(helped) if helped in allowed.grants else None
    if len(allowed.own) == 1:
        return allowed.own[0]
    chosen = request.session.get(CHOSEN)
    return chosen if chosen in allowed.own else None


def safe_next(request: HttpRequest) -> str:
    """Return the path in the field ``next``, or "" when it is none of ours.

    It begins at the root: ``redirect`` takes any other word for the name of a view.
    """
    there = request.POST.get("next") or request.GET.get("next") or ""
    ours = there.startswith("/") and url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if ours else ""


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, be it nothing at all; None for a first look."""
    return request.POST if request.method == "POST" else None


def press_of(request: HttpRequest) -> UUID:
    """Return the key of one press of a button, from the form's field ``press``.

    A press without a readable key is refused: without it a second tap could not be told
    from a second wish.
    """
    try:
        return UUID(request.POST.get("press", ""))
    except ValueError:
        raise BadRequest(_("Please go back one page and press the button again.")) from None


def new_press() -> UUID:
    """Return a key for the form that is about to be shown."""
    return uuid4()


def rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Render a template response now, while its rows may still be read."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def _for_whom(request: HttpRequest, allowed: queries.MayActFor) -> int | None:
    """Return the learner of this request, or None when somebody has to say."""
    helped = request.session.get(ACTING_FOR)
    if helped is not None and helped not in allowed.grants:
        turn_back(request)
        messages.warning(request, _("You may no longer act for this person. The help has ended."))
        return None
    return turned_to(request, allowed)


def _learner(request: LearnerRequest) -> Learner:
    """Read the learner's record, for those views that need more of it than the number."""
    learner = queries.learner_in_scope(request.learner_id)
    note_name(request, learner)
    return learner


def _is_meant_for(request: LearnerRequest) -> bool:
    meant = request.POST.get("meant_for")
    if not meant or meant == str(request.learner_id):
        return True
    said = _("This page was for somebody else. Now it is for %(name)s. Please check it again.")
    messages.warning(request, said % {"name": request.learner.name})
    return False


def _say_who_it_is(request: HttpRequest, allowed: queries.MayActFor) -> HttpResponse:
    page = "accounts:choose-learner" if allowed.own or allowed.grants else "accounts:about-me"
    return redirect(f"{resolve_url(page)}?{urlencode({'next': _way_back(request)})}")


def _sign_in_first(request: HttpRequest, at: str = "account_request_login_code") -> HttpResponse:
    return redirect(f"{resolve_url(at)}?{urlencode({'next': _way_back(request)})}")


def _way_back(request: HttpRequest) -> str:
    """The page to return to; a form that was sent is filled in again from its own page."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    start = f"{request.scheme}://{request.get_host()}/"
    return referer.removeprefix(start.rstrip("/")) if referer.startswith(start) else "/my/"


def _grant(request: LearnerRequest, allowed: queries.MayActFor) -> HelperGrant | None:
    grant_id = allowed.grants.get(request.learner_id)
    if grant_id is None:
        return None
    with request.scope():
        return HelperGrant.objects.get(pk=grant_id)


def _ensure(right: Right, request: LearnerRequest) -> None:
    grant = request.grant
    if grant is None or (right is not Right.SELF and getattr(grant, right)):
        return
    raise PermissionDenied(
        _("This needs %(name)s in person, or a wider grant. The office can help you both.")
        % {"name": request.learner.name}
    )
