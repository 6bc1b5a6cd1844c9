"""A real nginx with lines of the runbook in it, for the tests of what it does before the web."""

import http.client
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from pathlib import Path

from config.embedded import programs
from config.embedded.ports import free_port

Asked = tuple[int, Message, bytes]

CONFIGURATION = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {of_http}
    server {{
        listen 127.0.0.1:{port};
        {lines}
        location / {{ return 200 "the web"; }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, *, lines: str, of_http: str = "") -> Iterator[Callable[..., Asked]]:
    """Start nginx with these lines; yield how to ask it: path, method and headers."""
    port = free_port()
    user = "user root;" if folder.owner() == "root" else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(user=user, folder=folder, port=port, lines=lines, of_http=of_http)
    )
    server = subprocess.Popen(
        [str(programs.nginx()), "-c", configuration, "-e", folder / "error.log"]
    )

    def ask(path: str, method: str = "GET", **headers: str) -> Asked:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
            line.request(method, path, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()

    try:
        _wait(server, port)
        yield ask
    finally:
        server.terminate()
        server.wait(10)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and server.poll() is None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as line:
            try:
                line.connect()
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError("nginx did not come up")
