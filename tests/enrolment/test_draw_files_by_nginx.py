"""The runbook's own lines for the files of a draw, in a real nginx before what the web answers."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import RequestFactory
from django.utils.cache import patch_vary_headers

from config.embedded.places import ROOT
from enrolment.views.downloads import lasting
from tests.enrolment.nginx import nginx

pytestmark = pytest.mark.browser

LIST = "/draws/2027-spring/lists/2/roster.csv"


def lines_of_the_runbook(folder, web):
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    ((of_http, location),) = re.findall(
        r"```nginx\n# In http: ([^\n]*)\n(location [^`]*)```", runbook
    )
    return (
        of_http.replace("/var/cache/nginx/draws", str(folder / "kept")),
        location.replace("127.0.0.1:8000", f"127.0.0.1:{web}"),
    )


class Web(BaseHTTPRequestHandler):
    """Answers as the views do, and notes what it was asked."""

    asked: list[tuple[str, dict[str, str]]] = []

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        request = RequestFactory().get(self.path, headers=dict(self.headers))
        answer = lasting(request, "roster.csv", "5" * 64, lambda: b"application\n1\n")
        patch_vary_headers(answer, ("Cookie", "Accept-Language"))
        self.send_response(answer.status_code)
        for name, value in answer.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *args):
        pass


@pytest.fixture
def web():
    Web.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def ask(tmp_path, web):
    of_http, location = lines_of_the_runbook(tmp_path, web)
    with nginx(tmp_path, lines=location, of_http=of_http) as ask:
        yield ask


def test_a_crowd_asks_the_web_once_whoever_they_are(ask):
    readers = (
        {},
        {"Cookie": "sessionid=1", "Accept-Language": "zh-Hans"},
        {"Cookie": "sessionid=2", "Accept-Language": "en"},
    )
    for reader in readers:
        status, headers, body = ask(LIST, **reader)
        assert (status, body) == (200, b"application\n1\n")
        assert headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert ask(f"{LIST}?again=1")[2] == b"application\n1\n"
    assert [path for path, _headers in Web.asked] == [LIST]
    ((_path, told),) = Web.asked
    assert "Cookie" not in told
    assert "Accept-Language" not in told
    assert told["X-Forwarded-Proto"] == "http"


def test_who_has_the_file_is_told_so_by_nginx(ask):
    tag = ask(LIST)[1]["ETag"]
    assert ask(LIST, **{"If-None-Match": tag})[0] == 304
    assert len(Web.asked) == 1


@pytest.mark.parametrize("path", ["files/result.csv", "all.zip", "lists/1/clashes.csv"])
def test_every_file_of_a_draw_is_kept(ask, path):
    for _time in range(2):
        assert ask(f"/draws/2027-spring/{path}")[0] == 200
    assert len(Web.asked) == 1


@pytest.mark.parametrize("path", ["", "classes/", "figures/", "figures.csv", "objection/"])
def test_pages_of_a_draw_are_not_kept(ask, path):
    assert ask(f"/draws/2027-spring/{path}")[2] == b"the web"
