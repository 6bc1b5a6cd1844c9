"""What people see when a machine broke: words, the next step, the phone; never a bare code."""

import logging
import sys

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from psycopg.errors import IdleInTransactionSessionTimeout, LockNotAvailable, QueryCanceled
from redis.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import TimeoutError as BrokerTimeoutError

logger = logging.getLogger(__name__)

# Somebody restarts these within minutes: the page says so, and that the phone goes on.
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
AWAY = (OperationalError, InterfaceError, BrokerConnectionError, BrokerTimeoutError)
# The database is there, but a request waited longer than a page may (``config/env.py``).
WAITED_TOO_LONG = (LockNotAvailable, QueryCanceled, IdleInTransactionSessionTimeout)

TELLS = "tells_of_a_fault"


def is_told(request: HttpRequest) -> bool:
    """Whether the page being drawn is the one that tells of a fault: it must do with less."""
    return getattr(request, TELLS, False)


def server_fault(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that no view expected: 503 when a server is away, else 500."""
    fault = sys.exc_info()[1]
    too_long = _waited_too_long(fault)
    away = too_long or isinstance(fault, AWAY)
    setattr(request, TELLS, True)
    if away:
        what = "a request waited too long" if too_long else "a server is away"
        logger.error("%s: %s", what, fault)
    template, status = ("503.html", 503) if away else ("500.html", 500)
    response = render(request, template, status=status)
    if away:
        response.headers["Retry-After"] = "10" if too_long else "600"
    return response


def _waited_too_long(fault: BaseException | None) -> bool:
    """Whether the database ended the wait itself; what it says then is the fault's cause."""
    if not isinstance(fault, (OperationalError, InternalError)):
        return False
    return isinstance(fault.__cause__, WAITED_TOO_LONG)


@requires_csrf_token
def not_readable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what came broken (400), or was more than a form of ours can hold (413)."""
    if isinstance(exception, DisallowedHost):
        return _another_name()
    if isinstance(exception, TOO_MUCH):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def too_much(request: HttpRequest) -> HttpResponse:
    """Answer for a body that is larger than this page can take, and was not read."""
    return unread(render(request, "413.html", status=413))


def of_unknown_length(request: HttpRequest) -> HttpResponse:
    """Answer for a body that does not say how long it is; no browser sends such a form."""
    return unread(render(request, "400.html", status=411))


def not_for_you(request: HttpRequest, reason: str) -> HttpResponse:
    """Answer for a body that somebody else might have sent here, and was not read."""
    return unread(render(request, "403.html", {"reason": reason}, status=403))


def unread(response: HttpResponse) -> HttpResponse:
    """Close the connection after an answer that did not wait for the body."""
    response["Connection"] = "close"
    return response


@requires_csrf_token
def not_open(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a door that is shut to this person, with the reason that the door gave."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def _another_name() -> HttpResponse:
    """Answer somebody who calls us by a name that is not ours: no page of ours can be drawn."""
    return HttpResponse(
        f"网址不对，请检查后重新输入。电话：{settings.SITE_PHONE}\n"
        f"This is not the address of this site. Phone: {settings.SITE_PHONE}\n",
        content_type="text/plain; charset=utf-8",
        status=400,
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without a valid token: open too long, or sent from another site."""
    return render(request, "403_csrf.html", status=403)
