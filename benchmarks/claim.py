"""How fast a seat is claimed, and at what cost: function, view and ORM way, in one run.

    python benchmarks/claim.py [--rounds 3] [--seconds 3] [--clients 32]

Everything runs on a PostgreSQL of its own with durable commits. Every round begins with the same
city, nobody of which has a place; the contestants take turns in it, and medians of the rounds are
compared, so that a slow minute of the machine hits all of them. Read the ratios; the absolute
figures belong to the machine. Processor time is counted from /proc for the database and for the
web server, not for the clients.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.embedded import migrated  # noqa: E402 - the checkout has to be found first
from config.embedded.ports import free_port  # noqa: E402 - as above
from config.embedded.services import (  # noqa: E402 - as above
    ThrowawayPostgres,
    throwaway_postgres,
    throwaway_valkey,
)

TICK = os.sysconf("SC_CLK_TCK")
FIRST, SEATS = 1_000_000, 500
CITY = "city_as_built"
ATTEMPTS_A_CLASS = 512  # each class is filled, and refuses twelve
TOKEN = "0123456789abcdef" * 2
WORKERS, THREADS = 2, 4

# One press, as the web sends it. n counts all attempts of a run.
FUNCTION = """SELECT outcome FROM (SELECT nextval('bench')::bigint AS n) s, LATERAL seat_claim(
  {first} + n % {learners}, {first} + n % {learners}, {first} + {which},
  gen_random_uuid(), 'x', 'web', now(), now() + interval '1 day', '');
"""
# Each contestant has classes of its own, so that none finds seats that another has filled. The
# two of the function share people: in a round each learner asks once or twice, as in life.
HOT_CLASSES, ZIPF_CLASSES = range(100), range(100, 300)
VIEW_CLASSES, BARE_CLASSES, ORM_CLASSES = range(300, 330), range(330, 370), range(370, 400)
FULL_ORM_CLASSES = range(400, 420)
ALL_CLASSES = 420
SIGNED_IN = 600  # more than ask for one class: nobody asks twice
BARE_SEAT_CLASSES = 600  # rows without rules go faster, so there must be more of them
BARE_HOT = f"(n / {ATTEMPTS_A_CLASS}) % {BARE_SEAT_CLASSES}"
HOT = f"(n / {ATTEMPTS_A_CLASS}) % {len(HOT_CLASSES)}"
ZIPF = (
    f"{ZIPF_CLASSES.start} + least({len(ZIPF_CLASSES)}, ({len(ZIPF_CLASSES)} ^ random())::int) - 1"
)
# The best bare strategy known (claims.md 3.1): seat rows, and nothing of the rules.
BARE = """WITH asked AS (SELECT nextval('bare_bench')::bigint AS n),
free AS (SELECT s.class, s.no FROM bare_seat s, asked
  WHERE s.class = {which} AND s.learner IS NULL
  ORDER BY s.no LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED),
taken AS (UPDATE bare_seat b SET learner = {first} + n % {learners} FROM free, asked
  WHERE b.class = free.class AND b.no = free.no RETURNING b.class, b.learner)
INSERT INTO bare_enrolment (class, learner) SELECT class, learner FROM taken
ON CONFLICT DO NOTHING;
"""
BARE_TABLES = """
CREATE SEQUENCE bench;
CREATE SEQUENCE bare_bench;
CREATE TABLE bare_seat (class int, no int, learner bigint, PRIMARY KEY (class, no))
  WITH (fillfactor = 60);
CREATE INDEX ON bare_seat (class, no) WHERE learner IS NULL;
CREATE TABLE bare_enrolment (id bigserial PRIMARY KEY, class int,
  learner bigint REFERENCES accounts_learner, UNIQUE (learner, class));
INSERT INTO bare_seat SELECT c, n FROM generate_series(0, {classes} - 1) c,
  generate_series(1, {seats}) n;
"""


@dataclass(frozen=True)
class Result:
    """One contestant in one round."""

    per_second: float
    cpu_ms: float  # processor time of database and web server, a claim


def cpu_of(pid: int) -> float:
    """Return processor seconds of a process, of its living descendants and of those it buried."""
    total, queue = 0.0, [pid]
    while queue:
        one = queue.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICK
        queue += map(int, children)
    return total


class Rush:
    """One database, one web server, and the contestants."""

    def __init__(self, database: ThrowawayPostgres, options: argparse.Namespace) -> None:
        self.database = database
        self.address = os.environ["DATABASE_OWNER_URL"]
        self.name = self.address.rpartition("/")[2]
        self.options = options
        self.learners = options.learners
        self.numbers: dict[str, Iterator[int]] = defaultdict(count)
        self.sessions: list[str] = []
        self.port = 0
        self.server_pid = 0

    # The database by itself

    def keep_city(self) -> None:
        """Put the city aside as it has been built."""
        self.database.cluster.ask(f"ALTER DATABASE {self.name} RENAME TO {CITY}", "postgres")

    def begin_again(self) -> None:
        """Let everything stand as before the first press, with plans of tables in use."""
        ask = self.database.cluster.ask
        ask(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", "postgres")
        ask(f"CREATE DATABASE {self.name} OWNER owner TEMPLATE {CITY}", "postgres")
        ask(f"GRANT CONNECT, TEMPORARY ON DATABASE {self.name} TO app", "postgres")
        ask("CHECKPOINT", self.name)  # or it would fall into somebody's turn
        for contestant, which in ((BARE, BARE_HOT), (FUNCTION, HOT)):
            self.pgbench(contestant, which)
        ask("ANALYZE", self.name)

    def pgbench(self, script: str, which: str) -> Result:
        """Run a script for a while and count what it did; ``which`` chooses the class.

        The first second is not counted: connections of the web live for hours, and a new one
        spends its first claim on making plans.
        """
        text = script.format(first=FIRST, learners=self.learners, which=which)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(" ".join(text.split()) + "\n")
            file.flush()
            program = subprocess.Popen(
                [
                    self.database.cluster.binaries.folder / "pgbench",
                    *("-n", "-M", "prepared", "-c", str(self.options.clients), "-j", "2"),
                    *("-T", str(self.options.seconds + 1), "-P", "1", "-f", file.name),
                    self.address,
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            warmed, before, said = 0.0, 0.0, ""
            for line in program.stdout or ():
                progress = re.match(r"progress: ([\d.]+) s, ([\d.]+) tps", line)
                if progress and not warmed:
                    warmed, before = float(progress[1]) * float(progress[2]), self.cpu()
                said += line
            spent = self.cpu() - before
        found = re.search(r"actually processed: (\d+)", said)
        if program.wait() or found is None:
            raise SystemExit(said)
        done = int(found[1]) - warmed
        return Result(done / self.options.seconds, spent * 1000 / done)

    # Over HTTP

    def http(self, request: Callable[[int], tuple[str, str, dict[str, str]]]) -> Result:
        """Send requests from all clients for a while; every answer must be a good one."""
        until = time.monotonic() + self.options.seconds
        numbers = self.numbers[request.__name__]
        done = [0] * self.options.clients
        bad: dict[int, int] = defaultdict(int)

        def visit(client: int) -> None:
            server = HTTPConnection("127.0.0.1", self.port, timeout=60)
            while time.monotonic() < until:
                path, body, headers = request(next(numbers))
                server.request("POST" if body else "GET", path, body or None, headers)
                answer = server.getresponse()
                answer.read()
                if answer.status >= 400:
                    bad[answer.status] += 1
                done[client] += 1
            server.close()

        before, started = self.cpu(), time.monotonic()
        threads = [threading.Thread(target=visit, args=(n,)) for n in range(self.options.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took, spent = time.monotonic() - started, self.cpu() - before
        if bad:
            raise SystemExit(f"answers that are no answers: {dict(bad)}")
        return Result(sum(done) / took, spent * 1000 / sum(done))

    def view(self, n: int) -> tuple[str, str, dict[str, str]]:
        """The product's own page: session, CSRF, rules, claim, redirect."""
        return self._pressed(f"/classes/{_class(VIEW_CLASSES, n)}/hold/", n)

    def full_orm_view(self, n: int) -> tuple[str, str, dict[str, str]]:
        """The same page with the claim in the way of the ORM."""
        return self._pressed(f"/orm/{_class(FULL_ORM_CLASSES, n)}/full/", n)

    def _pressed(self, path: str, n: int) -> tuple[str, str, dict[str, str]]:
        return (
            path,
            urlencode({"csrfmiddlewaretoken": TOKEN, "press": str(uuid4()), "expects": "seat"}),
            {
                "Cookie": f"sessionid={self.sessions[n % len(self.sessions)]}; csrftoken={TOKEN}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )

    def look_around(self) -> None:
        """Let everybody open a page first, as people do; a first visit is no claim."""
        server = HTTPConnection("127.0.0.1", self.port, timeout=60)
        for n in range(SIGNED_IN):
            path, _body, headers = self.view(n)
            server.request("GET", path, None, headers)
            server.getresponse().read()
        server.close()

    def bare_view(self, n: int) -> tuple[str, str, dict[str, str]]:
        """The claim alone, in a view."""
        return f"/bare/{_class(BARE_CLASSES, n)}/{FIRST + n % self.learners}/", "x=1", FORM

    def orm_view(self, n: int) -> tuple[str, str, dict[str, str]]:
        """The ORM way, in a view."""
        return f"/orm/{_class(ORM_CLASSES, n)}/{FIRST + n % self.learners}/", "x=1", FORM

    def hello(self, n: int) -> tuple[str, str, dict[str, str]]:
        """The server by itself."""
        return "/hello/", "", {}

    def cpu(self) -> float:
        """Return processor seconds of database and web server so far."""
        database = self.database.process
        return (cpu_of(database.pid) if database else 0.0) + (
            cpu_of(self.server_pid) if self.server_pid else 0.0
        )

    @contextmanager
    def serving(self, role: str) -> Iterator[None]:
        """Have the web server run as a database role."""
        self.port = free_port()
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", str(WORKERS)),
                *("--blocking-threads", str(THREADS), "--backpressure", "64"),
                *("--no-access-log", "--log-level", "error", "config.wsgi:application"),
            ],
            cwd=ROOT,
            env=os.environ | {"DATABASE_ROLE": role},
        )
        try:
            _wait_for(self.port)
            self.server_pid = server.pid
            yield
        finally:
            self.server_pid = 0
            server.terminate()
            server.wait(20)


def _class(classes: range, n: int) -> int:
    return FIRST + classes[n // ATTEMPTS_A_CLASS % len(classes)]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _wait_for(port: int) -> None:
    for _try in range(300):
        server = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            server.request("GET", "/hello/")
            server.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            server.close()
    raise SystemExit("the web server did not come up")


def run(rush: Rush) -> dict[str, list[Result]]:
    """Let the contestants take turns."""
    results: dict[str, list[Result]] = defaultdict(list)
    for number in range(rush.options.rounds):
        print(f"round {number + 1} of {rush.options.rounds}", file=sys.stderr, flush=True)
        rush.begin_again()
        results["bare"].append(rush.pgbench(BARE, BARE_HOT))
        results["function, hot"].append(rush.pgbench(FUNCTION, HOT))
        results["function, zipf"].append(rush.pgbench(FUNCTION, ZIPF))
        with rush.serving("app"):
            rush.look_around()
            results["hello"].append(rush.http(rush.hello))
            results["view"].append(rush.http(rush.view))
            results["bare view"].append(rush.http(rush.bare_view))
        with rush.serving("owner"):  # the ORM may write only as the owner of the tables
            results["orm view"].append(rush.http(rush.orm_view))
            rush.look_around()
            results["full orm view"].append(rush.http(rush.full_orm_view))
    return results


def report(results: dict[str, list[Result]]) -> None:
    """Print figures, then ratios."""
    for name, found in results.items():
        print(f"{name:16}", *(f"{one.per_second:.0f} ({one.cpu_ms:.2f})" for one in found))
    print()
    rate = {name: median(one.per_second for one in found) for name, found in results.items()}
    cpu = {name: median(one.cpu_ms for one in found) for name, found in results.items()}
    print(f"{'':16}{'claims/s':>12}{'CPU ms/claim':>16}")
    for name in results:
        print(f"{name:16}{rate[name]:>12.0f}{cpu[name]:>16.2f}")
    print()
    ratios = [
        ("function / bare seat rows, hot class", _rates("function, hot", "bare"), 0.40),
        ("function / bare rows, CPU (at most)", _cpu("function, hot", "bare"), 2.6),
        ("hot class / 200 classes, function", _rates("function, hot", "function, zipf"), 0.6),
        ("view / function", _rates("view", "function, hot"), 0.10),
        ("view / hello", _rates("view", "hello"), 0.07),
        ("view / ORM view, claims per second", _rates("view", "orm view"), None),
        ("bare view / ORM view, claims per second", _rates("bare view", "orm view"), None),
        ("ORM view / bare view, CPU", _cpu("orm view", "bare view"), 3.0),
        ("ORM in the full view / view, CPU", _cpu("full orm view", "view"), 1.8),
        ("view / bare view, CPU (at most)", _cpu("view", "bare view"), 2.5),
    ]
    for name, ratio, floor in ratios:
        print(f"{name:44}{ratio(results):8.2f}" + (f"   floor {floor}" if floor else ""))


def _rates(one: str, other: str) -> Callable[[dict[str, list[Result]]], float]:
    """The median of what a round's rates are to each other: a machine that slows slows both."""
    return lambda found: median(
        a.per_second / b.per_second for a, b in zip(found[one], found[other], strict=True)
    )


def _cpu(one: str, other: str) -> Callable[[dict[str, list[Result]]], float]:
    """The same of processor time."""
    return lambda found: median(
        a.cpu_ms / b.cpu_ms for a, b in zip(found[one], found[other], strict=True)
    )


def main() -> None:
    """Build, run, report, and check that nothing was sold twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--learners", type=int, default=20_000)
    options = parser.parse_args()
    with throwaway_postgres(durable=True) as database, throwaway_valkey() as valkey:
        name = migrated.ensure(database)
        if name is None:
            raise SystemExit("the migrations do not run: try python manage.py migrate")
        os.environ |= {
            "DATABASE_URL": database.url("app", name),
            "DATABASE_OWNER_URL": database.url("owner", name),
            "DATABASE_ROLE": "owner",
            "REDIS_URL": valkey.url(),
            "SECRET_KEY": "for the length of a benchmark",
            "DJANGO_SETTINGS_MODULE": "benchmarks.claim_settings",
            "PYTHONPATH": str(ROOT),
        }
        import django

        django.setup()
        from django.db import connection

        from benchmarks import claim_city

        rush = Rush(database, options)
        city = claim_city.build(
            learners=options.learners, classes=ALL_CLASSES, signed_in=SIGNED_IN
        )
        rush.sessions = city.sessions
        with connection.cursor() as cursor:
            cursor.execute(BARE_TABLES.format(classes=BARE_SEAT_CLASSES, seats=SEATS))
            cursor.execute("ANALYZE")
        connection.close()
        rush.keep_city()
        report(run(rush))
        sold_twice()


def sold_twice() -> None:
    """Say what the invariants say, leaving out what the ORM contestant wrote."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        rows = connection.execute(
            "SELECT rule, count(*) FROM seat_check(now(), false) GROUP BY 1"
        ).fetchall()
        overfull = connection.execute(
            "SELECT count(*) FROM (SELECT section_id FROM enrolment_enrolment"
            " WHERE status IN ('offered', 'confirmed', 'active')"
            " GROUP BY section_id HAVING count(*) > %s) s",
            [SEATS],
        ).fetchone()
    print(f"\nclasses with more seats given than they have: {overfull[0] if overfull else '?'}")
    orm_leaves = {
        "an enrolment that counts has its seat",
        "every enrolment has a history",
        "the learner's row counts their room classes",
        "nobody is in a class and in its line",
    }
    broken = [f"{rule} ({number})" for rule, number in rows if rule not in orm_leaves]
    print("broken rules: " + (", ".join(broken) or "none"))


if __name__ == "__main__":
    main()
