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
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from redis.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import TimeoutError as BrokerTimeoutError

logger = logging.getLogger(__name__)

# Somebody restarts these within minutes: the page says so, and that the phone goes on.
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
AWAY = (OperationalError, InterfaceError, BrokerConnectionError, BrokerTimeoutError)


TELLS = "tells_of_a_fault"


def is_told(request: HttpRequest) -> bool:
    """Whether the page being drawn is the one that tells of a fault: it must do with less."""
    return getattr(request, TELLS, False)


def server_fault(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that no view expected: 503 when a server is away, else 500."""
    fault = sys.exc_info()[1]
    away = isinstance(fault, AWAY)
    setattr(request, TELLS, True)
    if away:
        logger.error("a server is away: %s", fault)
    template, status = ("503.html", 503) if away else ("500.html", 500)
    response = render(request, template, status=status)
    if away:
        response.headers["Retry-After"] = "600"
    return response


@requires_csrf_token
def not_readable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what came broken (400), or was more than a form of ours can hold (413)."""
    if isinstance(exception, DisallowedHost):
        return _another_name()
    if isinstance(exception, TOO_MUCH):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


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
