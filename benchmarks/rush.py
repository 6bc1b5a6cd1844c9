"""The morning of an opening: tens of thousands wait, a pacer lets them in, seats are claimed.

    python benchmarks/rush.py [--learners 20000] [--kill] [--capacity 15]

Real programs on servers of their own: granian with the options of ./run, the pacer,
PostgreSQL with durable commits, Valkey. The crowd is one process on one core
(``rush_crowd.py``), the servers have what is left of the machine. Everybody takes a number
over HTTP, waits by polling the published files, comes in, looks at a class and presses for a
seat. With ``--kill`` PostgreSQL is ended with ``kill -9`` in the middle and started again.

What is printed is checked against the database afterwards; the exit code is 1 when a promise
was broken.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim import cpu_of  # noqa: E402 - the checkout has to be found first
from config.embedded import migrated  # noqa: E402 - as above
from config.embedded.ports import free_port  # noqa: E402 - as above
from config.embedded.services import (  # noqa: E402 - as above
    ThrowawayPostgres,
    throwaway_postgres,
    throwaway_valkey,
)

Sheet = dict[str, Any]
HOUR_IN = 12.0  # seconds from the last number taken to the hour
DOWN_FOR = 3.0  # seconds until the killed database is started again


class Rush:
    """The programs of one morning, and the crowd."""

    def __init__(self, stack: ExitStack, options: argparse.Namespace, database: ThrowawayPostgres):
        self.options, self.database = options, database
        self.var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rush-")))
        self.port = free_port()
        self.stack = stack
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.city: Any = None
        self.killed_at: float | None = None
        self.cpu_before_the_kill = 0.0
        self.half_time = 0.0

    def prepare(self, redis: str, name: str) -> None:
        """Fill the city; from here on this process may ask the database, as its owner."""
        os.environ |= {
            "DATABASE_URL": self.database.url("app", name),
            "DATABASE_OWNER_URL": self.database.url("owner", name),
            "DATABASE_ROLE": "owner",
            "REDIS_URL": redis,
            "SECRET_KEY": "for the length of a benchmark",
            "DJANGO_SETTINGS_MODULE": "benchmarks.rush_settings",
            "VAR_DIR": str(self.var),
            "PORT": str(self.port),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "WAITING_ROOM_CAPACITY": str(self.options.capacity),
            "PYTHONPATH": str(ROOT),
        }
        import django

        django.setup()
        from django.db import connection

        from benchmarks import rush_city

        options = self.options
        self.city = rush_city.build(
            learners=options.learners, classes=options.classes, seats=options.seats
        )
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()

    def start(self, name: str, *command: str | Path) -> None:
        """Start a program of the product as the web's role, and the crowd."""
        log = self.stack.enter_context((self.var / f"{name}.log").open("ab"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE} if name == "crowd" else {}
        program = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | {"DATABASE_ROLE": "app"},
            **{"stdout": log, "stderr": log, **pipes},  # type: ignore[call-overload]  # by name
        )
        self.programs[name] = program
        self.stack.callback(_end, program)

    def serve(self) -> None:
        """Open the web and the pacer as ``./run`` does, and let the crowd come."""
        (self.var / "queue").mkdir()
        self.start(
            "web", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            *("--port", str(self.port), "--workers", str(self.options.workers)),
            *("--blocking-threads", str(self.options.threads)),
            *("--respawn-failed-workers", "--no-ws", "--log-level", "warning"),
            *("--static-path-route", "/queue", "--static-path-mount", self.var / "queue"),
            *("--static-path-expires", "2"),
            "config.wsgi:application",
        )  # fmt: skip
        self.start("pacer", ROOT / "manage.py", "pace_openings")
        core = max(os.sched_getaffinity(0))
        self.start("crowd", ROOT / "benchmarks/rush_crowd.py", str(core))
        _wait_for(self.port, self.programs["web"], self.var / "web.log")

    def tell(
        self, do: str, *, meanwhile: Callable[[Sheet], None] = lambda _news: None, **about: Any
    ) -> Sheet:
        """Have the crowd do something; return its report, with the CPU everybody used for it."""
        crowd, before = self.programs["crowd"], self.cpu()
        assert crowd.stdin is not None  # noqa: S101 - for the type checker
        assert crowd.stdout is not None  # noqa: S101 - for the type checker
        crowd.stdin.write((json.dumps({"do": do, **about}) + "\n").encode())
        crowd.stdin.flush()
        for line in crowd.stdout:
            news: Sheet = json.loads(line)
            if news.pop("done", False):
                after = self.cpu()
                return news | {"cpu": {role: after[role] - before[role] for role in after}}
            meanwhile(news)
        raise SystemExit(
            "the crowd has gone home: " + (self.var / "crowd.log").read_text()[-2000:]
        )

    def cpu(self) -> dict[str, float]:
        """Return processor seconds of each role so far."""
        database = self.database.process
        used = {name: cpu_of(program.pid) for name, program in self.programs.items()}
        now = cpu_of(database.pid) if database else 0.0
        return used | {"PostgreSQL": self.cpu_before_the_kill + now}

    def kill_in_the_middle(self, news: Sheet) -> None:
        """End PostgreSQL as a power cut would, and start it again.

        When four seats of ten are given; on a slow machine when half of the time is over.
        """
        early = news["seats"] < 0.4 * self.options.seats and time.time() < self.half_time
        if self.killed_at or not self.options.kill or early:
            return
        self.killed_at = time.time()
        self.cpu_before_the_kill = self.cpu()["PostgreSQL"]
        self.database.kill9()
        time.sleep(DOWN_FOR)
        self.database.start()


def run(rush: Rush) -> Sheet:
    """The whole morning; return everything that was seen."""
    from django.db import connection

    from benchmarks import rush_city

    city, options = rush.city, rush.options
    rush.tell(
        "stand", port=rush.port, opening=city.opening, classes=city.classes, first=rush_city.FIRST,
        courses=city.courses, sessions=city.sessions, learners=options.learners,
        seats=options.seats, join=options.join, seed=options.seed,
        spread=min(20, max(1, options.learners // 100)),
    )  # fmt: skip
    sheet: Sheet = {}
    _say("everybody takes a number")
    sheet["join"] = rush.tell("join", meanwhile=lambda _news: _put_off(city.opening))
    rush_city.stand_there(city.opening, range(options.join, options.learners))
    _say("a quiet site is read")
    sheet["quiet"] = rush.tell("look around", kind="quiet", seconds=options.quiet)
    opens = time.time() + HOUR_IN
    rush.half_time = opens + options.seconds / 2
    rush_city.open_at(city.opening, datetime.fromtimestamp(opens, UTC))
    numbers = rush_city.numbers_of(city.opening)
    connection.close()
    _say("the rush")
    sheet["rush"] = rush.tell(
        "rush",
        numbers=[numbers[rush_city.FIRST + n] for n in range(options.learners)],
        opens=opens,
        seconds=options.seconds,
        meanwhile=rush.kill_in_the_middle,
    )
    return sheet


def _put_off(opening: int) -> None:
    """Keep the hour ahead for as long as people come: the doors open only just before it."""
    from benchmarks import rush_city

    rush_city.open_at(opening, datetime.now(UTC) + timedelta(minutes=14))


def report(sheet: Sheet, rush: Rush) -> bool:
    """Print what was seen and what was promised; return whether all of it holds."""
    from benchmarks import rush_checks

    took, met = sheet["rush"]["took"], Counter(sheet["rush"]["met"])
    seconds = sheet["rush"]["seconds"]
    joined = sheet["join"]
    given = met["claims: seat"]
    print(f"{rush.options.join} numbers taken over HTTP in {joined['seconds']:.0f} s")
    came = len(sheet["rush"]["entered"])
    print(f"{given} seats of {rush.options.seats} given in {came} turns")
    print(f"within {seconds:.0f} s of the hour: {given / seconds:.1f} seats a second\n")
    print(f"{'milliseconds':28}{'number':>8}{'p50':>8}{'p95':>8}{'p99':>8}")
    for kind, times in (*sheet["quiet"]["took"].items(), *took.items()):
        p50, p95, p99 = (rush_checks.percentile(times, share) for share in (50, 95, 99))
        print(f"{kind:28}{len(times):>8}{p50:>8.0f}{p95:>8.0f}{p99:>8.0f}")
    polls = sum(len(took.get(kind, ())) for kind in ("poll", "place", "watch"))
    print(f"\npublished files read: {polls}, {polls / (seconds + HOUR_IN):.0f} a second")
    used = ", ".join(f"{role} {spent:.0f}" for role, spent in sheet["rush"]["cpu"].items())
    print(f"processor seconds in the rush: {used}")
    print(
        "met: " + ", ".join(f"{what} {number}" for what, number in sorted(met.items()) if number)
    )
    print()
    kept = True
    judged = not (rush.options.unhurried or rush.killed_at)  # without a database nobody is quick
    for name, said, good in (
        *rush_checks.promises_of_speed(sheet, judged=judged),
        rush_checks.promise_of_words(sheet["rush"], killed=rush.killed_at is not None),
        *rush_checks.promises_in_the_database(
            sheet["rush"], rush.city.opening, seats=rush.options.seats, judged=judged
        ),
    ):
        print(f"{ {True: 'kept', False: 'BROKEN', None: 'told'}[good]:6}  {name}: {said}")
        kept = kept and good is not False
    return kept


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _wait_for(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and web.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as site:
                site.request("GET", "/healthz")
                site.getresponse().read()
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server did not come up: " + log.read_text()[-2000:])


@contextmanager
def a_morning(options: argparse.Namespace) -> Iterator[Rush]:
    """Servers, city and programs, gone afterwards."""
    with ExitStack() as stack:
        database = stack.enter_context(throwaway_postgres(durable=True))
        valkey = stack.enter_context(throwaway_valkey())
        name = migrated.ensure(database)
        if name is None:
            raise SystemExit("the migrations do not run: try python manage.py migrate")
        rush = Rush(stack, options, database)
        rush.prepare(valkey.url(), name)
        rush.serve()
        yield rush


def read_options(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=20_000)
    parser.add_argument("--join", type=int, help="so many take their number over HTTP: all")
    parser.add_argument("--classes", type=int, help="a hundredth of the learners")
    parser.add_argument("--seats", type=int, help="a tenth of the learners")
    parser.add_argument("--seconds", type=float, default=180.0, help="of the rush, at most")
    parser.add_argument("--quiet", type=float, default=40.0, help="seconds of a quiet site")
    parser.add_argument("--capacity", type=int, default=15, help="WAITING_ROOM_CAPACITY")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the crowd")
    parser.add_argument("--workers", type=int, default=2, help="of the web, as ./run has them")
    parser.add_argument("--threads", type=int, default=4, help="of each worker")
    parser.add_argument(
        "--unhurried", action="store_true", help="judge no times: others work here"
    )
    parser.add_argument("--kill", action="store_true", help="kill -9 PostgreSQL in the middle")
    options = parser.parse_args(words)
    options.join = options.learners if options.join is None else options.join
    options.classes = options.classes or max(2, options.learners // 100)
    options.seats = options.seats or options.classes * 10
    return options


def main() -> None:
    """Live through one morning."""
    options = read_options()
    with a_morning(options) as rush:
        sheet = run(rush)
        print(f"crowd seed {options.seed}, capacity {options.capacity}")
        good = report(sheet, rush)
        if not good:
            kept = Path(tempfile.mkdtemp(prefix="rush-broken-"))
            for log in rush.var.glob("*.log"):
                (kept / log.name).write_bytes(log.read_bytes())
            print(f"\nlogs: {kept}", file=sys.stderr)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
