"""The stand-in's door: HTTP, one thread a connection, one lock for all that changes."""

import json
import logging
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from config.standins.stripe import api, checkout, pages
from config.standins.stripe.account import Account
from config.standins.stripe.api import Answer
from config.standins.stripe.control import control
from config.standins.stripe.refusals import Refused

log = logging.getLogger("standin.stripe")

LARGEST_BODY = 1_000_000
STYLE = Path(__file__).with_name("pay.css")
TICK = 1.0


class Server(ThreadingHTTPServer):
    """Listens on loopback; ``account`` is what it plays."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, account: Account) -> None:
        super().__init__(("127.0.0.1", port), Door)
        self.account = account

    def start(self) -> None:
        """Serve until the process ends."""
        self.account.courier.start()
        Thread(target=self._let_time_pass, name="time", daemon=True).start()
        self.serve_forever()

    def _let_time_pass(self) -> None:
        while True:
            time.sleep(TICK)
            with self.account.state.lock:
                checkout.time_passes(self.account)


class Door(BaseHTTPRequestHandler):
    """One connection: the client's requests, the control's, and browsers on pages of payment."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        """Answer a request that changes nothing."""
        parts = urlsplit(self.path)
        if parts.path == "/_standin/alive":
            return self._text(200, "ok", "text/plain")
        if parts.path == "/pay.css":
            return self._text(200, STYLE.read_text(encoding="utf-8"), "text/css")
        if parts.path == "/favicon.ico":  # every browser asks; we have none
            return self._text(204, "", "image/x-icon")
        if parts.path.startswith("/c/pay/"):
            return self._page(parts.path.removeprefix("/c/pay/"), {})
        if self._answers() and self._is_known():
            path = parts.path.removeprefix("/v1/")
            self._send(api.get(self.server.account, path, parts.query))
        return None

    def do_POST(self) -> None:
        """Answer a request that changes something."""
        body = self._body()
        if body is None:
            return None
        path = urlsplit(self.path).path
        if path.startswith("/c/pay/"):
            pressed = {name: values[-1] for name, values in parse_qs(body).items()}
            return self._page(path.removeprefix("/c/pay/"), pressed)
        if path.startswith("/_standin/"):
            if self._is_known():
                asked: dict[str, Any] = json.loads(body or "{}")
                name = path.removeprefix("/_standin/")
                self._send(control(self.server.account, name, asked))
            return None
        if self._answers() and self._is_known():
            key = self.headers.get("Idempotency-Key", "")
            self._send(api.post(self.server.account, path.removeprefix("/v1/"), body, key))
        return None

    def _body(self) -> str | None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._text(413, "too large", "text/plain")
            return None
        return self.rfile.read(int(length)).decode(errors="replace")

    def _answers(self) -> bool:
        """Wait as long as the switches say; False if the line was cut instead."""
        switches = self.server.account.switches
        if switches.slow:
            time.sleep(switches.slow)
        if switches.away:
            self._cut()
            return False
        return True

    def _is_known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.server.account.key}":
            return True
        refused = Refused("Invalid API Key provided.", status=401)
        self._send(Answer(401, refused.body))
        return False

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, answer: Answer) -> None:
        if answer.is_lost:
            return self._cut()
        # Stripe tells its client that a saved failure will not get better by asking again.
        retry = {"Stripe-Should-Retry": "false"} if answer.status == 500 else {}
        headers = {"Stripe-Version": api.VERSION, **retry, **answer.headers}
        return self._text(
            answer.status, json.dumps(answer.body, ensure_ascii=False), "application/json", headers
        )

    def _text(
        self, status: int, text: str, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _page(self, name: str, pressed: dict[str, str]) -> None:
        shown = pages.answer(self.server.account, name, pressed)
        if shown.to:
            return self._text(303, "", "text/plain", {"Location": shown.to})
        return self._text(shown.status, shown.html, "text/html", shown.headers)

    def log_message(self, format: str, *args: Any) -> None:
        """Say what was asked, without the names in it."""
        path = urlsplit(self.path).path
        log.info("%s %s %s", self.command, "/".join(path.split("/")[:4]), args[1:2])
