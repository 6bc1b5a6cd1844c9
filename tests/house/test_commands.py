"""The two commands: what they are made of and what they promise to need."""

import ast
import json
import os
import re
import subprocess
import sys

import pytest

from config.embedded import suite
from config.embedded.places import ROOT

SCRIPTS = ("run", "test", ".ci/run", "config/embedded/with-python")
# The plugin is loaded by pytest; everything else must run before anything is installed.
NEEDS_PYTEST = {"pytest_plugin.py"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_posix_shell_and_may_be_executed(name):
    script = ROOT / name

    assert script.read_text().startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


def test_ci_calls_the_same_command_as_people():
    assert 'exec "$(dirname "$0")/../test"' in (ROOT / ".ci/run").read_text()


def test_embedded_package_imports_the_standard_library_only():
    foreign = {
        f"{file.name}: {name}"
        for file in (ROOT / "config/embedded").glob("*.py")
        if file.name not in NEEDS_PYTEST
        for name in _imports(ast.parse(file.read_text()))
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith("config.embedded")
    }
    assert foreign == set()


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_config_itself_imports_nothing():
    assert list(_imports(ast.parse((ROOT / "config/__init__.py").read_text()))) == []


def test_every_requirement_is_pinned_in_the_lock_and_says_why():
    lock = (ROOT / "requirements.lock").read_text()
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        requirement, _, reason = line.partition("#")
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()
        assert reason.strip(), f"{name} has no reason"
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), f"{name} is not locked"


def test_locks_name_no_address_and_hash_everything():
    python = (ROOT / "requirements.lock").read_text()
    assert "://" not in python
    assert python.count("\n    --hash=") >= len(re.findall(r"^\S+==", python, re.MULTILINE))
    packages = json.loads((ROOT / "config/assets/package-lock.json").read_text())["packages"]
    libraries = {name: known for name, known in packages.items() if name}
    assert all("integrity" in known and "resolved" not in known for known in libraries.values())


def test_test_keeps_the_first_failure_and_still_runs_the_rest(capfd):
    checks = [
        suite.Check(name, [sys.executable, "-c", f"print('{name} ran'); raise SystemExit({code})"])
        for name, code in (("one", 0), ("two", 3), ("three", 5))
    ]

    code = suite.run_checks(checks, {})

    said = capfd.readouterr().out
    assert code == 3
    assert [line for line in said.splitlines() if line.endswith(" ran")] == [
        "one ran",
        "two ran",
        "three ran",
    ]
    assert re.findall(r"^  (\w+) .* (ok|FAILED \(\d\))$", said, re.MULTILINE) == [
        ("one", "ok"),
        ("two", "FAILED (3)"),
        ("three", "FAILED (5)"),
    ]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], ["-n", "2"]),
        (["--fast"], ["-n", "2", "-m", "not threads and not browser"]),
        (["--deep"], ["-s", "--deep=claims,money,media,audit,input"]),
        (["--deep", "money"], ["-s", "--deep=money"]),
        (["tests/house", "-x"], ["tests/house", "-x"]),
    ],
)
def test_arguments_of_test_become_options_of_pytest(arguments, options):
    command = suite.tests(*suite.parse(arguments), {}).command

    assert command[command.index("pytest") + 1 :] == options
