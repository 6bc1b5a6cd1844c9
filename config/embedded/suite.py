"""./test: lint, contracts and types, then the whole suite; the same here and in CI."""

import argparse
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from config.embedded import (
    StartRefused,
    assets,
    catalogues,
    installation,
    keys,
    migrated,
    processes,
    programs,
)
from config.embedded.places import ROOT, make_folder, python, var_dir
from config.embedded.progress import complain, say, step
from config.embedded.run import refuse_other_systems
from config.embedded.services import (
    ThrowawayPostgres,
    ThrowawayValkey,
    throwaway_postgres,
    throwaway_valkey,
)
from config.embedded.supervisor import Stopped, listen_for_the_end

DEEP = ("claims", "money", "media", "audit", "input")
FAST = "not threads and not browser"
# Production settings refuse to load without these; their values do not matter to the check.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ALLOWED_HOSTS": "university.example",
    "SITE_URL": "https://university.example",
    "SMS_BACKEND": "accounts.gateways.outbox.OutboxGateway",
}


@dataclass(frozen=True)
class Check:
    """One headline of ./test."""

    name: str
    command: list[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Run the checks; the exit code of the first that failed, or 0."""
    options, rest = parse(arguments)
    try:
        refuse_other_systems()
        listen_for_the_end()
        logs = make_folder(make_folder(var_dir()) / "log")
        installation.ensure(logs)
        assets.ensure(logs)
        catalogues.compile_all(ROOT / "locale")
        if not options.fast:
            with step("Chromium, nginx") as current:
                current.note(" ".join(programs.ensure()))
        with throwaway_postgres() as database, throwaway_valkey() as valkey:
            checks = _checks(options, rest, tables=_making_tables(database))
            return run_checks(checks, _environment(database, valkey))
    except StartRefused as refused:
        complain(str(refused))
        return 1
    except OSError as error:  # no room, no right to write: the machine's own words say it best
        complain(f"This machine did not let us go on: {error}")
        return 1
    except Stopped:
        complain("Stopped before the end.")
        return 130


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and what is left for pytest."""
    parser = argparse.ArgumentParser(
        prog="./test",
        description="Lint, contracts, types and the whole suite. Paths and options of pytest "
        "run those tests alone.",
    )
    parser.add_argument("--fast", action="store_true", help="leave out threads and browser")
    parser.add_argument(
        "--deep",
        nargs="*",
        metavar="NAME",
        choices=DEEP,
        help=f"only the full counts: all, or some of {', '.join(DEEP)}",
    )
    return parser.parse_known_args(arguments)


def _checks(
    options: argparse.Namespace, rest: list[str], *, tables: Future[str | None]
) -> Iterator[Check]:
    """What to run; the suite, which alone needs the tables, comes last."""
    if not (rest or options.deep):
        yield from _lint()
    with step("tables"):
        template = tables.result() or ""
    yield tests(options, rest, {"TEST_DATABASE_TEMPLATE": template})


def _making_tables(database: ThrowawayPostgres) -> Future[str | None]:
    """Begin to migrate on one core, while what needs no tables runs on the other."""
    made: Future[str | None] = Future()

    def make() -> None:
        try:
            made.set_result(migrated.ensure(database))
        except BaseException as error:  # told where the tables are asked for
            made.set_exception(error)

    Thread(target=make, daemon=True).start()
    return made


def _environment(database: ThrowawayPostgres, valkey: ThrowawayValkey) -> dict[str, str]:
    """Throwaway services for the checks, and for pytest under the names it takes them by."""
    return {
        "SECRET_KEY": keys.new_secrets()["SECRET_KEY"],
        "DATABASE_OWNER_URL": database.url("owner"),
        "DATABASE_URL": database.url("app"),
        "REDIS_URL": valkey.url(),
        "TEST_DATABASE_OWNER_URL": database.url("owner"),
        "TEST_DATABASE_URL": database.url("app"),
        "TEST_REDIS_URL": valkey.url(),
    }


def _lint() -> list[Check]:
    tool: list[str | Path] = [python(), "-m"]
    manage: list[str | Path] = [python(), ROOT / "manage.py"]
    return [
        Check("ruff check", [*tool, "ruff", "check", "."]),
        Check("ruff format", [*tool, "ruff", "format", "--check", "."]),
        Check("djhtml", [*tool, "djhtml", "--check", "templates"]),
        Check("import contracts", [python().with_name("lint-imports")]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check(
            "check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION
        ),
        Check("mypy", [*tool, "mypy"]),
    ]


def tests(options: argparse.Namespace, rest: list[str], env: Mapping[str, str]) -> Check:
    """The call of pytest for these options."""
    command: list[str | Path] = [python(), "-m", "pytest"]
    if options.deep is not None:
        # One process and nothing captured: these count and measure, and their print is kept.
        command += ["-s", f"--deep={','.join(options.deep or DEEP)}"]
    elif not rest:
        command += ["-n", "2"]  # which test goes to whom is said in tests/conftest.py
    if options.fast:
        command += ["-m", FAST]
    return Check("pytest", [*command, *rest], env)


def run_checks(checks: Iterable[Check], env: Mapping[str, str]) -> int:
    """Run them all, so that one visit shows everything there is to mend."""
    outcomes: list[tuple[str, int, float]] = []
    for check in checks:
        say(f"\n== {check.name}")
        began = time.monotonic()
        code = _code_of(check, env)
        outcomes.append((check.name, code, time.monotonic() - began))
    say("\n== summary")
    for name, code, seconds in outcomes:
        say(f"  {name:24}{seconds:7.1f} s  {'ok' if code == 0 else f'FAILED ({code})'}")
    return next((code for _, code, _ in outcomes if code != 0), 0)


def _code_of(check: Check, env: Mapping[str, str]) -> int:
    """Run one check to its end; if we are ended, so is everything it started."""
    program = processes.Program(
        check.name, check.command, env=check.env, cwd=ROOT, stop_signal=signal.SIGINT
    )
    process = processes.start(program, None, env=env)
    try:
        return process.wait()
    except BaseException:
        processes.stop(process, patience=program.grace + 2)
        raise
