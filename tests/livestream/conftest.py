from collections.abc import Iterator
from threading import Thread

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings as site
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import sync_playwright

from accounts import clock
from config.embedded import programs
from config.wsgi import application
from livestream.delivery import pending
from tests.factories.livestream import RecordingFactory
from tests.factories.times import TODAY
from tests.livestream import films


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture(scope="session")
def film_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def short_film(film_folder):
    return films.film(film_folder / "short.mp4", seconds=8)


@pytest.fixture(scope="session")
def mpeg_film(film_folder):
    """Old enough that no player shows it as it is; two units of work."""
    return films.make(
        film_folder / "old.mpg",
        *(*films.picture(14, "192x108"), *films.tone(14)),
        *("-c:v", "mpeg2video", "-q:v", "6", "-c:a", "mp2"),
    )


@pytest.fixture(scope="session")
def sound_only(film_folder):
    return films.make(film_folder / "talk.m4a", *films.tone(), "-c:a", "aac")


@pytest.fixture(scope="session")
def silent_film(film_folder):
    return films.make(
        film_folder / "silent.mp4", *films.picture(), "-c:v", "libx264", "-preset", "ultrafast"
    )


@pytest.fixture(scope="session")
def cut_film(film_folder, short_film):
    return films.cut(film_folder / "cut.mp4", short_film)


@pytest.fixture
def disk(settings, tmp_path):
    """Storage and scratch folder of this test alone: ``disk()`` lists every file in them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "recordings"},
        },
    }
    settings.SCRATCH_ROOT = tmp_path / "scratch"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "scratch"
    settings.SCRATCH_ROOT.mkdir()

    def everything():
        return sorted(
            str(path.relative_to(tmp_path))
            for place in ("recordings", "scratch")
            for path in (tmp_path / place).rglob("*")
            if path.is_file()
        )

    everything.storage = storages["recordings"]
    everything.root = tmp_path
    return everything


@pytest.fixture
def today(db):
    """The product's clock stands on the day of the tests."""
    clock.set_to(TODAY)
    return TODAY


@pytest.fixture
def sign_in():
    """Sign somebody in; staff have shown their second factor."""

    def as_(browser, user):
        browser.force_login(user)
        if user.is_staff:
            Authenticator.objects.get_or_create(
                user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}}
            )
            request = HttpRequest()
            request.session = browser.session
            record_authentication(request, user, method="mfa", type="totp")
            request.session.save()
        return browser

    return as_


@pytest.fixture
def replay(disk):
    recording = RecordingFactory(published=True)
    folder = recording.folder()
    disk.storage.save(f"{folder}/master.m3u8", ContentFile(b"#EXTM3U\n"))
    disk.storage.save(f"{folder}/v360/00000.m4s", ContentFile(b"piece"))
    return recording


@pytest.fixture
def come_in(app_client, sign_in):
    """A browser in which somebody is signed in."""
    return lambda user: sign_in(app_client, user)


@pytest.fixture
def nothing_is_reported():
    """The tests share one Valkey; what players of another have left there is not ours."""
    valkey = pending._valkey()
    for name in valkey.scan_iter(f"{pending.NAMES}*"):
        valkey.delete(name)
    pending._full_since.clear()


@pytest.fixture
def address(transactional_db) -> Iterator[str]:
    """The product with everything that stands before Django.

    Its threads close their connections to the database themselves, and are waited for.
    """
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(application))
    server.daemon_threads = False
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_browser(address, sign_in, monkeypatch):
    """``open_browser(user)``: a page of a browser of somebody's own, small as a phone."""
    # Playwright keeps an event loop in this thread; nothing of Django ever runs in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=programs.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )

        def open_(user=None):
            context = chromium.new_context(
                base_url=address, locale="zh-CN", viewport={"width": 360, "height": 740}
            )
            if user is not None:
                name = site.SESSION_COOKIE_NAME
                cookie = sign_in(Client(), user).cookies[name].value
                context.add_cookies([{"name": name, "value": cookie, "url": address}])
            page = context.new_page()
            page.set_default_timeout(30_000)
            return page

        yield open_
        chromium.close()
        # While that loop runs, the test talks to the database by a connection of its own.
        connections.close_all()
