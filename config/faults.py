"""What people see when a machine broke: words, the next step, the phone; never a bare code."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import TimeoutError as BrokerTimeoutError

logger = logging.getLogger(__name__)

# Somebody restarts these within minutes: the page says so, and that the phone goes on.
AWAY = (OperationalError, InterfaceError, BrokerConnectionError, BrokerTimeoutError)


def server_fault(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that no view expected: 503 when a server is away, else 500."""
    fault = sys.exc_info()[1]
    away = isinstance(fault, AWAY)
    if away:
        logger.error("a server is away: %s", fault)
    template, status = ("503.html", 503) if away else ("500.html", 500)
    response = render(request, template, status=status)
    if away:
        response.headers["Retry-After"] = "600"
    return response


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without a valid token: open too long, or sent from another site."""
    return render(request, "403_csrf.html", status=403)
