"""./run: from a checkout to a running city; the last line says where."""

import os
import platform
import signal
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from config.embedded import (
    StartRefused,
    assets,
    installation,
    keys,
    preparation,
    processes,
    standin,
)
from config.embedded.places import (
    ROOT,
    make_folder,
    python,
    service_account,
    service_home,
    var_dir,
)
from config.embedded.ports import LOOPBACK, free_port, is_free
from config.embedded.postgres import Cluster, choose_binaries
from config.embedded.processes import Program
from config.embedded.progress import complain, say, step
from config.embedded.supervisor import Stopped, Supervisor, listen_for_the_end
from config.embedded.valkey import Valkey

WEB_PATIENCE = 90.0
READY_PATIENCE = 30.0
LOG_SIZE = 5_000_000
TOO_MANY_CRASHES = 3


def main(arguments: list[str]) -> int:
    """Run until somebody ends us; 0 then, 1 with a sentence when we could not."""
    if arguments:
        complain("./run takes no arguments. PORT, VAR_DIR and others are environment variables.")
        return 2
    supervisor = None
    try:
        refuse_other_systems()
        listen_for_the_end()
        var = make_folder(var_dir())
        with processes.lock(var):
            port = _web_port(var)
            logs = make_folder(var / "log")
            _turn_over(logs)
            installation.ensure(logs)
            assets.ensure(logs)
            supervisor = Supervisor(logs, {processes.MARK: processes.mark_of(var)})
            try:
                _open_the_house(supervisor, var, port)
                supervisor.watch()
            finally:
                say("\nstopping ...")
                supervisor.stop()
    except StartRefused as refused:
        complain(str(refused))
        return 1
    except OSError as error:  # no room, no right to write: the machine's own words say it best
        complain(f"This machine did not let us go on: {error}")
        return 1
    except Stopped:
        say("stopped")
    return 0


def refuse_other_systems() -> None:
    """Raise ``StartRefused`` where we cannot promise to leave no process behind."""
    if sys.platform != "linux":
        raise StartRefused(
            f"./run and ./test need Linux (on Windows: WSL; this is {platform.system()}). "
            "With your own servers in DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, "
            "manage.py works everywhere."
        )


def _web_port(var: Path) -> int:
    """The port of PORT, free; what a killed supervisor left on it is ended first."""
    asked = os.environ.get("PORT") or "8000"
    if not asked.isdigit() or not 0 < int(asked) < 65536:
        raise StartRefused(f"PORT is {asked!r}, but must be a number from 1 to 65535.")
    if left := processes.end_leftovers(processes.mark_of(var)):
        say(f"  ended {left} processes that a killed ./run had left")
    if not is_free(int(asked)):
        raise StartRefused(
            f"Port {asked} is taken by another program. Choose a free one: PORT=8001 ./run"
        )
    return int(asked)


def _turn_over(logs: Path) -> None:
    """Keep logs from growing without end: a large one makes room, one old one is kept."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_SIZE:
            log.replace(log.with_suffix(".log.1"))


def _open_the_house(supervisor: Supervisor, var: Path, port: int) -> None:
    secrets = keys.secrets_of(var)
    addresses, cluster = _database(supervisor, var, secrets)
    environment = {
        "VAR_DIR": str(var),
        "PORT": str(port),
        "SITE_URL": os.environ.get("SITE_URL") or f"http://{LOOPBACK}:{port}",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secrets["SECRET_KEY"],
        **addresses,
        **_broker(supervisor, var, secrets),
    }
    if ffmpeg := os.environ.get("FFMPEG"):
        environment["FFMPEG"] = ffmpeg
    payments, cashier = _payments(var, port, secrets)
    environment |= payments | _live(var)
    keys.write(var / "environment", environment)
    supervisor.env |= environment | {"PYTHONUNBUFFERED": "1"}
    preparation.prepare(supervisor, var, cluster)
    at_once, soon = _programs(var, port)
    with step("web") as current:
        for program in at_once:
            supervisor.start(program)
        _wait_for_the_web(supervisor, port)
        for program in [*soon, *cashier]:
            supervisor.start(program)
        current.note(_what_is_not_ready(supervisor, port))
    accounts = var / "demo" / "accounts.json"
    if accounts.exists():
        say(f"  who you can be in the demo: {accounts}")
    say(f"ready: http://{LOOPBACK}:{port}/")


def _port_of(var: Path, service: str) -> int:
    """The port this service had last time if it is free, so that addresses stay as they are."""
    known = keys.read(var / "ports")
    port = free_port(int(known[service]) if service in known else None)
    keys.write(var / "ports", known | {service: str(port)})
    return port


def _database(
    supervisor: Supervisor, var: Path, secrets: dict[str, str]
) -> tuple[dict[str, str], Cluster | None]:
    """Start PostgreSQL, or take the one that DATABASE_URL names."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    given = {name: os.environ[name] for name in names if os.environ.get(name)}
    if len(given) == len(names):
        return given, None
    if given:
        raise StartRefused(
            "DATABASE_URL (role app) and DATABASE_OWNER_URL (role owner) belong together: "
            "set both, or neither. config/embedded/roles.sql makes the roles."
        )
    with step("PostgreSQL") as current:
        account = service_account()
        home = service_home(var, account)
        binaries = choose_binaries(var, account)
        cluster = Cluster(
            binaries,
            home / "postgres",
            port=_port_of(var, "postgres"),
            passwords=secrets,
            account=account,
        )
        if cluster.exists():
            cluster.refuse_other_major()
            cluster.forget_dead_server()
        else:
            cluster.create()
        (var / "postgres-programs").write_text(f"{binaries.source}\n")
        server = supervisor.start(cluster.program(), service=True)
        if not cluster.wait_until_answers(server):
            raise StartRefused(f"PostgreSQL did not start. See {supervisor.log_of('postgres')}")
        cluster.make_roles()
        place = f" in {home}, which its account can reach" if home != var else ""
        current.note(f"{binaries.version}{place}")
    return dict(zip(names, (cluster.url("app"), cluster.url("owner")), strict=True)), cluster


def _broker(supervisor: Supervisor, var: Path, secrets: dict[str, str]) -> dict[str, str]:
    """Start Valkey, or take the server that REDIS_URL names."""
    if url := os.environ.get("REDIS_URL"):
        return {"REDIS_URL": url}
    with step("Valkey"):
        valkey = Valkey(
            var / "valkey",
            port=_port_of(var, "valkey"),
            password=secrets["VALKEY_PASSWORD"],
            options=("appendonly yes",),
        )
        server = supervisor.start(valkey.program(), service=True)
        if not valkey.wait_until_answers(server):
            raise StartRefused(f"Valkey did not start. See {supervisor.log_of('valkey')}")
    return {"REDIS_URL": valkey.url}


def _payments(
    var: Path, port: int, secrets: dict[str, str]
) -> tuple[dict[str, str], list[Program]]:
    """Let people pay at Stripe if its key is given, else at the stand-in, which takes no money."""
    names = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "STRIPE_PAGES", "STRIPE_API_BASE")
    given = {name: os.environ[name] for name in names if os.environ.get(name)}
    if "STRIPE_SECRET_KEY" in given:
        return given, []
    cashier = _port_of(var, "stripe")
    address = f"http://{LOOPBACK}:{cashier}"
    pages = given.get("STRIPE_PAGES", address)
    options = (
        *("--pages", pages, "--webhook", f"http://{LOOPBACK}:{port}/pay/events/"),
        *("--state", make_folder(var / "stripe", 0o700) / "state.jsonl"),
        *("--follow-clock", "--arrives-after", "60"),
    )
    settings = {
        "STRIPE_SECRET_KEY": f"sk_test_{secrets['STANDIN_KEY']}",
        "STRIPE_WEBHOOK_SECRETS": f"whsec_{secrets['STANDIN_SIGNS_WITH']}",
        "STRIPE_API_BASE": address,
        "STRIPE_PAGES": pages,
    }
    return settings, [standin.program(cashier, options=options)]


def _live(var: Path) -> dict[str, str]:
    """Where lessons come in live: our own small server, unless LIVE_INGEST names another."""
    if os.environ.get("LIVE_INGEST", "embedded") != "embedded":
        return {}
    names = {"LIVE_PORT": "rtmp", "LIVE_READ_PORT": "live-read"}
    return {name: os.environ.get(name) or str(_port_of(var, of)) for name, of in names.items()}


def _programs(var: Path, port: int) -> tuple[list[Program], list[Program]]:
    """What people wait for (web, the worker), and what may come up after these.

    Each loads the whole product: all at once they would only slow each other down.
    """
    web: list[str | Path] = [
        *(python(), "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK),
        *("--port", str(port), "--workers", "2", "--blocking-threads", "4"),
        *("--respawn-failed-workers", "--no-ws", "--log-level", "warning"),
        # What waiting pages ask for takes none of the threads in which claims are answered.
        *("--static-path-route", "/queue", "--static-path-mount", make_folder(var / "queue")),
        *("--static-path-expires", "2"),
        "config.wsgi:application",
    ]
    celery: list[str | Path] = [python(), "-m", "celery", "-A", "config.celery"]
    worker = [*celery, "worker", "-l", "INFO"]
    # Films take minutes of a processor: errands must not queue behind them, nor what can be
    # watched in seconds. Of all others short ones go first.
    quick = [*worker, "-n", "quick@%h", "-Q", "quick", "-c", "2"]
    looks = [*worker, "-n", "looks@%h", "-Q", "fastpath", "-c", "1"]
    films = [*worker, "-n", "films@%h", "-Q", "units-short,units", "-c", "1"]
    beat = [*celery, "beat", "-l", "WARNING", "-s", make_folder(var / "beat") / "schedule"]
    dispatch: list[str | Path] = [python(), ROOT / "manage.py", "dispatch"]
    pace: list[str | Path] = [python(), ROOT / "manage.py", "pace_openings"]
    at_once = [_program("web", web), _program("worker", quick)]
    # A film would not be done in time anyway; its lease lapses and it is made again.
    without_delay = [
        _program("looks", looks, stop_signal=signal.SIGQUIT),
        _program("films", films, stop_signal=signal.SIGQUIT),
    ]
    small = [_program("dispatch", dispatch), _program("pace", pace), _program("beat", beat)]
    return at_once, [*small, *_live_programs(), *without_delay]


def _live_programs() -> list[Program]:
    """Who takes live lessons in, and who cuts them into pieces: neither is an errand."""
    packager: list[str | Path] = [python(), ROOT / "manage.py", "livepackager"]
    programs = [_program("livepackager", packager)]
    if os.environ.get("LIVE_INGEST", "embedded") == "embedded":
        receiver: list[str | Path] = [python(), ROOT / "manage.py", "livereceiver"]
        programs.insert(0, _program("livereceiver", receiver))
    return programs


def _program(
    name: str, command: list[str | Path], *, stop_signal: int = signal.SIGTERM
) -> Program:
    return Program(name, command, cwd=ROOT, stop_signal=stop_signal, grace=2.0)


def _wait_for_the_web(supervisor: Supervisor, port: int) -> None:
    """Wait until the web server answers. Raises ``StartRefused`` when it does not."""
    until = time.monotonic() + WEB_PATIENCE
    while _get(port, "/healthz")[0] == 0:
        supervisor.look()
        if supervisor.crashes("web") >= TOO_MANY_CRASHES or time.monotonic() > until:
            log = supervisor.log_of("web")
            ending = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise StartRefused(f"The web server does not answer. See {log}\n{ending}")
        time.sleep(0.1)
    _get(port, "/")  # so that the first visitor does not wait for templates to load


def _what_is_not_ready(supervisor: Supervisor, port: int) -> str:
    """Give the parts of /readyz a little time; those still missing then, or nothing.

    People can read the pages without them.
    """
    until = time.monotonic() + READY_PATIENCE
    while (answer := _get(port, "/readyz"))[0] == 503 and time.monotonic() < until:
        supervisor.look()
        time.sleep(0.3)
    return f"not ready yet: {answer[1]}" if answer[0] == 503 else ""


def _get(port: int, path: str) -> tuple[int, str]:
    """Status and body of one of our own pages; 0 while nobody answers."""
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(2000).decode(errors="replace")
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()
    return answer.status, body.strip()
