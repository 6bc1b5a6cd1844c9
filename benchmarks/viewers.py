"""Thousands of viewers before a real nginx: does every piece arrive, and what does one cost?

    python -m benchmarks.viewers [--viewers 2000] [--seconds 60] [--kilobytes 300]

Half of them watch a replay, half a lesson that goes out live while its list grows; each has a
connection and a signed path of their own and asks as a player does, one piece every six seconds.
In the middle the keys change and nginx reads them again, and one viewer in a hundred loses their
right. Then the same piece is fetched with and without its signature, in turn, which says what
checking it costs. Nothing runs but nginx: no database, no Python behind it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import programs
from config.embedded.ports import free_port

PIECE_SECONDS = 6.0
PIECES = 40
REVOKED_SHARE = 0.01
TICKS = os.sysconf("SC_CLK_TCK")
RATIO_REQUESTS = 4000
RATIO_AT_ONCE = 64
VOD, LIVE = "0a" * 16, "0b" * 16

CONFIGURATION = """
{user}
daemon off;
worker_processes 2;
pcre_jit on;
worker_rlimit_nofile 20000;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 9000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000;
    {maps}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        {places}
        location /plain/ {{
            alias {films}/;
            sendfile on;
            tcp_nopush on;
            default_type video/iso.segment;
            add_header Cache-Control "private, max-age=86400, immutable";
            add_header X-Content-Type-Options nosniff;
            add_header Referrer-Policy no-referrer;
            add_header Cross-Origin-Resource-Policy same-origin;
        }}
        location / {{ access_log {folder}/product.log; return 404; }}
    }}
}}
"""


@dataclass
class Tally:
    """What happened to all of them together."""

    answers: Counter[int] = field(default_factory=Counter)
    pieces: int = 0
    bytes: int = 0
    late: int = 0
    failed: int = 0
    again: int = 0
    took: list[float] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    ended_after: list[float] = field(default_factory=list)


class Line:
    """One viewer's connection. A browser asks again when a kept line turns out to be closed."""

    def __init__(self, port: int, tally: Tally) -> None:
        self.port = port
        self.tally = tally
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask once, and a second time on a new line when the old one was gone."""
        for _try in range(2):
            kept = self.streams is not None
            try:
                return await asyncio.wait_for(self._ask(path), 30)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if not kept:
                    raise
                self.tally.again += 1
        raise ConnectionError(path)

    async def _ask(self, path: str) -> tuple[int, bytes]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self.streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: films\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].split("\r\n")[0])
        body = await reader.readexactly(length)
        status = int(head.split()[1])
        self.tally.answers[status] += 1
        if "connection: close" in head:
            self.close()
        return status, body

    def close(self) -> None:
        """Hang up."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


class Stage:
    """A folder of films, the keys, and nginx before them."""

    def __init__(self, folder: Path, *, piece: int) -> None:
        from django.conf import settings

        from livestream.delivery import nginx as front
        from livestream.domain import tokens

        self.folder, self.port, self.piece = folder, free_port(), piece
        self.films = folder / "films"
        settings.WATCH_ROOT = folder / "watch"
        settings.STORAGES["recordings"]["OPTIONS"]["location"] = self.films
        self.ended = settings.WATCH_ROOT / front.ENDED
        self.keys = settings.WATCH_ROOT / front.KEYS
        self.ended.mkdir(parents=True)
        self.signer = tokens.Signer(secrets.token_bytes(32), tokens.Front.NGINX)
        self.write_keys(series=0)
        (settings.WATCH_ROOT / front.WORDS).write_text("gone")
        self.content = os.urandom(piece)
        for asset in (VOD, LIVE):
            (self.films / tokens.folder_of(asset, 1) / "v360").mkdir(parents=True)
        self.list_of(VOD, PIECES, whole=True)
        self.live_pieces = 0
        self.grow()
        self.grow()
        text = CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            folder=folder,
            port=self.port,
            films=self.films,
            maps=front.maps(),
            places=front.places(),
        )
        (folder / "nginx.conf").write_text(text)
        self.server = subprocess.Popen(
            [str(programs.nginx()), "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        )

    def write_keys(self, *, series: int) -> None:
        """The keys of these days, as ``render_watch_keys`` writes them."""
        from livestream.domain import tokens

        keys = tokens.keys_for_nginx(time.time(), secret=self.signer.secret, series=series)
        self.keys.write_text("".join(f'{kid} "{key}";\n' for kid, key in keys.items()))

    def path(self, asset: str, audience: str) -> str:
        """A viewer's own path to the folder of a film."""
        from livestream.domain import tokens

        now = time.time()
        grant = tokens.Grant(asset, 1, audience, tokens.expiry(now), grows=asset == LIVE)
        return self.signer.path_for(grant, "v360/", at=now)

    def list_of(self, asset: str, pieces: int, *, whole: bool) -> None:
        """Write the list, and the pieces it names that are not there yet."""
        from livestream.domain import tokens

        folder = self.films / tokens.folder_of(asset, 1) / "v360"
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:6"]
        for number in range(pieces):
            name = f"{number:05d}.m4s"
            if not (folder / name).exists():
                (folder / name).write_bytes(self.content)
            lines += ["#EXTINF:6.000000,", name]
        beside = folder / "index.new"
        beside.write_text("\n".join([*lines, *(["#EXT-X-ENDLIST"] if whole else []), ""]))
        beside.replace(folder / "index.m3u8")

    def grow(self) -> None:
        """One more piece of the live lesson."""
        self.live_pieces += 1
        self.list_of(LIVE, self.live_pieces, whole=False)

    def reload(self) -> None:
        """The keys of tomorrow are there: nginx reads them, as every night."""
        self.keys.write_text(self.keys.read_text() + 'n1 "00000000000000000000000000000000";\n')
        os.kill(self.server.pid, signal.SIGHUP)

    def cpu_seconds(self) -> float:
        """What nginx has used so far, workers that are gone included."""
        used = sum(_ticks(self.server.pid, of_children=True))
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return (used + sum(sum(_ticks(int(pid))) for pid in children.split())) / TICKS


def _ticks(pid: int, *, of_children: bool = False) -> list[int]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(one) for one in fields[11 : 15 if of_children else 13]]


async def watch(stage: Stage, tally: Tally, *, asset: str, audience: str, until: float) -> None:
    """One viewer, from the list to the end of the hour: a piece every six seconds."""
    await asyncio.sleep(random.random() * PIECE_SECONDS)
    line, base = Line(stage.port, tally), stage.path(asset, audience)
    number = stage.live_pieces - 1 if asset == LIVE else random.randrange(PIECES // 2)
    names: list[str] = []
    try:
        while (began := time.monotonic()) < until:
            if asset == LIVE or not names:
                status, body = await line.get(f"{base}index.m3u8")
                names = [name for name in body.decode().split() if name.endswith(".m4s")]
            if number < len(names):
                status, body = await line.get(base + names[number])
                if status == 200:
                    _note(tally, time.monotonic() - began, body == stage.content)
                    tally.bytes += len(body)
                    number += 1
            if status == 410 and audience in tally.ended:
                tally.ended_after.append(time.monotonic())
                return
            if status != 200:
                tally.failed += 1
            await asyncio.sleep(max(0.0, PIECE_SECONDS - (time.monotonic() - began)))
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        tally.failed += 1
    finally:
        line.close()


def _note(tally: Tally, took: float, is_whole: bool) -> None:
    tally.pieces += 1
    tally.failed += not is_whole
    tally.late += took > PIECE_SECONDS
    tally.took.append(took)


async def the_lesson(stage: Stage, tally: Tally, viewers: int, seconds: float) -> float:
    """All of them at once; the list grows, keys change, some rights end. How soon they ended."""
    until = time.monotonic() + seconds
    audiences = [secrets.token_hex(8) for _ in range(viewers)]
    watching = [
        asyncio.create_task(
            watch(stage, tally, asset=(VOD, LIVE)[n % 2], audience=audience, until=until)
        )
        for n, audience in enumerate(audiences)
    ]
    revoked_at = 0.0
    for step in range(int(seconds / PIECE_SECONDS)):
        await asyncio.sleep(PIECE_SECONDS)
        stage.grow()
        if step == int(seconds / PIECE_SECONDS / 3):
            tally.ended = set(random.sample(audiences, max(1, int(viewers * REVOKED_SHARE))))
            for audience in tally.ended:
                (stage.ended / audience).touch()
            revoked_at = time.monotonic()
        if step == int(seconds / PIECE_SECONDS / 2):
            stage.reload()
    await asyncio.gather(*watching)
    return max(tally.ended_after, default=revoked_at) - revoked_at


async def one_after_the_other(stage: Stage, path: str, tally: Tally) -> float:
    """CPU seconds of nginx for one request, many at once, always the same piece."""
    before = stage.cpu_seconds()

    async def ask(times: int) -> None:
        line = Line(stage.port, tally)
        for _ in range(times):
            status, _body = await line.get(path)
            tally.failed += status != 200
        line.close()

    share = RATIO_REQUESTS // RATIO_AT_ONCE
    await asyncio.gather(*(ask(share) for _ in range(RATIO_AT_ONCE)))
    return (stage.cpu_seconds() - before) / (share * RATIO_AT_ONCE)


async def the_ratio(stage: Stage, tally: Tally) -> tuple[float, float]:
    """What a piece costs without and with its signature: the medians of five turns each."""
    from livestream.domain import tokens

    plain = f"/plain/{tokens.folder_of(VOD, 1)}/v360/00000.m4s"
    signed = stage.path(VOD, "0" * 16) + "00000.m4s"
    turns: dict[str, list[float]] = {plain: [], signed: []}
    for _turn in range(5):
        for path, costs in turns.items():
            costs.append(await one_after_the_other(stage, path, tally))
    return sorted(turns[plain])[2], sorted(turns[signed])[2]


def measure(*, viewers: int, seconds: float, kilobytes: int) -> Tally:
    """Play it all and print what happened."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="viewers-") as name:
        stage = Stage(Path(name), piece=kilobytes * 1000)
        try:
            time.sleep(0.5)
            tally = Tally()
            before, began = stage.cpu_seconds(), time.monotonic()
            ended = asyncio.run(the_lesson(stage, tally, viewers, seconds))
            took = time.monotonic() - began
            used = stage.cpu_seconds() - before
            product = stage.folder / "product.log"
            asked = len(product.read_text().splitlines()) if product.exists() else 0
            print(f"{viewers} viewers; requests that reached the product: {asked}")
            _tell(tally, took=took, used=used, ended=ended)
            plain, signed = asyncio.run(the_ratio(stage, tally))
            print(
                f"one piece of {kilobytes} kB: {plain * 1e6:.0f} µs of nginx without signature,"
                f" {signed * 1e6:.0f} µs with, ratio {signed / plain:.2f}"
            )
        finally:
            stage.server.terminate()
            stage.server.wait(20)
    return tally


def _tell(tally: Tally, *, took: float, used: float, ended: float) -> None:
    requests = sum(tally.answers.values())
    times = sorted(tally.took)
    print(f"{took:.0f} s: {requests} requests, {tally.pieces} pieces")
    print(f"failed: {tally.failed}; later than their own length: {tally.late}")
    print(f"answers: {dict(sorted(tally.answers.items()))}; asked again: {tally.again}")
    print(
        f"a piece took {times[len(times) // 2] * 1000:.0f} ms in the middle,"
        f" {times[int(len(times) * 0.99)] * 1000:.0f} ms at 99 %"
    )
    print(
        f"{tally.bytes * 8 / took / 1e6:.0f} Mb/s; nginx {used / requests * 1e6:.0f} µs"
        f" of a processor a request, {used / took * 100:.0f} % of one in all"
    )
    revoked = f"{len(tally.ended_after)} of {len(tally.ended)} revoked rights ended"
    print(f"{revoked}, the last was noticed after {ended:.1f} s")


def main() -> int:
    """The command; the exit code says whether every piece arrived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kilobytes", type=int, default=300)
    options = parser.parse_args()
    _without_a_product()
    tally = measure(**vars(options))
    return 1 if tally.failed else 0


def _without_a_product() -> None:
    """Django's settings for the texts of the front; nobody is asked anything."""
    with tempfile.TemporaryDirectory(prefix="viewers-var-") as folder:
        os.environ.update(
            VAR_DIR=folder,
            SECRET_KEY=secrets.token_hex(32),
            DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
            REDIS_URL="redis://127.0.0.1:1/0",
            DJANGO_SETTINGS_MODULE="config.settings.test",
        )
        import django

        django.setup()


if __name__ == "__main__":
    sys.exit(main())
