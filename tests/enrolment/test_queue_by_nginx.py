"""The runbook's own lines for nginx, in a real nginx: the same answers as before Django."""

import re

import pytest

from config.embedded.places import ROOT
from config.storage import WholeFilesStorage
from enrolment.services.published import ContentFile
from tests.enrolment.nginx import nginx

# Like Chromium's tests: ./test sees to the program, ./test --fast does without.
pytestmark = pytest.mark.browser


def lines_of_the_runbook(shelf):
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```nginx\n(location [^`]*)```", runbook)
    return block.replace("/srv/campus/var/queue", str(shelf))


@pytest.fixture
def ask(tmp_path):
    shelf = tmp_path / "queue"
    storage = WholeFilesStorage(location=shelf)
    storage.save("3/state.json", ContentFile(b'{"serving":7}'))
    storage.save("3/places/K7.json", ContentFile(b'{"K7QM2XPA":["people",8]}'))
    storage.save("3/order.txt", ContentFile(b"K7QM2XPA people\n" * 500))
    (shelf / "3/state.json.half-written").write_text("{")
    (tmp_path / "secret.txt").write_text("secret")
    with nginx(tmp_path, lines=lines_of_the_runbook(shelf)) as ask:
        yield ask


def test_nginx_hands_out_the_files_and_nothing_else(ask):
    status, headers, body = ask("/queue/3/state.json")
    assert (status, body) == (200, b'{"serving":7}')
    assert headers["Content-Type"].startswith("application/json")
    assert headers["Cache-Control"] == "public, max-age=2"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask("/queue/3/places/K7.json")[2] == b'{"K7QM2XPA":["people",8]}'
    assert ask("/queue/3/state.json", **{"If-None-Match": headers["ETag"]})[0] == 304
    status, headers, body = ask("/queue/3/order.txt", **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert ask("/queue/4/state.json")[0] == 404
    assert ask("/queue/3/state.json", method="POST")[0] == 403
    for path in ("/queue/", "/queue/3/state.json.half-written", "/queue/3/../../secret.txt"):
        assert ask(path)[2] in {b"the web"} or ask(path)[0] in {400, 404}
    assert ask("/courses/")[2] == b"the web"
