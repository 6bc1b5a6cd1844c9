"""Plain ``pytest`` starts what it needs: one throwaway PostgreSQL and Valkey per run.

Loaded with ``-p`` from ``pyproject.toml``, before Django's settings are read.
The workers of pytest-xdist inherit the addresses. ``TEST_DATABASE_OWNER_URL``
(with ``TEST_DATABASE_URL`` for the role app) and ``TEST_REDIS_URL`` name other
servers instead. A developer's own DATABASE_URL is never touched by tests.

``--deep`` or ``--deep=claims,money`` runs the tests marked ``deep`` (of those
names) and nothing else; without it they stay out.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.embedded import StartRefused, catalogues, keys, migrated, programs
from config.embedded.places import ROOT
from config.embedded.services import throwaway_postgres, throwaway_valkey
from config.embedded.suite import DEEP


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--deep",
        nargs="?",
        const=",".join(DEEP),
        default="",
        help=f"run only the full counts: all, or some of {', '.join(DEEP)}",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Iterator[None]:
    """Have the services ready before pytest-django, in the same hook, reads the settings."""
    worker = "PYTEST_XDIST_WORKER" in os.environ
    if not worker and not {"--help", "-h", "--version", "-V"} & set(args):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        try:
            _start(stack)
        except StartRefused as refused:
            stack.close()
            raise pytest.UsageError(str(refused)) from None
    yield


def _start(stack: ExitStack) -> None:
    catalogues.compile_all(ROOT / "locale")
    owner = os.environ.get("TEST_DATABASE_OWNER_URL")
    template = os.environ.get("TEST_DATABASE_TEMPLATE")
    if owner:
        app = os.environ.get("TEST_DATABASE_URL", owner)
    else:
        database = stack.enter_context(throwaway_postgres())
        owner, app = database.url("owner"), database.url("app")
        template = migrated.ensure(database)
    redis = os.environ.get("TEST_REDIS_URL") or stack.enter_context(throwaway_valkey()).url()
    # Last: the servers' programs are found by the real VAR_DIR, the tests write into another.
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="var-of-tests-"))
    Path(folder).chmod(0o711)  # tests start servers too, under an account of their own
    os.environ.update(
        TABLES_CACHE=str(migrated.cache()),
        DATABASE_OWNER_URL=owner,
        DATABASE_URL=app,
        DATABASE_ROLE="owner",
        REDIS_URL=redis,
        SECRET_KEY=keys.new_secrets()["SECRET_KEY"],
        TEST_DATABASE_TEMPLATE=template or "",
        VAR_DIR=folder,
    )
    if fonts := programs.font_settings(Path(folder)):
        os.environ.setdefault("FONTCONFIG_FILE", str(fonts))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "deep(name): a full count, run by ./test --deep only")
    if unknown := set(_asked(config)) - set(DEEP):
        raise pytest.UsageError(
            f"--deep knows {', '.join(DEEP)}; not {', '.join(sorted(unknown))}."
        )


def _asked(config: pytest.Config) -> list[str]:
    return [name for name in config.getoption("--deep").split(",") if name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the deep tests asked for, or everything but them."""
    asked = set(_asked(config))

    def wanted(item: pytest.Item) -> bool:
        names = {name for mark in item.iter_markers("deep") for name in mark.args}
        return bool(names & asked) if asked else item.get_closest_marker("deep") is None

    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]
