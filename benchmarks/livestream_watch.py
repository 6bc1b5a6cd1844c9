"""T7, T8: how fast a piece is handed out, and what it costs, by nginx, by us, by tutorials."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

from benchmarks.claim import cpu_of
from benchmarks.livestream_ground import Figure, Ground, ratio
from config.embedded.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
ASSET = UUID("c10d" * 8)
SIZES = {"76 KB": 76_000, "570 KB": 570_000}
"""Six seconds of sound, and of the smallest picture that is watched on a television."""

SECONDS, CLIENTS = 3, 32

CONFIGURATION = """
daemon off;
user {user};
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    {maps}
    server {{
        listen 127.0.0.1:{port};
        {places}
        location /static/ {{ alias {films}/media/; sendfile on; tcp_nopush on; }}
    }}
}}
"""


@dataclass
class Front:
    """A server that hands pieces out, and its process."""

    port: int
    process: int

    def ask(self, path: str, cookie: str = "") -> tuple[float, float]:
        """Requests a second, and processor milliseconds of the server for each."""
        header = ["-H", f"Cookie: {cookie}"] if cookie else []
        before = cpu_of(self.process)
        said = subprocess.run(
            ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", *header, self.address(path)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        spent = cpu_of(self.process) - before
        done = re.search(r"(\d+) requests in", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        if "Non-2xx" in said or done is None or rate is None:
            raise SystemExit(f"{path} is not handed out: {said}")
        return float(rate[1]), spent * 1000 / max(1, int(done[1]))

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def t7(ground: Ground) -> list[Figure]:
    """A path that nginx checks beside a file that it hands to anybody."""
    _ensure_wrk()
    shelf()
    figures = []
    with serving_nginx(ground) as nginx:
        for size in SIZES:
            found = _take_turns(
                ground,
                {
                    "static": partial(nginx.ask, f"/static/{_folder()}/v360/{name_of(size)}"),
                    "path": partial(nginx.ask, _signed(size, "nginx")),
                },
                size,
            )
            rate, cpu = found
            figures += [
                Figure("T7", f"checked path / static, {size}: rate", ratio(rate, "path", "static"),
                       0.9, is_least=True, remark=_rates(rate)),
                Figure("T7", "the same: CPU a request", ratio(cpu, "path", "static"), 1.2,
                       remark=_costs(cpu)),
            ]  # fmt: skip
        # No Python was running that could have been asked, and nginx knows of none.
        text = (ground.folder / "nginx.conf").read_text()
        asked = sum(word in text for word in ("proxy_pass", "auth_request", "fastcgi_pass"))
    figures.append(Figure("T7", "ways from nginx to Python while films are watched", asked, 0))
    return figures


def t8(ground: Ground) -> list[Figure]:
    """Our own way before Django beside the naive way, and beside nginx."""
    _ensure_wrk()
    shelf()
    cookie = _signed_in()
    with serving_nginx(ground) as nginx, serving_product() as product:
        small, _ = _take_turns(
            ground,
            {
                "ours": partial(product.ask, _signed("76 KB", "python")),
                "naive": partial(product.ask, f"/naive/{ASSET}/{name_of('76 KB')}", cookie),
            },
            "76 KB",
        )
        large, _ = _take_turns(
            ground,
            {
                "ours": partial(product.ask, _signed("570 KB", "python")),
                "nginx": partial(nginx.ask, _signed("570 KB", "nginx")),
            },
            "570 KB",
        )
    return [
        Figure("T8", "path before Django / session, database, FileResponse, 76 KB",
               ratio(small, "ours", "naive"), 8, is_least=True, remark=_rates(small)),
        Figure("T8", "path before Django / nginx, 570 KB", ratio(large, "ours", "nginx"), 0.8,
               is_least=True, remark=_rates(large)),
    ]  # fmt: skip


def _take_turns(ground, contestants, size):  # type: ignore[no-untyped-def]  # two tables of figures
    """Rates and costs of contestants, round by round."""
    cost: dict[str, list[float]] = {name: [] for name in contestants}

    def run(name: str) -> float:
        rate, cpu = contestants[name]()
        cost[name].append(cpu)
        return float(rate)

    named = {f"{name}, {size}": partial(run, name) for name in contestants}
    found = ground.turns(named)
    return {name.partition(",")[0]: rates for name, rates in found.items()}, cost


def _rates(rates: dict[str, list[float]]) -> str:
    return ", ".join(
        f"{name} {sorted(all_)[len(all_) // 2]:,.0f}/s" for name, all_ in rates.items()
    )


def _costs(costs: dict[str, list[float]]) -> str:
    return ", ".join(
        f"{name} {sorted(all_)[len(all_) // 2] * 1000:.0f} µs" for name, all_ in costs.items()
    )


def _ensure_wrk() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("T7 and T8 need a loader. Type: sudo apt-get install -y wrk")


def _folder() -> str:
    return f"{ASSET.hex[:2]}/{ASSET.hex}/1"


def name_of(size: str) -> str:
    return f"{SIZES[size]:05d}.m4s"


def shelf() -> None:
    """A published replay with a piece of each size."""
    from django.conf import settings

    from livestream.models import Recording
    from tests.factories.livestream import RecordingFactory

    folder = settings.RECORDINGS_ROOT / "media" / _folder() / "v360"
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for size, length in SIZES.items():
        (folder / name_of(size)).write_bytes(os.urandom(length))
    if not Recording.objects.filter(asset=ASSET).exists():
        RecordingFactory(published=True, asset=ASSET)


def _signed(size: str, front: str) -> str:
    from django.test import override_settings

    from livestream.delivery import paths
    from livestream.domain.tokens import Grant, expiry

    at = time.time()
    grant = Grant(asset=ASSET.hex, generation=1, audience="0" * 16, expires=expiry(at))
    with override_settings(WATCH_FRONT=front):
        return paths.signed(grant, f"v360/{name_of(size)}", at=at)


def _signed_in() -> str:
    from django.test import Client

    from tests.factories.accounts import LearnerFactory

    browser = Client()
    browser.force_login(LearnerFactory().user)
    return f"sessionid={browser.cookies['sessionid'].value}"


@contextmanager
def serving_nginx(ground: Ground) -> Iterator[Front]:
    from django.conf import settings

    from config.embedded import programs
    from livestream.delivery import nginx

    program = programs.nginx()
    if program is None:
        raise SystemExit("T7 and T8 need nginx. Type: sudo apt-get install -y nginx")
    nginx.render()
    port = free_port()
    (ground.folder / "nginx.conf").write_text(
        CONFIGURATION.format(
            user="root" if os.geteuid() == 0 else "nobody",
            folder=ground.folder,
            port=port,
            maps=nginx.maps(),
            places=nginx.places(),
            films=settings.RECORDINGS_ROOT,
        )
    )
    server = subprocess.Popen([program, "-c", ground.folder / "nginx.conf", "-p", ground.folder])
    try:
        _wait_for(port)
        yield Front(port, server.pid)
    finally:
        _end(server)


@contextmanager
def serving_product() -> Iterator[Front]:
    """The whole product, as ./run has it."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "2", "--blocking-threads", "4"),
            *("--backpressure", "64", "--no-access-log", "--log-level", "error"),
            "config.wsgi:application",
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_ROLE": "app"},
    )
    try:
        _wait_for(port)
        yield Front(port, server.pid)
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(20)


def _wait_for(port: int) -> None:
    for _try in range(1500):
        server = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            server.request("GET", "/healthz")
            server.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            server.close()
    raise SystemExit("the server did not come up")
