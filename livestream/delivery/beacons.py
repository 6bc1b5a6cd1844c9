"""Reports of players before Django: a thousand a second, each one line on a list.

    POST right.beacon           (/beacons/<closes>/<watcher>/<asset>/<sig>)
    {"sequence": 18,            whole, above 0, grows from report to report and page to page
     "position": 312.4,         seconds into the film, where the learner is now
     "ranges": [[300, 312.4]],  what was really played since; a jump makes a new pair
     "late": true}              only out of the queue of a phone that was offline

Other members are let be. Ranges are united and the highest sequence has the place, so a report
may come twice, late and in any order. The address is all the proof there is: no session is
looked at, so no foreign page can send anything in somebody's name.

``204`` kept · ``400`` nonsense · ``403`` ``410`` ask for a new right and send it there · ``413``
too long · ``503`` Valkey is away or nobody writes: the player keeps the report and sends it
again. Writing past Valkey straight into the database would be the way to lose that too, just
when everybody watches.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from redis.exceptions import RedisError

from livestream.delivery import paths, pending
from livestream.domain.beacons import LARGEST_BYTES, PREFIX, BeaconRefused, Kept, read
from livestream.domain.tokens import TokenRefused

log = logging.getLogger(__name__)

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

AGAIN_SECONDS = "30"


def with_beacons(application: Application) -> Application:
    """Put the players' reports in front of a WSGI application; all else is handed on."""

    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if not str(environ.get("PATH_INFO", "")).startswith(PREFIX):
            return application(environ, start_response)
        return take(environ, start_response)

    return answer


def take(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one request below ``/beacons/``."""
    if environ["REQUEST_METHOD"] != "POST":
        return _say(start_response, HTTPStatus.METHOD_NOT_ALLOWED, ("Allow", "POST"))
    now = time.time()
    try:
        account = paths.beacon_account(environ["PATH_INFO"], at=now)
    except TokenRefused as refused:
        return _say(start_response, HTTPStatus.GONE if refused.expired else HTTPStatus.FORBIDDEN)
    body = _body(environ)
    if body is None:
        return _say(start_response, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        pending.put(Kept.of(account, read(body), at=now))
    except BeaconRefused:
        return _say(start_response, HTTPStatus.BAD_REQUEST)
    except (pending.PendingFull, RedisError) as away:
        log.warning("a report of a player was not kept, it comes again: %s", away or "full")
        return _say(start_response, HTTPStatus.SERVICE_UNAVAILABLE, ("Retry-After", AGAIN_SECONDS))
    return _say(start_response, HTTPStatus.NO_CONTENT)


def _body(environ: dict[str, Any]) -> bytes | None:
    """What was sent; None when it is longer than any report."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return None
    if not 0 <= length <= LARGEST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(length)
    return body


def _say(start_response: Start, status: HTTPStatus, *more: tuple[str, str]) -> Iterable[bytes]:
    headers = [("Cache-Control", "no-store"), *more]
    if status is not HTTPStatus.NO_CONTENT:
        headers.append(("Content-Length", "0"))
    start_response(f"{status.value} {status.phrase}", headers)
    return []
