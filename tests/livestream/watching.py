"""A browser and a player, as the tests of watching need them."""

import re
from datetime import timedelta

from config.wsgi import application
from livestream import services
from livestream.delivery import ended
from tests.factories.times import TODAY

NOON = TODAY.timestamp()


def page_of(recording):
    return f"/en/replays/{recording.pk}/"


def watch(browser, recording):
    response = browser.get(page_of(recording))
    found = re.search(r'src="(/v/[^"]+/master\.m3u8)"', response.content.decode())
    return response.status_code, found[1] if found else None


def fetch(path):
    """Ask as a browser does, through the application that stands before Django."""
    said = []
    body = application(
        {"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda status, _headers: said.append(status)
    )
    content = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return int(said[0].split()[0]), content


def seconds_later(monkeypatch):
    """The delivery looks again for rights that have ended, as it does by itself within seconds."""
    monkeypatch.setattr(ended.rights, "_read_at", None)


def right_to(recording, user, minutes=0, **more):
    """A right given some minutes later, by both clocks."""
    return services.grant(
        recording=recording,
        user=user,
        at=TODAY + timedelta(minutes=minutes),
        signed_at=NOON + minutes * 60,
        **more,
    )
