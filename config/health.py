"""Signs of life for machines: /healthz, /readyz, /metrics."""

import math
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Gauge
from redis.exceptions import RedisError

from accounts import clock, health, limits, outbox

MOST_SKEW = 2.0  # seconds between this machine's clock and the database's
MOST_FRONT_SKEW = 60.0  # and that of the web server in front: paths of films bear 120
FRONT_PATIENCE = 2.0  # seconds
DISK_ALARM = 0.85
WORKER_ALARM = 90.0  # seconds; the clockwork calls every 15
SEAT_WATCH_ALARM = 36 * 3600.0  # seconds; it goes round night and noon
PAYMENT_SWEEP_ALARM = 300.0  # seconds; it goes round every minute
MONEY_WATCH_ALARM = SEAT_WATCH_ALARM  # so does this one

ERRANDS = Gauge("errands_waiting", "Errands of the outbox that nobody has done yet")
OLDEST = Gauge("errands_oldest_seconds", "Age of the oldest errand that is due")
WRONG = Gauge("sign_in_wrong_codes_last_minute", "Wrong sign-in codes in the minute before")
BROKEN = Gauge("seat_rules_broken", "Rules of seats that the last watch found broken")
WATCHED = Gauge("seat_watch_age_seconds", "Age of the last watch over the seats")
MONEY_BROKEN = Gauge("money_rules_broken", "Rules of money that the last watch found broken")
MONEY_WATCHED = Gauge("money_watch_age_seconds", "Age of the last watch over money")
UNREAD = Gauge("payment_notifications_unread", "Notifications of payments nobody has read yet")
SWEPT = Gauge("payment_sweep_age_seconds", "Age of the last round over payments")
DIFFERENCES = Gauge("money_differences_open", "Differences that reconciliation left open")
COMPARED = Gauge("money_reconciled_age_seconds", "Age of the last reconciliation")


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this machine may be given visitors, and the state of each part.

    Without database, or with a wrong clock, it may not (503). With broker or worker away people
    go on reading and enrolling, and with a full disk reading, and a broken rule of seats or
    money is for staff: said here, but no reason to close. A web server in front is asked for its
    clock when it judges by itself whether the path of a film is still good.
    What each part says names our machines, so only the addresses of the settings are told.
    """
    parts = {
        "database": _looked_at(_database, needed=True),
        "clock": _looked_at(_clock, needed=True),
        "broker": _looked_at(_broker),
        "worker": _looked_at(_worker),
        "disk": _looked_at(_disk),
        "seats": _looked_at(_seats),
        "payments": _looked_at(_payments),
        "money": _looked_at(_money),
    }
    if settings.WATCH_FRONT == "nginx":
        parts["front"] = _looked_at(_front)
    ok = all(part["ok"] for part in parts.values() if part["needed"])
    told = {"ok": ok, "parts": parts} if _is_known(request) else {"ok": ok}
    return JsonResponse(told, status=200 if ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for the addresses the settings name."""
    if not _is_known(request):
        return HttpResponseForbidden("not from this address", content_type="text/plain")
    at = clock.now()
    waiting, oldest = outbox.backlog(at=at)
    ERRANDS.set(waiting)
    OLDEST.set(oldest)
    WRONG.set(_wrong_codes(at))
    for found, (number, age) in (
        (health.last_seat_watch, (BROKEN, WATCHED)),
        (health.last_money_watch, (MONEY_BROKEN, MONEY_WATCHED)),
        (health.last_payment_sweep, (UNREAD, SWEPT)),
        (health.last_differences, (DIFFERENCES, COMPARED)),
    ):
        told = _last(found)
        number.set(told[0])
        age.set(told[1])
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _is_known(request: HttpRequest) -> bool:
    caller = ip_address(get_adapter().get_client_ip(request))
    return caller in {ip_address(known) for known in settings.METRICS_ALLOWED_FROM}


def _wrong_codes(at: datetime) -> float:
    """Not a number while nobody counts: the other figures are most wanted just then."""
    try:
        return limits.wrong_codes_before(at)
    except RedisError:
        return math.nan


def _last(watch: Callable[[], tuple[float, float] | None]) -> tuple[float, float]:
    """Return what a watch found and how long ago; no numbers while it never did."""
    try:
        return watch() or (math.nan, math.nan)
    except RedisError:
        return math.nan, math.nan


def _looked_at(look: Callable[[], str], *, needed: bool = False) -> dict[str, Any]:
    """Ask one part; whatever it throws is its answer."""
    try:
        said, ok = look(), True
    except Exception as error:
        said, ok = str(error).splitlines()[0][:120] if str(error) else type(error).__name__, False
    return {"ok": ok, "needed": needed, "says": said}


class Ailing(Exception):
    """A part answers, but not as it should."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "answers"


def _clock() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew > MOST_SKEW:
        raise Ailing(f"{skew:.1f} s from the database's clock")
    return f"{skew:.3f} s from the database's clock"


def _front() -> str:
    """Compare clocks by the ``Date`` of whatever it answers to a path without a signature."""
    site = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    kind = HTTPSConnection if site.scheme == "https" else HTTPConnection
    with closing(kind(site.hostname or "", site.port, timeout=FRONT_PATIENCE)) as line:
        line.request("HEAD", "/v/")
        date = line.getresponse().headers["Date"]
    if date is None:
        raise Ailing("does not say the time")
    skew = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    told = f"{skew:.0f} s from the clock of the web server in front"
    if skew > MOST_FRONT_SKEW:
        raise Ailing(told)
    return told


def _broker() -> str:
    key = f"readyz:{time.monotonic_ns()}"
    cache.set(key, 1, 5)
    if cache.get(key) != 1:
        raise Ailing("does not keep what it is given")
    return "answers"


def _worker() -> str:
    seconds = health.seconds_since_heartbeat()
    if seconds is None or seconds > WORKER_ALARM:
        raise Ailing("not seen lately" if seconds is None else f"last seen {seconds:.0f} s ago")
    return f"seen {seconds:.0f} s ago"


def _disk() -> str:
    total, used, _free = shutil.disk_usage(settings.VAR_DIR)
    share = used / total
    if share > DISK_ALARM:
        raise Ailing(f"{share:.0%} full")
    return f"{share:.0%} full"


def _seats() -> str:
    return _watched(health.last_seat_watch(), SEAT_WATCH_ALARM, "check_seats")


def _payments() -> str:
    swept = health.last_payment_sweep()
    if swept is None:
        return "not swept yet"
    unread, age = swept
    if age > PAYMENT_SWEEP_ALARM:
        raise Ailing(f"not swept for {age:.0f} s: manage.py sweep_payments")
    if unread:
        raise Ailing(f"{unread} notifications of the provider are not read")
    return f"swept {age:.0f} s ago"


def _money() -> str:
    return _watched(health.last_money_watch(), MONEY_WATCH_ALARM, "check_money")


def _watched(watch: tuple[int, float] | None, alarm: float, command: str) -> str:
    if watch is None:
        return "not looked at yet"
    broken, age = watch
    if broken:
        raise Ailing(f"{broken} rules are broken: manage.py {command}")
    if age > alarm:
        raise Ailing(f"not looked at for {age / 3600:.0f} hours")
    return "all rules hold"
