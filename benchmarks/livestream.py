"""The targets of the cloud classroom (streaming.md, part 9), as ratios within one run.

    python benchmarks/livestream.py [T1 ... T14] [--rounds 3]

Prints a table in Markdown: what was promised, what was found, reached or by how much not.
Contestants take turns, and the median of the rounds' ratios counts, so that a slow minute of the
machine hits all of them: bare ffmpeg beside our pipeline, nginx and a naive FileResponse beside
our paths. Everything runs on films, a PostgreSQL and servers of its own, at most a quarter of an
hour on two cores that have nothing else to do.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import (  # noqa: E402 - as below
    livestream_doors,
    livestream_films,
    livestream_watch,
)
from benchmarks.livestream_ground import Figure, Ground  # noqa: E402 - as above
from config.embedded import catalogues, migrated  # noqa: E402 - as above
from config.embedded.services import (  # noqa: E402 - as above
    throwaway_postgres,
    throwaway_valkey,
)

TARGETS: dict[str, Callable[[Ground], list[Figure]]] = {
    "T1": livestream_films.t1,
    "T2": livestream_films.t2_and_t4,
    "T3": livestream_films.t3,
    "T4": livestream_films.t2_and_t4,
    "T5": livestream_films.t5,
    "T6": livestream_films.t6,
    "T7": livestream_watch.t7,
    "T8": livestream_watch.t8,
    "T9": livestream_films.t9,
    "T10": livestream_films.t10,
    "T11": livestream_films.t11,
    "T12": livestream_doors.t12,
    "T13": livestream_doors.t13,
    "T14": livestream_doors.t14,
}
HEAD = "| | what | promised | found | | |\n| --- | --- | --- | --- | --- | --- |"


def _measured(
    ground: Ground, run: Callable[[Ground], list[Figure]], names: list[str]
) -> list[Figure]:
    """What a target came to; one that breaks takes no other one down with it."""
    try:
        return run(ground)
    except (Exception, SystemExit) as broke:
        traceback.print_exc()
        return [Figure(name, "could not be measured", 1, 0, remark=str(broke)) for name in names]


def main() -> int:
    """Measure, print the table, and end with 1 when something falls short."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("targets", nargs="*", metavar="T1 ... T14", default=list(TARGETS))
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        options.error(f"there is no target {', '.join(sorted(unknown))}")
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="cloud-classroom-") as name,
        throwaway_postgres() as database,
        throwaway_valkey() as valkey,
    ):
        folder = Path(name)
        folder.chmod(0o711)  # servers run under an account of their own
        tables = migrated.ensure(database)
        if tables is None:
            raise SystemExit("the migrations do not run: try python manage.py migrate")
        catalogues.compile_all(ROOT / "locale")
        os.environ |= {
            "DATABASE_URL": database.url("app", tables),
            "DATABASE_OWNER_URL": database.url("owner", tables),
            "DATABASE_ROLE": "owner",
            "REDIS_URL": valkey.url(),
            "SECRET_KEY": "for the length of a benchmark",
            "DJANGO_SETTINGS_MODULE": "benchmarks.livestream_settings",
            "PYTHONPATH": str(ROOT),
            "VAR_DIR": str(folder),
        }
        import django

        django.setup()
        ground = Ground(folder, asked.rounds)
        figures: list[Figure] = []
        # Two targets of one run are measured once.
        runs: dict[Callable[[Ground], list[Figure]], list[str]] = {}
        for target in asked.targets:
            runs.setdefault(TARGETS[target], []).append(target)
        for run, names in runs.items():
            ground.say(f"{', '.join(names)}: {run.__doc__}")
            figures += _measured(ground, run, names)
    print(HEAD, *(figure.row() for figure in figures), sep="\n")
    short = [figure for figure in figures if not figure.is_reached]
    print(
        f"\n{len(figures) - len(short)} of {len(figures)} reached, in"
        f" {(time.monotonic() - began) / 60:.0f} minutes, load {min(ground.load):.1f} to"
        f" {max(ground.load):.1f}."
    )
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
