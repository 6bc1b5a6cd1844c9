from collections.abc import Iterator
from threading import Thread

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from tests.livestream.live.stage import Stage


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def stage(transactional_db, tmp_path) -> Iterator[Stage]:
    """Processes of the product on the database of this test."""
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def address(transactional_db) -> Iterator[str]:
    """The product with everything that stands before Django."""
    from config.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(application))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
