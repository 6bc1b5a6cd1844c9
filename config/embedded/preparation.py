"""What ./run does between the services and the web: tables, translations, static files, demo."""

import hashlib
import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

from config.embedded import catalogues, installation, migrated, processes, tables
from config.embedded.places import ROOT, make_folder, python
from config.embedded.postgres import DATABASE, Cluster
from config.embedded.progress import Step, step
from config.embedded.supervisor import Supervisor

HAS_ITS_UNIVERSITIES = 3  # how demo_city ends when the database is in use already


def prepare(supervisor: Supervisor, var: Path, cluster: Cluster | None) -> None:
    """Bring everything up to the checkout; ``cluster`` is None for somebody else's server."""
    _tables(supervisor, var, cluster)
    with step("translations") as current:
        count = len(catalogues.compile_all(ROOT / "locale"))
        current.note(f"{count} catalogues compiled" if count else "unchanged")
    _static_files(supervisor, var)
    _demo_city(supervisor, var, cluster)


def _tables(supervisor: Supervisor, var: Path, cluster: Cluster | None) -> None:
    """Migrate, unless neither the migrations nor the database's book of them have changed."""
    note = var / "tables-made-from"
    with step("tables") as current:
        if cluster is not None and note.exists() and note.read_text() == _made_from(cluster):
            current.note("unchanged")
            return
        if cluster is None or not _is_empty(cluster) or not migrated.restored(cluster, DATABASE):
            _manage(supervisor, "migrate", "--noinput")
        if cluster is not None:
            note.write_text(_made_from(cluster))


def _is_empty(cluster: Cluster) -> bool:
    return cluster.ask("SELECT to_regclass('django_migrations') IS NULL") == "t"


def _made_from(cluster: Cluster) -> str:
    book = "SELECT count(*), max(id), max(applied) FROM django_migrations"
    return f"{tables.fingerprint(cluster.binaries)} {cluster.ask(book)}"


def _static_files(supervisor: Supervisor, var: Path) -> None:
    note = var / "static-made-from"
    with step("static files") as current:
        wanted = _static_fingerprint()
        if note.exists() and note.read_text() == wanted and (var / "static").is_dir():
            current.note("unchanged")
            return
        _manage(supervisor, "collectstatic", "--noinput", "--verbosity=0")
        note.write_text(wanted)


def _static_fingerprint() -> str:
    """What the collected files depend on: our own, and the packages' by way of the lock."""
    described = hashlib.sha256(installation.LOCK.read_bytes())
    for file in sorted(path for path in (ROOT / "static").rglob("*") if path.is_file()):
        known = file.stat()
        line = json.dumps([str(file.relative_to(ROOT)), known.st_size, known.st_mtime_ns])
        described.update(line.encode())
    return described.hexdigest()


def _demo_city(supervisor: Supervisor, var: Path, cluster: Cluster | None) -> None:
    """Build the demo once for this VAR_DIR.

    A first attempt that was killed left half a city, which nobody has worked
    in yet: in our own database it is replaced.
    """
    demo = make_folder(var / "demo")
    begun, made = demo / "begun", demo / "made"
    if made.exists():
        return
    with step("demo city") as current:
        options = shlex.split(os.environ.get("DEMO_OPTIONS", ""))
        if begun.exists() and cluster:
            options.append("--replace")
        begun.touch()
        try:
            _manage(supervisor, "demo_city", *options, each_line=_up_to_a_traceback(current))
        except processes.ProgramFailed as failed:
            if failed.code != HAS_ITS_UNIVERSITIES:
                raise
            current.note("none: this database has its universities already")
        if cluster:
            cluster.ask("CHECKPOINT")  # if we are killed soon, the next start need not redo it all
        made.touch()


def _up_to_a_traceback(current: Step) -> Callable[[str], None]:
    """Show how the work goes on, not how it broke: that stands at the end of it all."""
    broken = False

    def show(line: str) -> None:
        nonlocal broken
        broken = broken or line.startswith("Traceback")
        if not broken:
            current.detail(line.strip())

    return show


def _manage(
    supervisor: Supervisor,
    command: str,
    *options: str,
    each_line: Callable[[str], None] | None = None,
) -> None:
    processes.run_to_end(
        [python(), ROOT / "manage.py", command, *options],
        supervisor.log_of(command),
        env=supervisor.env,
        cwd=ROOT,
        each_line=each_line,
    )
